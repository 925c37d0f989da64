"""The topic `runtime` of the live pages: deployed actions, activations, and what these write while they run.

The mark is put together from what every change of the rows moves; each part is read from an index, or is of few rows.
"""

import threading
from collections.abc import Callable
from typing import Final

from dbthreads import sql

_MARK: Final = (
    "SELECT (SELECT max(accepted_at) FROM runtime_activation),"
    " (SELECT count(*) FROM runtime_activation WHERE ended_at IS NULL),"
    " (SELECT sum(started_at) FROM runtime_activation WHERE ended_at IS NULL),"
    " (SELECT max(id) FROM runtime_logline),"
    " (SELECT count(*) FROM runtime_action),"
    " (SELECT max(deployed_at) FROM runtime_action)"
)
_lock = threading.Lock()
_subscribers: set[Callable[[], None]] = set()


def latest() -> str:
    return "/".join("" if part is None else f"{part:.15g}" for part in sql.rows(_MARK)[0])


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
