"""`/events`: a journal live, its entries in full, who reads it, and a test event."""

import json
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contract.events import CREATED, FAILED
from events import live
from events.journal_api import journal_path
from events.models import Registration
from events.pages import publishing, reading
from events.pages.publishing import NotPublished
from events.pages.reading import Line
from shell import page as shell
from shell.access import for_people
from shell.redaction import redacted_json

SECTION: Final = "journal"
KINDS: Final = (CREATED, FAILED)


@dataclass(frozen=True)
class Choice:
    """Which journal is shown, and which entries of it."""

    registration: Registration | None
    kind: str
    words: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Choice":
        kind = request.GET.get("type", "")
        return cls(_registration(request), kind if kind in KINDS else "", request.GET.get("q", "").strip()[:120])

    def query(self) -> str:
        """As the fragment's address repeats it."""
        owner = self.registration.registration_id if self.registration else ""
        return urlencode({"registration": owner, "type": self.kind, "q": self.words})

    def page(self, before: int | None = None, after: int | None = None) -> reading.Page:
        if self.registration is None:
            return reading.Page((), has_more=False, last=0)
        return reading.page(self.registration, self.kind, self.words, before, after)


@for_people
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    mark = live.latest()
    choice = Choice.of(request)
    chosen = choice.registration
    context = {
        "mark": mark,
        "choice": choice,
        "page": choice.page(),
        "registrations": reading.registrations(),
        "consumers": reading.consumers(),
        "kinds": KINDS,
        "line": _line(request, chosen) if "entry" in request.GET else None,
        "journal_url": _journal_url(request, chosen) if chosen else "",
        "example": _example(),
        "base_url": request.build_absolute_uri("/").rstrip("/"),
    }
    return shell.page(request, "events/journal.html", SECTION, _with_event(context))


@for_people
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """`before` or `after` a position: the entries beyond it."""
    found = Choice.of(request).page(_number(request, "before"), _number(request, "after"))
    answer = render(request, "events/journal_rows.html", {"page": found})
    answer["X-More"] = "true" if found.has_more else "false"
    return answer


@for_people
@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """The fragment with one entry in full."""
    return render(request, "events/entry.html", _with_event({"line": _line(request, _registration(request))}))


@for_people
@require_safe
def consumers(request: HttpRequest) -> HttpResponse:
    return render(request, "events/consumers.html", {"consumers": reading.consumers()})


@for_people
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    try:
        is_taken = publishing.publish(request.POST.get("event", ""))
    except NotPublished as err:
        return JsonResponse({"message": str(err)}, status=422)
    if is_taken:
        return JsonResponse({"message": _("Published: the event is in the journal.")})
    words = _(
        "The ingress took the event, but no registration wants such events: a client registers with POST /register."
    )
    return JsonResponse({"message": words}, status=409)


def _registration(request: HttpRequest) -> Registration | None:
    """The one that was asked for; else the one that was written to last."""
    wanted = request.GET.get("registration", "")
    if not wanted:
        return next(iter(reading.registrations()), None)
    found = Registration.objects.filter(registration_id=wanted).first()
    if found is None:
        raise Http404(_("There is no such registration: its client may have unregistered."))
    return found


def _line(request: HttpRequest, registration: Registration | None) -> Line:
    found = reading.line(registration, _number(request, "entry") or 0) if registration else None
    if found is None:
        raise Http404(_("There is no such entry: it may have expired."))
    return found


def _with_event(context: dict[str, object]) -> dict[str, object]:
    line = context.get("line")
    return context | {"event_json": redacted_json(line.event) if isinstance(line, Line) else ""}


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404(_("A position is a whole number"))
    return int(text)


def _journal_url(request: HttpRequest, registration: Registration) -> str:
    path = journal_path(registration.consumer_id, registration.client_id, registration.registration_id)
    return request.build_absolute_uri(path)


def _example() -> str:
    moment = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = {
        "type": CREATED,
        "date": moment,
        "requestId": "a-test-of-mine",
        "rendition": {"name": "test.png", "fmt": "png"},
        "metadata": {"repo:size": 0},
    }
    return json.dumps(event, indent=2)
