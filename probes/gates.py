"""Gates: places where a box asks whether a job may go on. Whoever is held is not taken, and nothing waits in memory.

The steps that have a gate before them: 2 (the job is sent), 4 (a worker begins, and with it 5), 6 (an event is sent),
7 (an event is attached). While no gate is on, asking costs a look at a variable.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

STEPS: Final = (2, 4, 6, 7)
LOOK_AGAIN: Final = 0.4
"""Seconds after which a box asks again for what was held."""


@dataclass(frozen=True)
class Subject:
    """A processing job: its x-request-id, and the path of its asset if the box knows it."""

    request: str
    path: str = ""


class Keeper(Protocol):
    @property
    def active(self) -> bool: ...

    def held(self, step: int, subjects: Iterable[Subject]) -> set[str]: ...

    def waiting(self, requests: Iterable[str]) -> set[str]: ...


class Gates:
    keeper: Keeper | None = None

    @property
    def active(self) -> bool:
        return self.keeper is not None and self.keeper.active

    def held(self, step: int, subjects: Iterable[Subject]) -> set[str]:
        """The requests that may not go on to that step now. Uses the database while a gate is on."""
        return self.keeper.held(step, subjects) if self.keeper and self.keeper.active else set()

    def waiting(self, requests: Iterable[str]) -> set[str]:
        """Those that are held at any gate: no timeout of theirs runs."""
        return self.keeper.waiting(requests) if self.keeper and self.keeper.active else set()


gates: Final = Gates()
