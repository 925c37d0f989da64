"""The event that tells how a rendition ended (wire contract, section 2.1); pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contract.events import CREATED, FAILED


@dataclass(frozen=True)
class Outcome:
    """How one rendition ended: with `metadata` (and perhaps `data`), or with `error_reason`."""

    metadata: dict[str, Any] | None = None
    data: str | None = None
    error_reason: str | None = None
    error_message: str | None = None

    @property
    def failed(self) -> bool:
        return self.error_reason is not None


@dataclass(frozen=True)
class Facts:
    """What an event repeats of its request. `source` is as it came, `instructions` too."""

    request_id: str
    source: str | Mapping[str, Any] | None
    user_data: Any
    instructions: Mapping[str, Any]
    finished_at: float
    worker_activation_id: str = ""


def payload(facts: Facts, outcome: Outcome) -> dict[str, Any]:
    """The event's JSON object. What is not known is not there, as in Adobe's SDK."""
    rendition = {name: value for name, value in facts.instructions.items() if name != "target"}
    user_data = rendition.get("userData") if facts.user_data is None else facts.user_data
    fields = {
        "type": FAILED if outcome.failed else CREATED,
        "date": _iso(facts.finished_at),
        "requestId": facts.request_id,
        "source": facts.source.get("url") if isinstance(facts.source, Mapping) else facts.source,
        "userData": user_data,
        "rendition": rendition,
        "metadata": None if outcome.failed else outcome.metadata or {},
        "data": outcome.data,
        "errorReason": outcome.error_reason,
        "errorMessage": (outcome.error_message or "") if outcome.failed else None,
        "activationIds": [facts.worker_activation_id] if facts.worker_activation_id else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
