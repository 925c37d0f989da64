"""`/runtime`: deployed actions, their activations, and what one writes while it runs."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from runtime import actions, activations, live, urls_of
from runtime.activations import Filter, Line, Summary
from shell import page as shell
from shell.access import for_people
from shell.redaction import redacted_json

SECTION: Final = "compute"
PAGE: Final = 50
LINES: Final = 2000  # of a log, the last ones


@dataclass(frozen=True)
class Shown:
    """An activation as the pages show it."""

    summary: Summary

    @property
    def accepted(self) -> datetime:
        return datetime.fromtimestamp(self.summary.accepted_at, UTC)

    @property
    def seconds(self) -> float | None:
        return None if self.summary.ended_at is None else max(0.0, self.summary.ended_at - self.summary.accepted_at)

    @property
    def is_good(self) -> bool:
        return self.summary.state == "success"


@dataclass(frozen=True)
class Written:
    """A line of a log."""

    at: datetime
    stream: str
    text: str


@for_people
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    mark = live.latest()
    return shell.page(request, "runtime/overview.html", SECTION, {**_overview(request), "mark": mark})


@for_people
@require_safe
def overview_parts(request: HttpRequest) -> HttpResponse:
    return render(request, "runtime/overview_parts.html", _overview(request))


@for_people
@require_safe
def activation(request: HttpRequest, activation_id: str) -> HttpResponse:
    mark = live.latest()
    return shell.page(request, "runtime/activation.html", SECTION, {**_activation(activation_id), "mark": mark})


@for_people
@require_safe
def activation_parts(request: HttpRequest, activation_id: str) -> HttpResponse:
    return render(request, "runtime/activation_parts.html", _activation(activation_id))


def _overview(request: HttpRequest) -> dict[str, Any]:
    wanted = Filter(name=request.GET.get("name", "")[:255])
    return {
        "deployed": [(one, urls_of.web_action(one)[0]) for one in actions.every()],
        "activations": [Shown(one) for one in activations.recent(wanted, limit=PAGE)],
        "name": wanted.name,
        "query": f"?name={wanted.name}" if wanted.name else "",
    }


def _activation(activation_id: str) -> dict[str, Any]:
    found = activations.get(activation_id)
    if found is None:
        raise Http404(_("There is no such activation: it may have been forgotten, or it ran somewhere else."))
    lines = activations.logs(activation_id)
    return {
        "shown": Shown(found),
        "one": found,
        "lines": [_written(line) for line in lines[-LINES:]],
        "left_out": max(0, len(lines) - LINES),
        "result_json": redacted_json(found.result) if found.is_over else "",
        "facts_json": json.dumps(found.action, indent=2),
    }


def _written(line: Line) -> Written:
    return Written(datetime.fromtimestamp(line.at, UTC), line.stream, line.text)
