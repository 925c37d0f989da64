"""An exchange as it was written, without its bodies; pure."""

from dataclasses import dataclass, field
from typing import Any

from flow import sentences


@dataclass(frozen=True)
class Seen:
    """Times in seconds since the epoch."""

    id: int
    flow: str
    step: int
    sender: str
    receiver: str
    sender_name: str
    receiver_name: str
    method: str
    url: str
    path: str
    status: int | None
    error: str
    started: float
    first_byte: float | None
    ended: float
    request_bytes: int
    response_bytes: int
    rendition: str
    fault: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status is not None and self.status < 400 and not self.error

    @property
    def sentence(self) -> str:
        return sentences.sentence(self.method, self.receiver, self.path, self.step, self.rendition)
