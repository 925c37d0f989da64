"""Emptying the repository: every node but the roots, and every row that belongs to it."""

from typing import Final

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model

from repository import changes, tree
from repository.auth import accounts, sessions
from repository.binaries import storage
from repository.models import (
    Binary,
    BlobDeletion,
    Change,
    ChunkedUpload,
    CompletedUpload,
    ImportedFile,
    JobRendition,
    JournalCursor,
    Node,
    ParkedEvent,
    ProcessedEvent,
    ProcessingJob,
)
from repository.paths import ROOT

_MODELS: Final[tuple[type[Model], ...]] = (
    *(JobRendition, ProcessingJob, ProcessedEvent, JournalCursor, CompletedUpload, ChunkedUpload, ImportedFile),
    *(ParkedEvent, Node, Binary, BlobDeletion, Change, Session),
)


def reset() -> None:
    """Everybody is logged out. The feed of changes counts on, so that open pages notice.

    The blobs are the blob storage's to reset.
    """
    with tree.writing():
        for model in _MODELS:
            model._default_manager.all()._raw_delete(using=DEFAULT_DB_ALIAS)
        User.objects.exclude(username=accounts.ADMIN).delete()  # technical accounts: made anew when they are seen
        sessions.forget()
        tree.ensure_roots()
        changes.record([ROOT], "deleted")
        transaction.on_commit(storage().forget)
