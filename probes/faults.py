"""Faults that are made on purpose inside a box, where no HTTP request shows them; asked for at a few places.

While no fault is on, asking costs a look at a variable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

ERROR_REASON: Final = "error-reason"
WORKER_CRASH: Final = "worker-crash"
WORKER_SILENT: Final = "worker-never-answers"
LATENCY: Final = "latency"
TRUNCATED: Final = "truncated-body"
STATUS: Final[Mapping[str, int]] = {
    "unauthorized": 401,
    "forbidden": 403,
    "not-found": 404,
    "too-many-requests": 429,
    "expired-signature": 403,
    "rendition-too-large": 413,
    "compute-down": 503,
}
"""Faults that are an answer of this status."""
ANSWERED: Final = frozenset({LATENCY, TRUNCATED, *STATUS, "server-error", "journal-error"})
"""Faults that whoever asks another server can make as well as that server."""


@dataclass(frozen=True)
class Situation:
    """What is about to happen. `service` is the party that would do it; empty: not known."""

    service: str
    step: int
    request: str = ""
    rendition: str = ""
    mime: str = ""
    path: str = ""
    profile: str = ""


@dataclass(frozen=True)
class Fault:
    id: str
    kind: str
    parameters: Mapping[str, object] = field(default_factory=dict)

    def text(self, name: str, default: str) -> str:
        value = self.parameters.get(name)
        return value if isinstance(value, str) and value else default

    def number(self, name: str, default: float) -> float:
        value = self.parameters.get(name)
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if usable else default  # type: ignore[arg-type]


def status_of(fault: Fault) -> int:
    return STATUS.get(fault.kind) or int(fault.number("status", 503))


class Chooser(Protocol):
    @property
    def active(self) -> bool: ...

    def choose(self, kinds: frozenset[str], situation: Situation) -> Fault | None: ...


class Faults:
    chooser: Chooser | None = None

    @property
    def active(self) -> bool:
        return self.chooser is not None and self.chooser.active

    def choose(self, kinds: frozenset[str], situation: Situation) -> Fault | None:
        """The fault of one of these kinds that strikes now, counted as a hit. Uses the database while one is on."""
        return self.chooser.choose(kinds, situation) if self.chooser and self.chooser.active else None


faults: Final = Faults()
