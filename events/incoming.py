"""An event on its way into the journals; pure."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Incoming:
    """An event for the journals of those who registered for it.

    `event` is its JSON as published. `event_id` makes it unique in each journal: a second one is taken for delivered.
    `accepted_ms` is when the processing request behind it was accepted. `about` is (requestId, instructions) of a
    rendition event.
    """

    org_id: str
    provider_id: str
    event_code: str
    event: str
    event_id: str | None = None
    accepted_ms: int | None = None
    about: tuple[str, dict[str, Any]] | None = None
