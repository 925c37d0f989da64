"""The topic `flow` of the live pages: its mark is another one after each exchange, gate and fault."""

import time
from typing import Final

from flow.reading import mark as latest
from shell.live.bell import TopicBell

WATCHED_FOR: Final = 60.0
"""Seconds after somebody looked at flows in which more may be done for them."""
LOOKED_INTO: Final = 50
_bell: Final = TopicBell()
subscribe: Final = _bell.subscribe
ring: Final = _bell.ring
_looked_at = [float("-inf")]
_looked_into: set[str] = set()


def looked() -> None:
    _looked_at[0] = time.monotonic()


def looked_into(flow: str) -> None:
    """Somebody reads one flow: what only the repository knows of it is wanted, too."""
    looked()
    if len(_looked_into) < LOOKED_INTO:
        _looked_into.add(flow)


def take_looked_into() -> list[str]:
    """Each once."""
    taken = sorted(_looked_into)
    _looked_into.difference_update(taken)
    return taken


def is_watched() -> bool:
    return time.monotonic() - _looked_at[0] < WATCHED_FOR


__all__ = ["is_watched", "latest", "looked", "looked_into", "ring", "subscribe", "take_looked_into"]
