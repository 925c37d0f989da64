"""The faults that can be made: what each does, where, and its parameters; pure. Whoever shows a text translates it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from probes.faults import ERROR_REASON, WORKER_CRASH, WORKER_SILENT

REASONS: Final = (
    "GenericError",
    "RenditionFormatUnsupported",
    "SourceFormatUnsupported",
    "SourceUnsupported",
    "SourceCorrupt",
    "RenditionTooLarge",
)
LONGEST: Final = 300.0  # seconds


@dataclass(frozen=True)
class Parameter:
    """`kind`: number (from `least` to `most`), text or choice."""

    name: str
    title: str
    kind: str
    default: Any
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float = 0.0
    most: float = LONGEST


@dataclass(frozen=True)
class Kind:
    """`services` and `steps`: where it can strike; none: anywhere."""

    id: str
    title: str
    sentence: str
    group: str
    services: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    def strikes_at(self, service: str, step: int) -> bool:
        return (not self.services or service in self.services) and (not self.steps or step in self.steps)


def _seconds(default: float, title: str = _("Seconds")) -> Parameter:
    return Parameter("seconds", title, "number", default, "s")


_ANSWERS: Final = _("Answers")
_BYTES: Final = _("Bytes")
_WORKERS: Final = _("Workers")
_EVENTS: Final = _("Events")
_WORKER: Final = ("core-worker", "custom-worker")
_MESSAGE: Final = Parameter("message", _("Message"), "text", "made by a fault")

KINDS: Final[Mapping[str, Kind]] = {
    kind.id: kind
    for kind in (
        Kind(
            "latency",
            _("Latency"),
            _("The request waits before it is answered."),
            _ANSWERS,
            parameters=(_seconds(1.0),),
        ),
        Kind("unauthorized", _("401 Unauthorized"), _("The service does not accept the caller's login."), _ANSWERS),
        Kind("forbidden", _("403 Forbidden"), _("The service knows the caller, and refuses."), _ANSWERS),
        Kind("not-found", _("404 Not Found"), _("The service does not know what it is asked for."), _ANSWERS),
        Kind(
            "too-many-requests",
            _("429 Too Many Requests"),
            _("The service asks the caller to slow down, and says for how long."),
            _ANSWERS,
            parameters=(Parameter("retry_after", "Retry-After", "number", 1, "s"),),
        ),
        Kind(
            "server-error",
            _("5xx"),
            _("The service fails."),
            _ANSWERS,
            parameters=(Parameter("status", _("Status"), "number", 503, least=500, most=599),),
        ),
        Kind(
            "compute-down",
            _("Asset Compute is down"),
            _("Asset Compute answers 503 to everybody."),
            _ANSWERS,
            ("compute",),
        ),
        Kind(
            "expired-signature",
            _("Expired signature"),
            _("The blob storage takes the signed URL for expired."),
            _BYTES,
            ("blobstore",),
        ),
        Kind(
            "corrupt-source",
            _("Corrupt source"),
            _("The worker reads an original whose bytes are damaged after the first few."),
            _BYTES,
            ("blobstore",),
            (4,),
        ),
        Kind(
            "truncated-body",
            _("Truncated body"),
            _("The connection ends in the middle of the answer's body."),
            _BYTES,
            ("blobstore", "repository", "events", "compute", "custom-worker"),
        ),
        Kind(
            "rendition-too-large",
            _("Rendition too large"),
            _("The blob storage refuses the rendition with 413: the target has no room for it."),
            _BYTES,
            ("blobstore",),
            (5,),
        ),
        Kind(
            ERROR_REASON,
            _("Rendition fails"),
            _("The worker reports that it could not make the rendition, with this reason."),
            _WORKERS,
            _WORKER,
            (4, 5),
            (Parameter("reason", "errorReason", "choice", REASONS[0], choices=REASONS), _MESSAGE),
        ),
        Kind(WORKER_CRASH, _("Worker crashes"), _("The worker's process dies at its work."), _WORKERS, _WORKER, (4, 5)),
        Kind(
            WORKER_SILENT,
            _("Worker never answers"),
            _("The worker takes the job, and is never heard of again."),
            _WORKERS,
            _WORKER,
            (4, 5),
        ),
        Kind(
            "event-lost", _("Event lost"), _("I/O Events says 200, and forgets the event."), _EVENTS, ("events",), (6,)
        ),
        Kind(
            "event-late",
            _("Event late"),
            _("I/O Events says 200, and the event comes into the journal later."),
            _EVENTS,
            ("events",),
            (6,),
            (_seconds(5.0, _("Later by")),),
        ),
        Kind(
            "event-duplicated",
            _("Event duplicated"),
            _("The event is in the journal twice: delivery is at least once."),
            _EVENTS,
            ("events",),
            (6,),
        ),
        Kind(
            "event-reordered",
            _("Events reordered"),
            _("The event comes into the journal after the one that was sent next."),
            _EVENTS,
            ("events",),
            (6,),
            (_seconds(5.0, _("At the latest after")),),
        ),
        Kind(
            "journal-error",
            _("Journal error"),
            _("The journal can't be read."),
            _EVENTS,
            ("events",),
            (7,),
            (Parameter("status", _("Status"), "number", 500, least=400, most=599),),
        ),
    )
}
IN_BOXES: Final = frozenset({ERROR_REASON, WORKER_CRASH, WORKER_SILENT})
ON_THE_WIRE: Final = frozenset(KINDS) - IN_BOXES
