"""The loop `forget-old-rows`: rows that only say what happened do not stay for ever."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from dbthreads import in_db
from repository import changes, jobs
from repository.models import ChunkedUpload, CompletedUpload, ImportedFile, ProcessedEvent, ProcessingJob

INTERVAL: Final = 600.0  # seconds
BEAT: Final = 20.0
EVENTS_KEPT: Final = timedelta(days=8)  # the journal keeps its entries for seven
JOBS_KEPT: Final = timedelta(days=30)


async def forget_old_rows(beat: Callable[[], None]) -> None:
    while True:
        await in_db(forget)
        for _ in range(int(INTERVAL / BEAT)):
            beat()
            await asyncio.sleep(BEAT)


def forget() -> None:
    """Each kind of row in a short transaction of its own."""
    now = timezone.now()
    changes.prune()
    CompletedUpload.objects.filter(expires__lt=now).delete()
    ChunkedUpload.objects.filter(expires__lt=now).delete()
    ProcessedEvent.objects.filter(at__lt=now - EVENTS_KEPT).delete()
    ImportedFile.objects.filter(created__lt=now - JOBS_KEPT).delete()
    _forget_jobs()


def _forget_jobs() -> None:
    """All but the newest of an asset, which says why a rendition failed."""
    with transaction.atomic():
        ended = ProcessingJob.objects.exclude(state__in=jobs.LIVE).filter(created__lt=timezone.now() - JOBS_KEPT)
        newest = ProcessingJob.objects.values("asset_uuid").annotate(newest=Max("generation"))
        kept = {(row["asset_uuid"], row["newest"]) for row in newest.filter(asset_uuid__in=ended.values("asset_uuid"))}
        old = [job.id for job in ended if (job.asset_uuid, job.generation) not in kept]
        for start in range(0, len(old), 500):
            ProcessingJob.objects.filter(id__in=old[start : start + 500]).delete()
