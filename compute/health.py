"""What the health page shows of the Asset Compute service."""

import time
from typing import Any

from compute import lifecycle
from dbthreads import in_db, sql

STARTING_FOR = 30.0  # seconds in which the processes may still be starting
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
    unfinished, oldest = sql.rows(
        "SELECT count(*), min(a.accepted_at) FROM compute_invocation i"
        " JOIN compute_activation a ON a.activation_id = i.activation_id WHERE i.due_at IS NOT NULL"
    )[0]
    unsent, first = sql.rows(
        "SELECT count(*), min(finished_at) FROM compute_renditiontask WHERE publish_at IS NOT NULL"
    )[0]
    return {
        "invocations": {"ok": True, "unfinished": unfinished, **_age("oldest_age", oldest, now)},
        "outbox": {"ok": True, "unsent": unsent, **_age("oldest_age", first, now)},
    }


def _age(name: str, moment: float | None, now: float) -> dict[str, float]:
    return {} if moment is None else {name: round(now - moment, 3)}
