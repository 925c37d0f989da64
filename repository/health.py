"""Whether assets are being processed: the outbox is emptied, and events come back."""

from datetime import datetime
from typing import Final

from django.db.models import Count, Min, Q
from django.utils import timezone

from dbthreads import in_db
from repository.models import BlobDeletion, JobState, JournalCursor, ProcessingJob

LATE: Final = 60.0  # seconds a job may wait to be sent before something must be wrong


async def health() -> dict[str, dict[str, object]]:
    return await in_db(_report)


def _report() -> dict[str, dict[str, object]]:
    pending, submitted = Q(state=JobState.PENDING), Q(state=JobState.SUBMITTED)
    found = ProcessingJob.objects.filter(pending | submitted).aggregate(
        pending=Count("id", filter=pending),
        submitted=Count("id", filter=submitted),
        oldest=Min("created", filter=pending),
    )
    age = _age(found["oldest"])
    cursor = JournalCursor.objects.order_by("-updated").first()
    return {
        "processing-jobs": {
            "ok": age is None or age < LATE,
            "pending": found["pending"],
            "submitted": found["submitted"],
            "oldest": age,
        },
        "journal-cursor": {"ok": True, "age": _age(cursor.updated) if cursor else None},
        "blob-deletions": {"ok": True, "waiting": BlobDeletion.objects.count()},
    }


def _age(moment: datetime | None) -> float | None:
    return round((timezone.now() - moment).total_seconds(), 3) if moment else None
