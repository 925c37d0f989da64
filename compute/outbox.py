"""The events that are still to be sent, one for each finished rendition. The rows are the queue."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compute import live
from compute.rendition_events import Facts, Outcome, payload
from contract import jsontext
from dbthreads import sql

SENDING_FOR = 30.0
"""Seconds after which an event that was taken, but neither sent nor put off, is taken again."""


@dataclass(frozen=True)
class OutgoingEvent:
    """An event ready to be sent. `event_id` makes it unique in the journal; times are seconds since the epoch."""

    task_id: int
    event_id: str
    org_id: str
    client_id: str
    access_token: str
    accepted_at: float
    finished_at: float
    attempts: int
    payload: str
    request_id: str = ""


@dataclass(frozen=True)
class Taken:
    """What was due, and when the next event will be, in seconds since the epoch."""

    events: list[OutgoingEvent]
    next_due: float | None


@dataclass(frozen=True)
class Sent:
    """What became of an attempt: delivered (`retry_at` None), or to be sent again then."""

    task_id: int
    retry_at: float | None = None
    abandoned: bool = False


def take(limit: int) -> Taken:
    """Take at most `limit` events that are due, so that no other process sends them meanwhile."""
    now = time.time()
    due = f"SELECT id FROM compute_renditiontask WHERE publish_at <= %s ORDER BY publish_at LIMIT %s{sql.skip_locked()}"
    taken = sql.rows(
        f"UPDATE compute_renditiontask SET publish_at = %s WHERE id IN ({due}) RETURNING id",
        [now + SENDING_FOR, now, limit],
    )
    return Taken(_events([task for (task,) in taken]), _next_due())


def put_off(tasks: Sequence[int], until: float) -> None:
    """Have these events taken again then; that is no attempt."""
    sql.execute_many(
        "UPDATE compute_renditiontask SET publish_at = %s WHERE id = %s", [(until, task) for task in tasks]
    )


def all_due() -> None:
    """Have every event sent that waits: whoever had taken some is dead. Two senders do no harm, the ids are unique."""
    now = time.time()
    sql.execute("UPDATE compute_renditiontask SET publish_at = %s WHERE publish_at > %s", [now, now])


def _next_due() -> float | None:
    due: float | None = sql.scalar("SELECT min(publish_at) FROM compute_renditiontask WHERE publish_at IS NOT NULL")
    return due


def note(results: Sequence[Sent]) -> list[None]:
    """Write down what became of attempts."""
    now = time.time()
    finished = [(None if sent.abandoned else now, sent.task_id) for sent in results if sent.retry_at is None]
    sql.execute_many("UPDATE compute_renditiontask SET publish_at = NULL, published_at = %s WHERE id = %s", finished)
    again = [(sent.retry_at, sent.task_id) for sent in results if sent.retry_at is not None]
    sql.execute_many(
        "UPDATE compute_renditiontask SET publish_at = %s, publish_attempts = publish_attempts + 1 WHERE id = %s", again
    )
    live.ring()
    return [None] * len(results)


def _events(tasks: list[int]) -> list[OutgoingEvent]:
    if not tasks:
        return []
    query = (
        'SELECT t.id, t."index", t.instructions, t.metadata, t.data, t.error_reason, t.error_message, t.finished_at,'
        " t.publish_attempts, i.worker_activation_id, a.activation_id, a.request_id, a.org_id, a.client_id,"
        " a.access_token, a.source, a.user_data, a.accepted_at FROM compute_renditiontask t"
        " JOIN compute_invocation i ON i.id = t.invocation_id"
        " JOIN compute_activation a ON a.activation_id = i.activation_id"
        f" WHERE t.id IN ({sql.marks(tasks)}) ORDER BY t.finished_at, t.id"
    )
    return [_event(*row) for row in sql.rows(query, tasks)]


def _event(*row: Any) -> OutgoingEvent:
    (task_id, index, instructions, metadata, data, reason, message, finished_at, attempts) = row[:9]
    (worker_activation_id, activation_id, request_id, org_id, client_id, token, source, user_data, accepted_at) = row[
        9:
    ]
    facts = Facts(
        request_id=request_id,
        source=_loads(source),
        user_data=_loads(user_data),
        instructions=jsontext.loads(instructions),
        finished_at=finished_at,
        worker_activation_id=worker_activation_id,
    )
    outcome = Outcome(_loads(metadata), data, reason, message)
    return OutgoingEvent(
        task_id=task_id,
        event_id=f"{activation_id}-{index}",
        org_id=org_id,
        client_id=client_id,
        access_token=token,
        accepted_at=accepted_at,
        finished_at=finished_at,
        attempts=attempts,
        payload=jsontext.dumps(payload(facts, outcome)),
        request_id=request_id,
    )


def _loads(text: str | None) -> Any:
    return None if text is None else jsontext.loads(text)
