"""Which renditions to try in the next process, after processes have died on some of them; pure.

A worker says what it is at: `stage` ("download", "decode", "render", "upload") and the renditions that hang on it. So a
death has suspects. A step that ran out of time is not tried again; a crash is given one more chance alone, since
a process may be damaged by what it did before. So every rendition is tried twice at most, and the rest goes on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from compute.errors import GenericError, RenditionError, SourceCorrupt

NOT_BEGUN = "start"


@dataclass(frozen=True)
class Death:
    """How a worker process ended early, and the renditions it was at (none: it can't be said)."""

    stage: str
    indexes: frozenset[int]
    timed_out: bool
    cause: str


STRAYS = 5  # processes that may turn out to be dead before they have begun


class Trials:
    """The open renditions of one activation."""

    def __init__(self, indexes: Iterable[int]) -> None:
        self._fresh = list(indexes)
        self._suspects: list[int] = []
        self._strays = 0

    @property
    def open(self) -> frozenset[int]:
        return frozenset(self._fresh + self._suspects)

    def next_batch(self) -> list[int]:
        """What the next process gets: everything that nothing is known against, then the suspects one by one."""
        return list(self._fresh) or self._suspects[:1]

    def settled(self, index: int) -> bool:
        """Note a result; False when this rendition had one before."""
        for group in (self._fresh, self._suspects):
            if index in group:
                group.remove(index)
                return True
        return False

    def died(self, death: Death) -> dict[int, RenditionError]:
        """Note a death; the renditions that end with it, and why."""
        if death.stage == NOT_BEGUN and self._strays < STRAYS:
            self._strays += 1  # somebody killed an idle process; that says nothing about the renditions
            return {}
        batch = self.next_batch()
        blamed = [index for index in batch if index in death.indexes] or batch
        second_chance = bool(self._fresh) and not death.timed_out
        if death.stage == "decode" and not second_chance:
            blamed += [index for index in self._suspects if index not in blamed]  # they need the same decoding
        for index in blamed:
            self.settled(index)
        if second_chance:
            self._suspects += blamed
            return {}
        return {index: _verdict(death) for index in blamed}


def _verdict(death: Death) -> RenditionError:
    what = {"decode": "decoding the source", "download": "downloading the source"}.get(death.stage, "the rendition")
    if death.timed_out:
        return GenericError(f"{what} {death.cause}")
    if death.stage == "decode":
        return SourceCorrupt(f"{what} crashed the decoder ({death.cause})")
    return GenericError(f"{what} crashed the worker process ({death.cause})")
