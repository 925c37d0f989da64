"""Exchanges that our clients had with other servers, which this server can't see itself: told to the observer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

KEPT: Final = 64 * 1024
"""Bytes of a body that are worth telling."""


@dataclass(frozen=True)
class Told:
    """One request and its answer; times in seconds since the epoch. `sizes`: bytes of the two bodies."""

    party: str
    to: str
    method: str
    url: str
    started: float
    ended: float
    first_byte: float | None = None
    status: int | None = None
    error: str = ""
    request_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: bytes = b""
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = b""
    sizes: tuple[int, int] = (0, 0)
    facts: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


class Teller:
    """Where exchanges go. `listener` must return at once, and may be called in any thread."""

    listener: Callable[[Told], None] | None = None

    def tell(self, told: Told) -> None:
        if self.listener:
            self.listener(told)


teller: Final = Teller()
