"""Emptying the repository: every node but the roots, and every row that belongs to it."""

from typing import Final

from django.db import transaction
from django.db.models import Model

from repository import changes, tree
from repository.binaries import storage
from repository.models import (
    Binary,
    BlobDeletion,
    ChunkedUpload,
    CompletedUpload,
    JobRendition,
    JournalCursor,
    Node,
    ProcessedEvent,
    ProcessingJob,
)
from repository.paths import ROOT

_MODELS: Final[tuple[type[Model], ...]] = (
    *(JobRendition, ProcessingJob, ProcessedEvent, JournalCursor, CompletedUpload, ChunkedUpload),
    *(Node, Binary, BlobDeletion),
)


def reset() -> None:
    """The feed of changes goes on, so that open pages notice. The blobs are the blob storage's to reset."""
    with tree.writing():
        for model in _MODELS:
            model._default_manager.all().delete()
        tree.ensure_roots()
        changes.record([ROOT], "deleted")
        transaction.on_commit(storage().forget)
