"""The faults that can be made: what each does, where, and its parameters; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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


def _seconds(default: float, title: str = "Seconds") -> Parameter:
    return Parameter("seconds", title, "number", default, "s")


_ANSWERS: Final = "Answers"
_BYTES: Final = "Bytes"
_WORKERS: Final = "Workers"
_EVENTS: Final = "Events"
_WORKER: Final = ("core-worker", "custom-worker")
_MESSAGE: Final = Parameter("message", "Message", "text", "made by a fault")

KINDS: Final[Mapping[str, Kind]] = {
    kind.id: kind
    for kind in (
        Kind("latency", "Latency", "The request waits before it is answered.", _ANSWERS, parameters=(_seconds(1.0),)),
        Kind("unauthorized", "401 Unauthorized", "The service does not accept the caller's login.", _ANSWERS),
        Kind("forbidden", "403 Forbidden", "The service knows the caller, and refuses.", _ANSWERS),
        Kind("not-found", "404 Not Found", "The service does not know what it is asked for.", _ANSWERS),
        Kind(
            "too-many-requests",
            "429 Too Many Requests",
            "The service asks the caller to slow down, and says for how long.",
            _ANSWERS,
            parameters=(Parameter("retry_after", "Retry-After", "number", 1, "s"),),
        ),
        Kind(
            "server-error",
            "5xx",
            "The service fails.",
            _ANSWERS,
            parameters=(Parameter("status", "Status", "number", 503, least=500, most=599),),
        ),
        Kind(
            "compute-down", "Asset Compute is down", "Asset Compute answers 503 to everybody.", _ANSWERS, ("compute",)
        ),
        Kind(
            "expired-signature",
            "Expired signature",
            "The blob storage takes the signed URL for expired.",
            _BYTES,
            ("blobstore",),
        ),
        Kind(
            "corrupt-source",
            "Corrupt source",
            "The worker reads an original whose bytes are damaged after the first few.",
            _BYTES,
            ("blobstore",),
            (4,),
        ),
        Kind(
            "truncated-body",
            "Truncated body",
            "The connection ends in the middle of the answer's body.",
            _BYTES,
            ("blobstore", "repository", "events", "compute"),
        ),
        Kind(
            "rendition-too-large",
            "Rendition too large",
            "The blob storage refuses the rendition with 413: the target has no room for it.",
            _BYTES,
            ("blobstore",),
            (5,),
        ),
        Kind(
            ERROR_REASON,
            "Rendition fails",
            "The worker reports that it could not make the rendition, with this reason.",
            _WORKERS,
            _WORKER,
            (4, 5),
            (Parameter("reason", "errorReason", "choice", REASONS[0], choices=REASONS), _MESSAGE),
        ),
        Kind(WORKER_CRASH, "Worker crashes", "The worker's process dies at its work.", _WORKERS, _WORKER, (4, 5)),
        Kind(
            WORKER_SILENT,
            "Worker never answers",
            "The worker takes the job, and is never heard of again.",
            _WORKERS,
            _WORKER,
            (4, 5),
        ),
        Kind("event-lost", "Event lost", "I/O Events says 200, and forgets the event.", _EVENTS, ("events",), (6,)),
        Kind(
            "event-late",
            "Event late",
            "I/O Events says 200, and the event comes into the journal later.",
            _EVENTS,
            ("events",),
            (6,),
            (_seconds(5.0, "Later by"),),
        ),
        Kind(
            "event-duplicated",
            "Event duplicated",
            "The event is in the journal twice: delivery is at least once.",
            _EVENTS,
            ("events",),
            (6,),
        ),
        Kind(
            "event-reordered",
            "Events reordered",
            "The event comes into the journal after the one that was sent next.",
            _EVENTS,
            ("events",),
            (6,),
            (_seconds(5.0, "At the latest after"),),
        ),
        Kind(
            "journal-error",
            "Journal error",
            "The journal can't be read.",
            _EVENTS,
            ("events",),
            (7,),
            (Parameter("status", "Status", "number", 500, least=400, most=599),),
        ),
    )
}
IN_BOXES: Final = frozenset({ERROR_REASON, WORKER_CRASH, WORKER_SILENT})
ON_THE_WIRE: Final = frozenset(KINDS) - IN_BOXES
