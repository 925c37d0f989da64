"""The topic `journal` of the live pages: entries and registrations. The mark is read from the journals' heads."""

import threading
from collections.abc import Callable
from typing import Final

from dbthreads import sql

_MARK: Final = "SELECT count(*), max(id), sum(last_position), sum(expired_through) FROM events_registration"
_lock = threading.Lock()
_subscribers: set[Callable[[], None]] = set()


def latest() -> str:
    return "/".join("" if part is None else str(part) for part in sql.rows(_MARK)[0])


def subscribe(callback: Callable[[], None]) -> Callable[[], None]:
    """Call `callback` whenever this process changed something; it must not block. Returns what ends that."""
    with _lock:
        _subscribers.add(callback)
    return lambda: _subscribers.discard(callback)


def ring() -> None:
    """Something was committed."""
    with _lock:
        callbacks = tuple(_subscribers)
    for callback in callbacks:
        callback()
