"""What of the repository belongs to a snapshot: the tree, its binaries, uploads and jobs. Users and sessions do not."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from repository import changes, deletions
from repository.models import (
    Binary,
    BlobDeletion,
    ChunkedUpload,
    CompletedUpload,
    ImportedFile,
    JobRendition,
    JobState,
    JournalCursor,
    Node,
    ParkedEvent,
    ProcessedEvent,
    ProcessingJob,
)
from repository.paths import ROOT

TABLES = (
    *(Binary, Node, BlobDeletion, CompletedUpload, ChunkedUpload, ImportedFile),
    *(ProcessingJob, JobRendition, JournalCursor, ProcessedEvent, ParkedEvent),
)
hold = deletions.held


def secrets() -> list[Path]:
    return []


def restored(manifest: dict[str, Any]) -> None:
    """Jobs that were at the service are asked for again: blocks that no rendition had been made of are not here."""
    now = timezone.now()
    ProcessingJob.objects.filter(state__in=(JobState.PENDING, JobState.SUBMITTED)).update(next_attempt_at=now)
    for model in (Binary, BlobDeletion):
        model._default_manager.filter(container=manifest.get("container")).update(container=settings.BLOB_CONTAINER)
    changes.record([ROOT], "created")
