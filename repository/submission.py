"""The loop `submit-jobs`: sends pending jobs to Asset Compute, and looks after those whose events do not come."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dbthreads import in_db
from probes.gates import gates
from repository import assets, bursts, jobs, outcomes, profile_store, tree
from repository.asset_compute import AssetComputeClient
from repository.binaries import https_endpoint, storage
from repository.doorbell import Doorbell
from repository.errors import ServiceError, ServiceUnavailable
from repository.jobs import AwaitedRendition
from repository.models import JobState, ProcessingJob, RenditionState
from repository.parking import subjects
from repository.tree import BinaryRef, TreeNode

ATTEMPT: Final = 25.0  # seconds for one call of /process, with all that it needs
LEASE: Final = timedelta(seconds=40)  # longer than one attempt can take
IDLE: Final = 1.0  # seconds between two looks for jobs of other processes, retries and overdue ones
FIRST_DELAY: Final = 0.5  # seconds before the first retry; doubles
LONGEST_DELAY: Final = 60.0
MOST_AT_GATE: Final = 1000  # jobs of which it is asked whether they are held

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Submission:
    """A claimed job and its request. `attempt` counts from 1."""

    job: str
    attempt: int
    body: dict[str, Any]
    about: Mapping[str, str] = field(default_factory=dict)
    """For the recorder: `path`, `mime`, `profile`."""


async def submit_jobs(beat: Callable[[], None]) -> None:
    running: set[asyncio.Task[None]] = set()
    loop, look_again = asyncio.get_running_loop(), 0.0
    with Doorbell(jobs.bell) as bell:
        async with AssetComputeClient() as service:
            await in_db(take_over)
            try:
                while True:
                    beat()
                    room = settings.JOB_CONCURRENCY - len(running)
                    allowed = bursts.uploads.allowed(room)
                    claimed = await in_db(claim, allowed) if allowed else []
                    running |= {asyncio.create_task(submit(service, submission)) for submission in claimed}
                    if loop.time() > look_again:
                        await in_db(resubmit_overdue)
                        look_again = loop.time() + IDLE
                    if allowed < room:
                        await asyncio.sleep(bursts.INTERVAL / 2)
                    elif room > len(claimed):
                        await bell.wait(IDLE)
                    elif running:
                        await asyncio.wait(running, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED)
                    running = {task for task in running if not _ended(task)}
            finally:
                for task in running:
                    task.cancel()


async def submit(service: AssetComputeClient, submission: Submission) -> None:
    """Send one job; whatever happens, its row says what is next."""
    try:
        async with asyncio.timeout(ATTEMPT):
            activation_id = await service.process(submission.job, submission.body, submission.about)
    except TimeoutError:
        late = ServiceUnavailable(f"Asset Compute did not answer within {ATTEMPT:g} seconds")
        await in_db(_postpone_or_give_up, submission, late)
    except ServiceUnavailable as err:
        await in_db(_postpone_or_give_up, submission, err)
    except ServiceError as err:
        await in_db(outcomes.give_up, submission.job, err.reason, err.message)
    else:
        answer_within = timedelta(seconds=settings.JOB_ANSWER_TIMEOUT)
        await in_db(jobs.submitted, submission.job, activation_id, answer_within)


def take_over() -> None:
    """End the leases of a process that died. Only where no other process can hold one: SQLite has one server."""
    if connection.vendor == "sqlite":
        ProcessingJob.objects.filter(state=JobState.PENDING, reason="").update(next_attempt_at=timezone.now())


def claim(limit: int) -> list[Submission]:
    """Claim pending jobs and write their requests; jobs whose asset is gone are ended."""
    ids = jobs.claim(limit, LEASE, _held_back())
    if not ids:
        return []
    wanted: dict[str, list[AwaitedRendition]] = {job_id: [] for job_id in ids}
    for rendition in jobs.awaited(ids):
        wanted[rendition.job].append(rendition)
    claimed = ProcessingJob.objects.filter(id__in=ids)
    return [submission for job in claimed if (submission := _prepared(job, wanted[job.id]))]


def request_body(
    job: ProcessingJob, asset: TreeNode, source: BinaryRef, wanted: Sequence[AwaitedRendition]
) -> dict[str, Any]:
    """The request of `/process`: the signed source, and for each rendition signed URLs of its blocks.

    Custom workers accept https only, so a job with one is signed for the https name of the storage. The same job has
    the same request each time it is sent, signatures included, so that the service can know it again.
    """
    endpoint = https_endpoint() if any("worker" in row.instructions for row in wanted) else None
    expires = job.created + timedelta(seconds=settings.JOB_URL_LIFETIME)
    identity = {"job": job.id, "asset": job.asset_uuid, "generation": job.generation}
    return {
        "source": {
            "url": storage().sign_read(source.blob, expires, endpoint=endpoint),
            "name": asset.name,
            "mimetype": source.mime_type,
            "size": source.size,
        },
        "renditions": [_rendition(row, identity, expires, endpoint) for row in wanted],
        "userData": {"aem": identity},
    }


def _held_back() -> list[str]:
    """Jobs that are due, but held at the gate before step 2."""
    if not gates.active:
        return []
    return sorted(gates.held(2, subjects(jobs.due(MOST_AT_GATE))))


def _about(asset: TreeNode, source: BinaryRef) -> dict[str, str]:
    assigned = profile_store.assignment_of(asset.path.parent)
    return {"path": asset.path, "mime": source.mime_type, "profile": assigned.profile.name if assigned else ""}


def resubmit_overdue() -> None:
    """Ask again for what no event came for in time, JOB_MAX_RESUBMISSIONS times; then it has failed.

    While a job is held at a gate, its time does not run: it begins anew when the job goes on.
    """
    overdue = ProcessingJob.objects.filter(state=JobState.SUBMITTED, next_attempt_at__lte=timezone.now())
    late = list(overdue.values_list("id", flat=True)[:100])
    waiting = gates.waiting(late)
    if waiting:
        anew = timezone.now() + timedelta(seconds=settings.JOB_ANSWER_TIMEOUT)
        overdue.filter(id__in=waiting).update(next_attempt_at=anew)
    for job_id in late:
        if job_id in waiting:
            continue
        with tree.writing():
            job = ProcessingJob.objects.filter(id=job_id, state=JobState.SUBMITTED).first()
            if job is None:
                continue
            if job.resubmissions >= settings.JOB_MAX_RESUBMISSIONS:
                message = f"No event came within {settings.JOB_ANSWER_TIMEOUT:g} seconds, though asked again"
                outcomes.give_up(job.id, "Timeout", message)
                continue
            jobs.move_to_new_job(job, job.renditions.filter(state=RenditionState.REQUESTED))
            jobs.end([job.id], JobState.SUPERSEDED, message="No event came in time")
        logger.warning("No events came for job %s in time: asked again", job_id)


def _prepared(job: ProcessingJob, wanted: Sequence[AwaitedRendition]) -> Submission | None:
    asset, source = tree.by_uuid_with(job.asset_uuid, f"{assets.RENDITIONS}/original/jcr:content")
    if asset is None:
        jobs.end([job.id], JobState.SUPERSEDED, message="The asset was deleted")
        return None
    if source is None or source.binary is None:
        outcomes.give_up(job.id, "SourceUnsupported", "The asset has no original")
        return None
    try:
        body = request_body(job, asset, source.binary, wanted)
        return Submission(job.id, job.attempts, body, _about(asset, source.binary))
    except Exception as err:  # a job that breaks us must not keep the others from being sent
        logger.exception("The request of job %s cannot be written", job.id)
        outcomes.give_up(job.id, "GenericError", f"The request could not be written: {type(err).__name__}")
        return None


def _rendition(
    row: AwaitedRendition, identity: dict[str, Any], expires: datetime, endpoint: str | None
) -> dict[str, Any]:
    parts = -(-row.capacity // jobs.PART_SIZE)
    return {
        **row.instructions,
        "name": row.name,
        "target": {
            "urls": storage().sign_blocks(row.blob, parts, expires, endpoint=endpoint),
            "minPartSize": jobs.MIN_PART_SIZE,
            "maxPartSize": jobs.PART_SIZE,
        },
        "userData": {"aem": {**identity, "rendition": row.name, "blob": row.blob}},
    }


def _postpone_or_give_up(submission: Submission, err: ServiceUnavailable) -> None:
    if submission.attempt >= settings.JOB_MAX_ATTEMPTS:
        logger.error("Job %s is given up after %d attempts: %s", submission.job, submission.attempt, err.message)
        outcomes.give_up(submission.job, err.reason, err.message)
        return
    doubled = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (submission.attempt - 1))
    delay = doubled if err.retry_after is None else err.retry_after
    logger.warning("Job %s will be sent again in %g s: %s", submission.job, delay, err.message)
    jobs.postpone(submission.job, timedelta(seconds=delay), err.reason, err.message)


def _ended(task: asyncio.Task[None]) -> bool:
    """Whether it ended; what it did not expect goes to the loop's supervisor."""
    if task.done():
        task.result()
    return task.done()
