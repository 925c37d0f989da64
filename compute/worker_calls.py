"""Invocations of custom workers: who has to be called, whose events are waited for. A writer, as `activations` is."""

import time
from dataclasses import dataclass
from typing import Any

from compute.activations import Task
from contract import jsontext
from dbthreads import sql


@dataclass(frozen=True)
class WorkerCall:
    """An invocation of a custom worker that wants attention, with the renditions that are not finished.

    `is_awaiting`: the worker has been called, its events are waited for until `deadline` (seconds since the epoch).
    """

    invocation_id: int
    worker: str
    activation_id: str
    request_id: str
    org_id: str
    client_id: str
    access_token: str
    source: Any
    user_data: Any
    accepted_at: float
    attempts: int
    is_awaiting: bool
    deadline: float | None
    worker_activation_id: str
    tasks: tuple[Task, ...]

    @property
    def is_overdue(self) -> bool:
        return self.deadline is not None and self.deadline <= time.time()


def take_due(limit: int, owner: str, lease: float, accepted_before: float) -> list[WorkerCall]:
    """Take at most `limit` that are due, of activations accepted before that moment, for `lease` seconds."""
    now = time.time()
    due = (
        "SELECT i.id FROM compute_invocation i JOIN compute_activation a ON a.activation_id = i.activation_id"
        " WHERE i.due_at <= %s AND i.worker <> '' AND a.accepted_at <= %s ORDER BY i.due_at LIMIT %s"
        f"{sql.skip_locked()}"
    )
    taken = sql.rows(
        "UPDATE compute_invocation SET owner = %s, due_at = %s,"
        " attempts = attempts + CASE WHEN state = 'awaiting' THEN 0 ELSE 1 END,"
        " state = CASE WHEN state = 'awaiting' THEN 'awaiting' ELSE 'running' END"
        f" WHERE id IN ({due}) RETURNING id",
        [owner, now + lease, now, accepted_before, limit],
    )
    return [_call(invocation) for (invocation,) in taken]


def next_due(delay: float) -> float | None:
    """When the next is due: not sooner than `delay` seconds after its activation was accepted."""
    rows = sql.rows(
        "SELECT i.due_at, a.accepted_at FROM compute_invocation i"
        " JOIN compute_activation a ON a.activation_id = i.activation_id"
        " WHERE i.due_at IS NOT NULL AND i.worker <> '' ORDER BY i.due_at LIMIT 1"
    )
    return max(rows[0][0], rows[0][1] + delay) if rows else None


def await_events(invocation_id: int, worker_activation_id: str, look_again_at: float) -> None:
    """The worker has taken the call: its events are to come."""
    sql.execute(
        "UPDATE compute_invocation SET state = 'awaiting', owner = '', worker_activation_id = %s, due_at = %s"
        " WHERE id = %s AND due_at IS NOT NULL",
        [worker_activation_id, look_again_at, invocation_id],
    )


def look_again(invocation_id: int, moment: float) -> None:
    sql.execute(
        "UPDATE compute_invocation SET owner = '', due_at = %s,"
        " state = CASE WHEN state = 'running' THEN 'queued' ELSE state END WHERE id = %s AND due_at IS NOT NULL",
        [moment, invocation_id],
    )


def hold(invocation_id: int, moment: float) -> None:
    """Look again then; that was no attempt."""
    sql.execute(
        "UPDATE compute_invocation SET owner = '', due_at = %s, attempts = attempts - 1, state = 'queued'"
        " WHERE id = %s AND state = 'running'",
        [moment, invocation_id],
    )


def set_deadline(invocation_id: int, deadline: float) -> None:
    sql.execute(
        "UPDATE compute_invocation SET deadline = %s WHERE id = %s AND deadline IS NULL", [deadline, invocation_id]
    )


def _call(invocation: int) -> WorkerCall:
    found = sql.rows(
        'SELECT t.id, t."index", t.instructions, i.worker, i.state, i.attempts, i.deadline, i.worker_activation_id,'
        " a.activation_id, a.request_id, a.org_id, a.client_id, a.access_token, a.source, a.user_data, a.accepted_at"
        " FROM compute_invocation i JOIN compute_activation a ON a.activation_id = i.activation_id"
        " LEFT JOIN compute_renditiontask t ON t.invocation_id = i.id AND t.finished_at IS NULL"
        ' WHERE i.id = %s ORDER BY t."index"',
        [invocation],
    )
    worker, state, attempts, deadline, worker_activation_id = found[0][3:8]
    activation_id, request_id, org_id, client_id, access_token, source, user_data, accepted_at = found[0][8:]
    return WorkerCall(
        invocation_id=invocation,
        worker=worker,
        activation_id=activation_id,
        request_id=request_id,
        org_id=org_id,
        client_id=client_id,
        access_token=access_token,
        source=None if source is None else jsontext.loads(source),
        user_data=None if user_data is None else jsontext.loads(user_data),
        accepted_at=accepted_at,
        attempts=attempts,
        is_awaiting=state == "awaiting",
        deadline=deadline,
        worker_activation_id=worker_activation_id,
        tasks=tuple(Task(row[0], row[1], jsontext.loads(row[2])) for row in found if row[0] is not None),
    )
