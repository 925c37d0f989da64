"""What faults that are made on purpose do to a worker: to fail with a reason, to crash, never to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from compute.rendition_events import Outcome
from probes.faults import ERROR_REASON, WORKER_CRASH, WORKER_SILENT, Situation, faults

_FATES: Final = frozenset({WORKER_CRASH, WORKER_SILENT})
_REASON: Final = frozenset({ERROR_REASON})


@dataclass(frozen=True)
class Sabotage:
    """`failed`: renditions, by index, that fail without being made; `fate`: what becomes of the worker, if anything."""

    failed: Mapping[int, Outcome] = field(default_factory=dict)
    fate: str = ""


def sabotage_of(request: str, service: str, renditions: Sequence[tuple[int, Mapping[str, Any]]]) -> Sabotage:
    """Asks for each rendition; the worker as a whole has the fate of the first for which there is one."""
    failed: dict[int, Outcome] = {}
    fate = ""
    for index, instructions in renditions:
        situation = Situation(service, 4, request, str(instructions.get("name") or f"rendition {index}"))
        if fault := faults.choose(_REASON, situation):
            reason, message = fault.text("reason", "GenericError"), fault.text("message", "made by a fault")
            failed[index] = Outcome(error_reason=reason, error_message=message)
        elif not fate and (fault := faults.choose(_FATES, situation)):
            fate = fault.kind
    return Sabotage(failed, fate)
