"""What the health page shows of the Asset Compute service."""

import time
from typing import Any

from compute import lifecycle
from dbthreads import in_db, sql

STARTING_FOR = 30.0  # seconds in which the processes may still be starting
STUCK_AFTER = 60.0  # seconds that an event may wait to be sent, or an invocation to be looked at
_loaded_at = time.monotonic()


async def health() -> dict[str, dict[str, object]]:
    """Core worker processes, the work that waits for them, and the events that wait to be sent (ages in seconds)."""
    return {"core-workers": _core_workers(), **await in_db(_backlog)}


def _core_workers() -> dict[str, Any]:
    if lifecycle.running is None:
        return {"ok": False, "error": "not started"}
    facts = lifecycle.running.pool.health()
    is_starting = time.monotonic() - _loaded_at < STARTING_FOR
    return {"ok": facts["alive"] > 0 or is_starting, **facts}


def _backlog() -> dict[str, dict[str, object]]:
    now = time.time()
    unfinished, overdue, oldest = sql.rows(
        "SELECT count(*), sum(CASE WHEN i.due_at < %s THEN 1 ELSE 0 END), min(a.accepted_at)"
        " FROM compute_invocation i JOIN compute_activation a ON a.activation_id = i.activation_id"
        " WHERE i.due_at IS NOT NULL",
        [now - STUCK_AFTER],
    )[0]
    unsent, first = sql.rows(
        "SELECT count(*), min(finished_at) FROM compute_renditiontask WHERE publish_at IS NOT NULL"
    )[0]
    return {
        "invocations": {"ok": not overdue, "unfinished": unfinished, **_age(oldest, now)},
        "outbox": {"ok": first is None or now - first < STUCK_AFTER, "unsent": unsent, **_age(first, now)},
    }


def _age(moment: float | None, now: float) -> dict[str, float]:
    return {} if moment is None else {"oldest_age": round(now - moment, 3)}
