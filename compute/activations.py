"""Activations and what becomes of them. With `outbox` and `worker_calls` the only writer of the box's rows.

Who takes an invocation on does so by a conditional update: of two takers one finds the row changed. A rendition ends
once: what comes second changes nothing. That, and the event's unique id in the journal, is what makes it one event
for each rendition.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from compute.models import Activation, RenditionTask
from compute.rendition_events import Outcome
from contract import jsontext
from contract.texts import clean
from dbthreads import sql

RESEND_AFTER = 30.0
"""Seconds until a message that nobody acted on is sent again."""
CORE = ""
LONGEST_REASON = 255  # characters
FORGET_AT_ONCE = 200  # a short transaction each: others want to write


@dataclass(frozen=True)
class NewActivation:
    """A checked `/process` call. `renditions`: worker URL (or `CORE`) and instructions as they came, for each."""

    activation_id: str
    request_id: str
    org_id: str
    client_id: str
    access_token: str
    source: Any
    user_data: Any
    body_hash: str
    renditions: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class Task:
    task_id: int
    index: int
    instructions: dict[str, Any]


@dataclass(frozen=True)
class CoreWork:
    """An invocation of the core worker that this process has taken: the renditions which are not finished."""

    invocation_id: int
    activation_id: str
    request_id: str
    source: Any
    attempts: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Settlement:
    """How one rendition ended; its event is sent at `publish_at`, or not at all when somebody else has sent it."""

    task_id: int
    outcome: Outcome
    publish_at: float | None


def create(new: NewActivation) -> dict[str, int]:
    """Write an activation; the ids of its invocations by worker URL. In the caller's transaction."""
    now = time.time()
    sql.execute(
        "INSERT INTO compute_activation (activation_id, request_id, org_id, client_id, access_token, source, user_data,"
        " body_hash, accepted_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *(new.activation_id, new.request_id, new.org_id, new.client_id, new.access_token),
            *(_json(new.source), _json(new.user_data), new.body_hash, now),
        ],
    )
    workers = dict.fromkeys(worker for worker, _ in new.renditions)
    invocations = {worker: _invocation(new.activation_id, worker, now) for worker in workers}
    sql.execute_many(
        'INSERT INTO compute_renditiontask (invocation_id, "index", instructions, state, publish_attempts)'
        " VALUES (%s, %s, %s, 'queued', 0)",
        [
            (invocations[worker], index, jsontext.dumps(instructions))
            for index, (worker, instructions) in enumerate(new.renditions)
        ],
    )
    return invocations


def _invocation(activation_id: str, worker: str, now: float) -> int:
    # A custom worker is called by a loop that looks for what is due; a message calls the core worker sooner.
    due_at = now + (RESEND_AFTER if worker == CORE else 0)
    return int(
        sql.scalar(
            "INSERT INTO compute_invocation (activation_id, worker, state, owner, attempts, due_at,"
            " worker_activation_id) VALUES (%s, %s, 'queued', '', 0, %s, '') RETURNING id",
            [activation_id, worker, due_at],
        )
    )


def _json(value: Any) -> str | None:
    return None if value is None else jsontext.dumps(value)


def unfinished_twin(client_id: str, request_id: str, body_hash: str) -> str | None:
    """An activation of the very same request that is still being worked on."""
    twin: str | None = sql.scalar(
        "SELECT a.activation_id FROM compute_activation a JOIN compute_invocation i"
        " ON i.activation_id = a.activation_id AND i.due_at IS NOT NULL"
        " WHERE a.client_id = %s AND a.request_id = %s AND a.body_hash = %s ORDER BY a.accepted_at LIMIT 1",
        [client_id, request_id, body_hash],
    )
    return twin


def take_core(invocation_id: int, owner: str, lease: float) -> CoreWork | None:
    """Take an invocation of the core worker for `lease` seconds; None when it has ended or another process has it."""
    now = time.time()
    taken = sql.execute(
        "UPDATE compute_invocation SET state = 'running', owner = %s, due_at = %s, attempts = attempts + 1"
        " WHERE id = %s AND worker = '' AND state IN ('queued', 'running') AND (owner = '' OR due_at <= %s)",
        [owner, now + lease, invocation_id, now],
    )
    return _core_work(invocation_id) if taken else None


def _core_work(invocation_id: int) -> CoreWork:
    found = sql.rows(
        'SELECT t.id, t."index", t.instructions, a.activation_id, a.request_id, a.source, i.attempts'
        " FROM compute_invocation i"
        " JOIN compute_activation a ON a.activation_id = i.activation_id"
        " LEFT JOIN compute_renditiontask t ON t.invocation_id = i.id AND t.finished_at IS NULL"
        ' WHERE i.id = %s ORDER BY t."index"',
        [invocation_id],
    )
    *_, activation_id, request_id, source, attempts = found[0]
    tasks = tuple(
        Task(task_id, index, jsontext.loads(instructions))
        for task_id, index, instructions, *_ in found
        if task_id is not None
    )
    known = jsontext.loads(source) if source else None
    return CoreWork(invocation_id, activation_id, request_id, known, attempts, tasks)


def request_of(invocation_id: int) -> str:
    """The request id of an invocation's activation."""
    query = (
        "SELECT a.request_id FROM compute_invocation i JOIN compute_activation a ON a.activation_id = i.activation_id"
        " WHERE i.id = %s"
    )
    return str(sql.scalar(query, [invocation_id]) or "")


def look_again(invocation_id: int, moment: float) -> None:
    """Have the message of an invocation that nobody has taken sent again then."""
    sql.execute(
        "UPDATE compute_invocation SET due_at = %s WHERE id = %s AND state = 'queued' AND due_at IS NOT NULL",
        [moment, invocation_id],
    )


def renew(owner: str, lease: float) -> None:
    """Keep what this process has taken."""
    sql.execute(
        "UPDATE compute_invocation SET due_at = %s WHERE owner = %s AND state = 'running'",
        [time.time() + lease, owner],
    )


def release(owner: str) -> None:
    """Give back what a process has taken: it stops in good order, which is not the work's fault, or it is dead."""
    sql.execute(
        "UPDATE compute_invocation SET owner = '', due_at = %s,"
        " attempts = attempts - CASE WHEN state = 'running' THEN 1 ELSE 0 END,"
        " state = CASE WHEN state = 'running' THEN 'queued' ELSE state END WHERE owner = %s AND due_at IS NOT NULL",
        [time.time(), owner],
    )


def owners() -> list[str]:
    """The processes that have taken work on."""
    query = "SELECT DISTINCT owner FROM compute_invocation WHERE due_at IS NOT NULL AND owner <> ''"
    return [owner for (owner,) in sql.rows(query)]


def all_queued_due() -> None:
    """Have every message sent again. Those that are not lost do no harm: an invocation is taken once."""
    sql.execute(
        "UPDATE compute_invocation SET due_at = %s WHERE state = 'queued' AND due_at IS NOT NULL AND worker = ''",
        [time.time()],
    )


def take_due_messages(limit: int) -> list[int]:
    """Core invocations whose message has to be sent (again), put off until that one may have been lost too."""
    now = time.time()
    due = (
        "SELECT id FROM compute_invocation WHERE due_at <= %s AND worker = '' AND state IN ('queued', 'running')"
        f" ORDER BY due_at LIMIT %s{sql.skip_locked()}"
    )
    with transaction.atomic():
        found = [invocation for (invocation,) in sql.rows(due, [now, limit])]
        if found:
            sql.execute(
                "UPDATE compute_invocation SET state = 'queued', owner = '', due_at = %s"
                f" WHERE id IN ({sql.marks(found)})",
                [now + RESEND_AFTER, *found],
            )
    return found


def message_lost(invocation_id: int) -> None:
    """The broker did not take the message: send it again soon."""
    sql.execute(
        "UPDATE compute_invocation SET due_at = %s WHERE id = %s AND state = 'queued'",
        [time.time() + 1.0, invocation_id],
    )


def mark_running(task_ids: Sequence[int]) -> None:
    sql.execute(
        f"UPDATE compute_renditiontask SET state = 'running' WHERE id IN ({sql.marks(task_ids)}) AND state = 'queued'",
        task_ids,
    )


def settle(settlements: Sequence[Settlement]) -> None:
    """Write how renditions ended, and end the invocations that have none left."""
    now = time.time()
    with transaction.atomic():
        sql.execute_many(
            "UPDATE compute_renditiontask SET state = %s, metadata = %s, data = %s, error_reason = %s,"
            " error_message = %s, finished_at = %s, publish_at = %s, published_at = %s"
            " WHERE id = %s AND finished_at IS NULL",
            [_settled(settlement, now) for settlement in settlements],
        )
        tasks = [settlement.task_id for settlement in settlements]
        sql.execute(
            "UPDATE compute_invocation SET state = 'ended', owner = '', due_at = NULL WHERE id IN"
            f" (SELECT invocation_id FROM compute_renditiontask WHERE id IN ({sql.marks(tasks)}))"
            " AND NOT EXISTS (SELECT 1 FROM compute_renditiontask t"
            " WHERE t.invocation_id = compute_invocation.id AND t.finished_at IS NULL)",
            tasks,
        )


def open_tasks(activation_id: str) -> list[int]:
    """The renditions of an activation that have not ended."""
    query = (
        "SELECT t.id FROM compute_renditiontask t JOIN compute_invocation i ON i.id = t.invocation_id"
        " WHERE i.activation_id = %s AND t.finished_at IS NULL"
    )
    return [task for (task,) in sql.rows(query, [activation_id])]


def end_if_finished(invocation_id: int) -> None:
    """End an invocation that was taken on with nothing left to do."""
    sql.execute(
        "UPDATE compute_invocation SET state = 'ended', owner = '', due_at = NULL WHERE id = %s AND NOT EXISTS"
        " (SELECT 1 FROM compute_renditiontask WHERE invocation_id = %s AND finished_at IS NULL)",
        [invocation_id, invocation_id],
    )


def forget_older_than(age: float) -> int:
    """Delete activations that were accepted more than `age` seconds ago and have nothing left to do; how many."""
    old = Activation.objects.filter(accepted_at__lt=time.time() - age).order_by("accepted_at")
    done = old.exclude(invocations__due_at__isnull=False).exclude(invocations__tasks__publish_at__isnull=False)
    forgotten = 0
    while some := list(done.values_list("pk", flat=True)[:FORGET_AT_ONCE]):
        Activation.objects.filter(pk__in=some).delete()
        forgotten += len(some)
    return forgotten


def _settled(settlement: Settlement, now: float) -> tuple[Any, ...]:
    outcome = settlement.outcome
    return (
        RenditionTask.State.FAILED.value if outcome.failed else RenditionTask.State.CREATED.value,
        _json(outcome.metadata),
        outcome.data and clean(outcome.data),
        outcome.error_reason and clean(outcome.error_reason)[:LONGEST_REASON],
        outcome.error_message and clean(outcome.error_message),
        now,
        settlement.publish_at,
        now if settlement.publish_at is None else None,
        settlement.task_id,
    )
