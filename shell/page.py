"""What every page has around it: sections, theme, the sequence number up to which it shows the tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shell.live import topics

THEMES = frozenset({"light", "dark"})
THEME_COOKIE = "aemulator-theme"


@dataclass(frozen=True)
class Section:
    """A place in the bar. `letter`: the key that leads there after `g`; `app`: shown where that is installed."""

    key: str
    url: str
    label: str
    letter: str
    app: str = "shell"


def sections() -> list[Section]:
    every = [
        Section("start", "/", _("Start"), "s"),
        Section("assets", "/assets.html/content/dam", _("Assets"), "a", "repository"),
        Section("profiles", "/tools/processing-profiles", _("Profiles"), "p", "repository"),
        Section("nodes", "/crx/de", _("Nodes"), "n", "repository"),
        Section("compute", "/compute", _("Compute"), "c", "compute"),
        Section("journal", "/events", _("Journal"), "j", "events"),
        Section("flow", "/flow", _("Flow"), "f", "flow"),
        Section("faults", "/faults", _("Faults"), "x", "flow"),
        Section("api", "/api/docs", _("API"), "d"),
        Section("settings", "/settings", _("Settings"), "e"),
    ]
    return [section for section in every if apps.is_installed(section.app)]


def page(
    request: HttpRequest, template: str, section: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A whole page. `seq` of the context is the newest change that it can have missed nothing before."""
    shell = {
        "seq": topics.mark(topics.TREE),
        "sections": sections(),
        "current_section": section,
        "has_faults": apps.is_installed("flow"),
        "theme": theme(request),
    }
    return render(request, template, shell | dict(context or {}), status=status)


def theme(request: HttpRequest) -> str:
    """`light` or `dark` when the person chose one; empty to follow the system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""
