"""The outbox of processing jobs: rows written with the asset, claimed by the loop `submit-jobs`, ended by the poller.

pending → submitted → done
   │          │  └──→ superseded   its unfinished renditions went to another job
   └→ failed ←┘

A job is live while it is pending or submitted. An asset is being processed while it has a live job: every path out of
these two states ends each of its renditions, so nothing is ever stuck. To be called within `tree.writing`, unless
a function says otherwise.
"""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from dbthreads import sql
from repository.binaries import new_blob
from repository.doorbell import Bell
from repository.models import JobRendition, JobState, ProcessingJob, RenditionState
from repository.profiles import RequestedRendition

LIVE: Final = (JobState.PENDING, JobState.SUBMITTED)
PART_SIZE: Final = 100 * 1024 * 1024  # bytes; Adobe's transfer library refuses larger parts
MIN_PART_SIZE: Final = 1024 * 1024
MAX_PARTS: Final = 512
_LIVE: Final = "('pending', 'submitted')"

bell = Bell()  # rings when there is a job to send


@dataclass(frozen=True)
class EnqueuedJob:
    id: str
    generation: int


@dataclass(frozen=True)
class AwaitedRendition:
    """A rendition whose event is still to come; `key` is that of its row, `capacity` in bytes."""

    key: int
    job: str
    asset_uuid: str
    name: str
    instructions: Mapping[str, Any]
    blob: str
    capacity: int


def enqueue(asset_uuid: str, renditions: Sequence[RequestedRendition]) -> EnqueuedJob:
    """Ask for renditions of an asset; a live job that it has is superseded, and its late events ignored."""
    newest = sql.scalar("SELECT MAX(generation) FROM repository_processingjob WHERE asset_uuid = %s", [asset_uuid])
    if newest is not None:
        supersede(asset_uuid)
    generation = (newest or 0) + 1
    job_id = _add(asset_uuid, generation)
    sql.execute_many(
        "INSERT INTO repository_jobrendition (job_id, position, name, instructions, blob, capacity, state, reason,"
        " message) VALUES (%s, %s, %s, %s, %s, %s, 'requested', '', '')",
        [
            (
                job_id,
                position,
                rendition.name,
                json.dumps(dict(rendition.instructions)),
                new_blob("renditions"),
                PART_SIZE,
            )
            for position, rendition in enumerate(renditions)
        ],
    )
    return EnqueuedJob(job_id, generation)


def awaited(job_ids: Collection[str]) -> list[AwaitedRendition]:
    """What live jobs among these still wait for."""
    if not job_ids:
        return []
    found = sql.rows(
        "SELECT r.id, r.job_id, j.asset_uuid, r.name, r.instructions, r.blob, r.capacity FROM repository_jobrendition r"
        " JOIN repository_processingjob j ON j.id = r.job_id"
        f" WHERE r.job_id IN ({sql.marks(tuple(job_ids))}) AND r.state = 'requested' AND j.state IN {_LIVE}"
        " ORDER BY r.position",
        tuple(job_ids),
    )
    return [
        AwaitedRendition(key, job, asset, name, json.loads(instructions), blob, capacity)
        for key, job, asset, name, instructions, blob, capacity in found
    ]


def unfinished(asset_uuid: str) -> list[RequestedRendition]:
    """What the live jobs of an asset still wait for."""
    waiting = JobRendition.objects.filter(
        job__asset_uuid=asset_uuid, job__state__in=LIVE, state=RenditionState.REQUESTED
    ).order_by("position")
    return [RequestedRendition(row.name, row.instructions) for row in waiting]


def failures(asset_uuid: str) -> list[tuple[str, str, str]]:
    """Name, reason and message of what failed in the newest generation: the jobs that ended last or are live, and those
    before them that they carry on."""
    return sql.rows(
        "SELECT r.name, r.reason, r.message FROM repository_jobrendition r"
        " JOIN repository_processingjob j ON j.id = r.job_id WHERE j.asset_uuid = %s AND r.state = 'failed'"
        " AND j.generation = (SELECT MAX(generation) FROM repository_processingjob WHERE asset_uuid = %s)"
        " ORDER BY r.position",
        [asset_uuid, asset_uuid],
    )


def supersede(asset_uuid: str) -> None:
    """Let the live jobs of an asset go: their events will be ignored."""
    ProcessingJob.objects.filter(asset_uuid=asset_uuid, state__in=LIVE).update(state=JobState.SUPERSEDED)


def move_to_new_job(job: ProcessingJob, renditions: Iterable[JobRendition]) -> None:
    """Ask again for renditions of a job, with other blobs: an event of the old job finds them no more."""
    successor = _add(job.asset_uuid, job.generation, resubmissions=job.resubmissions + 1)
    for rendition in renditions:
        rendition.job_id = successor
        rendition.blob = new_blob("renditions")
        rendition.save(update_fields=["job", "blob", "capacity"])


def due(limit: int) -> list[str]:
    """Ids of the pending jobs that are due, oldest first."""
    pending = ProcessingJob.objects.filter(state=JobState.PENDING, next_attempt_at__lte=timezone.now())
    return list(pending.order_by("next_attempt_at").values_list("id", flat=True)[:limit])


def claim(limit: int, lease: timedelta, but: Sequence[str] = ()) -> list[str]:
    """Ids of pending jobs that are due, oldest first, each handed to one caller only until its lease ends.

    `but` are ids of jobs that are held. A transaction of its own.
    """
    now = timezone.now()
    values = [sql.moment(moment) for moment in (now + lease, now, now)]
    others = f" AND id NOT IN ({', '.join(['%s'] * len(but))})" if but else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE repository_processingjob SET attempts = attempts + 1, next_attempt_at = %s"
            " WHERE state = 'pending' AND next_attempt_at <= %s AND id IN (SELECT id FROM repository_processingjob"
            f" WHERE state = 'pending' AND next_attempt_at <= %s{others} ORDER BY next_attempt_at LIMIT %s)"
            " RETURNING id",
            [*values, *but, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def submitted(job_id: str, activation_id: str, answer_within: timedelta) -> None:
    """Its events may have come already: then it is done, and stays so. A transaction of its own."""
    sql.execute(
        "UPDATE repository_processingjob SET state = 'submitted', activation_id = %s, next_attempt_at = %s,"
        " reason = '', message = '' WHERE id = %s AND state = 'pending'",
        [activation_id[:36], sql.moment(timezone.now() + answer_within), job_id],
    )


def postpone(job_id: str, delay: timedelta, reason: str, message: str) -> None:
    """Try again later; `reason` and `message` say why. A transaction of its own."""
    ProcessingJob.objects.filter(id=job_id, state=JobState.PENDING).update(
        next_attempt_at=timezone.now() + delay, reason=reason, message=message
    )


def end(job_ids: Iterable[str], state: JobState, reason: str = "", message: str = "") -> int:
    """End live jobs; returns how many were live."""
    live = ProcessingJob.objects.filter(id__in=list(job_ids), state__in=LIVE)
    return live.update(state=state, reason=reason, message=message)


def with_live_jobs(asset_uuids: Iterable[str]) -> set[str]:
    """Those of the assets that are being processed."""
    uuids = tuple(asset_uuids)
    if not uuids:
        return set()
    query = (
        f"SELECT DISTINCT asset_uuid FROM repository_processingjob WHERE asset_uuid IN ({sql.marks(uuids)})"
        f" AND state IN {_LIVE}"
    )
    return {uuid for (uuid,) in sql.rows(query, uuids)}


def end_finished(asset_uuids: Iterable[str]) -> None:
    """End the live jobs of these assets that wait for nothing more."""
    uuids = tuple(asset_uuids)
    if uuids:
        sql.execute(
            f"UPDATE repository_processingjob SET state = 'done' WHERE asset_uuid IN ({sql.marks(uuids)})"
            f" AND state IN {_LIVE} AND NOT EXISTS (SELECT 1 FROM repository_jobrendition r"
            " WHERE r.job_id = repository_processingjob.id AND r.state = 'requested')",
            uuids,
        )


def under_way() -> bool:
    """Whether any job is live, so that events are to be expected."""
    return sql.scalar(f"SELECT 1 FROM repository_processingjob WHERE state IN {_LIVE} LIMIT 1") is not None


def _add(asset_uuid: str, generation: int, resubmissions: int = 0) -> str:
    job_id, now = str(uuid.uuid4()), sql.moment(timezone.now())
    sql.execute(
        "INSERT INTO repository_processingjob (id, asset_uuid, generation, state, attempts, resubmissions,"
        " next_attempt_at, activation_id, reason, message, created, changes)"
        " VALUES (%s, %s, %s, 'pending', 0, %s, %s, '', '', '', %s, '')",
        [job_id, asset_uuid, generation, resubmissions, now, now],
    )
    bell.ring_on_commit()
    return job_id
