"""Who reads the journals, and how far: seen at the read API, kept in this process's memory only.

A journal's readers keep their positions themselves; what the service can know of them is what they last asked for.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST: Final = 200


@dataclass(frozen=True)
class Reader:
    """`name`: its User-Agent; `position` that it asked for entries after; `at`: seconds since the epoch."""

    registration: int
    name: str
    position: int
    at: float


_lock = threading.Lock()
_readers: OrderedDict[tuple[int, str], Reader] = OrderedDict()


def note(registration: int, name: str, position: int) -> None:
    key = (registration, name[:120] or "?")
    with _lock:
        _readers[key] = Reader(registration, key[1], position, time.time())
        _readers.move_to_end(key)
        while len(_readers) > MOST:
            _readers.popitem(last=False)


def of(registration: int) -> list[Reader]:
    """The latest first."""
    with _lock:
        found = [reader for reader in _readers.values() if reader.registration == registration]
    return sorted(found, key=lambda reader: -reader.at)


def forget() -> None:
    with _lock:
        _readers.clear()
