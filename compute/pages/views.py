"""`/compute`: activations live, one of them in full, and what a person may do to it."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from compute import live
from compute.models import Activation
from compute.pages import acts, reading
from compute.pages.acts import ActRefused
from compute.pages.reading import Entry
from shell import page as shell
from shell.access import for_people
from shell.redaction import redacted_json

SECTION: Final = "compute"
TOPIC: Final = "compute"
MAX_ROWS: Final = 200  # rows that a page may ask to be rendered again


@dataclass(frozen=True)
class Choice:
    """What the list shows: a state, and words of the activation, the request, the client, the source or the worker."""

    state: str
    words: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Choice":
        state = request.GET.get("state", "")
        return cls(state if state in reading.STATES else "", request.GET.get("q", "").strip()[:120])

    def query(self) -> str:
        return "&".join(f"{name}={value}" for name, value in self.values().items())

    def values(self) -> dict[str, str]:
        return {name: value for name, value in {"state": self.state, "q": self.words}.items() if value}


@for_people
@require_safe
def activations(request: HttpRequest) -> HttpResponse:
    mark = live.latest()
    choice = Choice.of(request)
    context = {
        "mark": mark,
        "choice": choice,
        "page": _page(choice),
        "states": _states(),
        "clients": reading.clients(),
        "queues": reading.waiting(),
        "base_url": request.build_absolute_uri("/").rstrip("/"),
        "has_any": Activation.objects.exists(),
    }
    return shell.page(request, "compute/activations.html", SECTION, context)


@for_people
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """`before` or `after` a key: rows beyond it; `ids`: these rows as they are now."""
    choice = Choice.of(request)
    try:
        found = _page(choice, request.GET.get("before", ""), request.GET.get("after", ""))
    except ValueError as err:
        raise Http404(_("There is no such place in the list")) from err
    known = reading.of(request.GET.get("ids", "").split(",")[:MAX_ROWS]) if request.GET.get("ids") else ()
    answer = render(request, "compute/activation_rows.html", {"page": found, "known": known})
    answer["X-More"] = "true" if found.has_more else "false"
    return answer


@for_people
@require_safe
def queues(request: HttpRequest) -> HttpResponse:
    return render(request, "compute/queues.html", {"queues": reading.waiting(), "clients": reading.clients()})


@for_people
@require_safe
def activation(request: HttpRequest, activation_id: str) -> HttpResponse:
    mark = live.latest()
    context = {**_context(_found(activation_id)), "mark": mark}
    return shell.page(request, "compute/activation.html", SECTION, context)


@for_people
@require_safe
def activation_parts(request: HttpRequest, activation_id: str) -> HttpResponse:
    return render(request, "compute/activation_parts.html", _context(_found(activation_id)))


@for_people
@require_POST
def cancel(request: HttpRequest, activation_id: str) -> HttpResponse:
    count = acts.cancel(_row(activation_id), request.user.get_username())
    if not count:
        return JsonResponse({"message": _("Nothing is left to cancel: every rendition has ended.")}, status=409)
    words = ngettext("%(count)s rendition cancelled.", "%(count)s renditions cancelled.", count) % {"count": count}
    return JsonResponse({"message": words})


@for_people
@require_POST
def send_again(request: HttpRequest, activation_id: str) -> HttpResponse:
    try:
        again = acts.send_again(_row(activation_id), only_failed=request.POST.get("only") == "failed")
    except ActRefused as err:
        return JsonResponse({"message": str(err)}, status=502)
    return JsonResponse({"message": _("Sent again as a new activation."), "url": f"/compute/{again.activation_id}"})


def _page(choice: Choice, before: str = "", after: str = "") -> reading.Page:
    return reading.page(choice.state, choice.words, before, after)


def _states() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("queued", _("Queued")),
        ("running", _("Running")),
        ("failed", _("Failed")),
        ("done", _("Done")),
    ]


def _row(activation_id: str) -> Activation:
    row = Activation.objects.filter(pk=activation_id).first()
    if row is None:
        raise Http404(_("There is no such activation: it may have been forgotten after the retention of the journal."))
    return row


def _found(activation_id: str) -> Entry:
    return reading.entries([_row(activation_id)])[0]


def _context(entry: Entry) -> dict[str, Any]:
    body = {"source": entry.source, "renditions": [one.instructions for one in entry.renditions]}
    if entry.user_data is not None:
        body["userData"] = entry.user_data
    results = [{"name": one.name, "metadata": one.metadata} for one in entry.renditions if one.metadata is not None]
    return {
        "entry": entry,
        "request_json": redacted_json(body),
        "results_json": redacted_json(results) if results else "",
        "visible_delay": settings.EVENT_VISIBLE_DELAY,
    }
