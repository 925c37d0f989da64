"""The outbox of processing jobs: rows written with the asset, claimed by the loop `submit-jobs`, ended by the poller.

pending → submitted → done
   │          │  └──→ superseded   its unfinished renditions went to another job
   └→ failed ←┘

A job is live while it is pending or submitted. An asset is being processed while it has a live job: every path out of
these two states ends each of its renditions, so nothing is ever stuck. To be called within `tree.writing`, unless
a function says otherwise.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

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

bell = Bell()  # rings when there is a job to send


@dataclass(frozen=True)
class EnqueuedJob:
    id: str
    generation: int


def enqueue(asset_uuid: str, renditions: Sequence[RequestedRendition]) -> EnqueuedJob:
    """Ask for renditions of an asset; a live job that it has is superseded, and its late events ignored."""
    newest = sql.scalar("SELECT MAX(generation) FROM repository_processingjob WHERE asset_uuid = %s", [asset_uuid])
    if newest is not None:
        supersede(asset_uuid)
    job = _add(asset_uuid, (newest or 0) + 1)
    JobRendition.objects.bulk_create(
        JobRendition(
            job_id=job.id,
            position=position,
            name=rendition.name,
            instructions=dict(rendition.instructions),
            blob=new_blob("renditions"),
            capacity=PART_SIZE,
        )
        for position, rendition in enumerate(renditions)
    )
    return EnqueuedJob(job.id, job.generation)


def unfinished(asset_uuid: str) -> list[RequestedRendition]:
    """What the live jobs of an asset still wait for."""
    waiting = JobRendition.objects.filter(
        job__asset_uuid=asset_uuid, job__state__in=LIVE, state=RenditionState.REQUESTED
    ).order_by("position")
    return [RequestedRendition(row.name, row.instructions) for row in waiting]


def supersede(asset_uuid: str) -> None:
    """Let the live jobs of an asset go: their events will be ignored."""
    ProcessingJob.objects.filter(asset_uuid=asset_uuid, state__in=LIVE).update(state=JobState.SUPERSEDED)


def move_to_new_job(job: ProcessingJob, renditions: Iterable[JobRendition]) -> None:
    """Ask again for renditions of a job, with other blobs: an event of the old job finds them no more."""
    successor = _add(job.asset_uuid, job.generation, resubmissions=job.resubmissions + 1)
    for rendition in renditions:
        rendition.job = successor
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
    values = [connection.ops.adapt_datetimefield_value(moment) for moment in (now + lease, now, now)]
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
    ProcessingJob.objects.filter(id=job_id, state=JobState.PENDING).update(
        state=JobState.SUBMITTED,
        activation_id=activation_id[:36],
        next_attempt_at=timezone.now() + answer_within,
        reason="",
        message="",
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
    live = ProcessingJob.objects.filter(asset_uuid__in=list(asset_uuids), state__in=LIVE)
    return set(live.values_list("asset_uuid", flat=True))


def under_way() -> bool:
    """Whether any job is live, so that events are to be expected."""
    return ProcessingJob.objects.filter(state__in=LIVE).exists()


def _add(asset_uuid: str, generation: int, resubmissions: int = 0) -> ProcessingJob:
    now = timezone.now()
    job = ProcessingJob.objects.create(
        id=str(uuid.uuid4()),
        asset_uuid=asset_uuid,
        generation=generation,
        resubmissions=resubmissions,
        next_attempt_at=now,
        created=now,
    )
    bell.ring_on_commit()
    return job
