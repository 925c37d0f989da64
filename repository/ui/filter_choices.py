"""The choices of the filter menu, and the chips of what is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from repository import profile_store
from repository.ui.filters import NO_PROFILE, OTHER, STATES, TYPES, Filters


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Chip:
    """`url` is the list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class FilterMenu:
    states: list[Choice]
    types: list[Choice]
    profiles: list[Choice]
    chips: list[Chip]
    clear_url: str


def menu(filters: Filters, page_url: str, query: Mapping[str, object]) -> FilterMenu:
    """`query` is that of the list, filters included."""
    states = [Choice(state, _state(state), state in filters.states) for state in STATES]
    types = [Choice(kind, _type(kind), kind in filters.types) for kind in (*TYPES, OTHER)]
    known = [(NO_PROFILE, _("No profile")), *((profile.path, profile.title) for profile in profile_store.listed())]
    profiles = [Choice(path, title, path == filters.profile) for path, title in known]
    chosen = [("state", c) for c in states if c.chosen] + [("type", c) for c in types if c.chosen]
    chosen += [("profile", c) for c in profiles if c.chosen]
    chips = [Chip(choice.label, _url(page_url, _without(query, name, choice.value))) for name, choice in chosen]
    clear = {name: value for name, value in query.items() if name not in {"state", "type", "profile"}}
    return FilterMenu(states, types, profiles, chips, _url(page_url, clear))


def _without(query: Mapping[str, object], name: str, value: str) -> dict[str, object]:
    chosen = query[name]
    rest = [one for one in chosen if one != value] if isinstance(chosen, list) else []
    return {**query, name: rest}


def _url(page_url: str, query: Mapping[str, object]) -> str:
    return f"{page_url}?{urlencode(query, doseq=True)}"


def _state(state: str) -> str:
    return {
        "failed": _("Failed"),
        "partial": _("Some renditions failed"),
        "processing": _("Processing"),
        "unprocessed": _("Not processed"),
        "ready": _("Processed"),
    }[state]


def _type(kind: str) -> str:
    return {
        "image": _("Images"),
        "video": _("Videos"),
        "audio": _("Audio"),
        "document": _("Documents"),
        OTHER: _("Other files"),
    }[kind]
