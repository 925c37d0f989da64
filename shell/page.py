"""What every page has around it: sections, theme, the sequence number up to which it shows the tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shell.live import topics

THEMES = frozenset({"light", "dark"})
THEME_COOKIE = "aemulator-theme"


@dataclass(frozen=True)
class Section:
    key: str
    url: str
    label: str
    boost: bool = True


def sections() -> list[Section]:
    return [
        Section("start", "/", _("Start")),
        Section("assets", "/assets.html/content/dam", _("Assets")),
        Section("profiles", "/tools/processing-profiles", _("Profiles")),
        Section("api", "/api/docs", _("API"), boost=False),
    ]


def page(
    request: HttpRequest, template: str, section: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A whole page. `seq` of the context is the newest change that it can have missed nothing before."""
    shell = {
        "seq": topics.mark(topics.TREE),
        "sections": sections(),
        "current_section": section,
        "theme": theme(request),
    }
    return render(request, template, shell | dict(context or {}), status=status)


def theme(request: HttpRequest) -> str:
    """`light` or `dark` when the person chose one; empty to follow the system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""
