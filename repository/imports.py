"""Files to be fetched from URLs: asked for by the OpenAPI family, fetched by the loop `import-assets`.

pending → done | failed. Whoever takes a file on puts `next_attempt_at` into the future first, so that one whose taker
died comes due again; a file that was taken on too often has failed.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from repository import assets, binary_rows, names, tree
from repository.api import writing
from repository.assets import Conflict, Upload
from repository.doorbell import Bell
from repository.errors import NodeNotFound, RepositoryError
from repository.models import ImportedFile, ImportState
from repository.paths import NodePath
from repository.uploads import check_folder

LEASE: Final = timedelta(minutes=15)  # longer than one file may take
MAX_ATTEMPTS: Final = 3

bell = Bell()  # rings when there is a file to fetch


@dataclass(frozen=True)
class WantedFile:
    name: str
    url: str
    mime_type: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class FileToFetch:
    id: int
    path: NodePath
    url: str
    mime_type: str


def request(folder: NodePath, files: Sequence[WantedFile], user: str) -> str:
    """The id of a new job. NodeNotFound (no folder), InvalidName."""
    check_folder(folder)
    job, now = str(uuid.uuid4()), timezone.now()
    rows = [
        ImportedFile(
            job=job,
            position=position,
            path=folder / names.asset_name(file.name),
            url=file.url,
            mime_type=file.mime_type if names.is_mime_type(file.mime_type) else "",
            metadata=dict(file.metadata),
            user=user,
            next_attempt_at=now,
            created=now,
        )
        for position, file in enumerate(files)
    ]
    with transaction.atomic():
        ImportedFile.objects.bulk_create(rows)
        bell.ring_on_commit()
    return job


def files_of(job: str) -> list[ImportedFile]:
    """NodeNotFound."""
    found = list(ImportedFile.objects.filter(job=job).order_by("position"))
    if not found:
        raise NodeNotFound(f"import job {job}")
    return found


def claim() -> FileToFetch | None:
    """The next file that is due, taken on."""
    now = timezone.now()
    due = ImportedFile.objects.filter(state=ImportState.PENDING, next_attempt_at__lte=now)
    due.filter(attempts__gte=MAX_ATTEMPTS).update(state=ImportState.FAILED, message="It was begun too often in vain")
    for row in due.order_by("next_attempt_at", "pk")[:10]:
        taken = due.filter(pk=row.pk, attempts=row.attempts)
        if taken.update(attempts=F("attempts") + 1, next_attempt_at=now + LEASE):
            return FileToFetch(row.pk, NodePath.stored(row.path), row.url, row.mime_type)
    return None


def take_over() -> None:
    """What a process that died had taken on is due at once; for a database with one server only."""
    ImportedFile.objects.filter(state=ImportState.PENDING).update(next_attempt_at=timezone.now())


def store(file_id: int, upload: Upload) -> None:
    """Make the asset of what was fetched; nothing when its job has been forgotten meanwhile. RepositoryError."""
    with tree.writing():
        row = ImportedFile.objects.filter(pk=file_id, state=ImportState.PENDING).first()
        if row is None:
            return
        asset = assets.store(NodePath.stored(row.path), upload, Conflict.REFUSE, user=row.user)
        if row.metadata:
            writing.update_metadata(asset, row.metadata, row.user)
        ImportedFile.objects.filter(pk=file_id).update(state=ImportState.DONE, asset_uuid=asset.uuid or "")


def fail(file_id: int, error: RepositoryError, upload: Upload | None) -> None:
    """`upload`: what was fetched, and is not wanted now."""
    with tree.writing():
        pending = ImportedFile.objects.filter(pk=file_id, state=ImportState.PENDING)
        pending.update(state=ImportState.FAILED, message=error.message[:2000])
        if upload:
            binary_rows.discard_blobs(upload.container, [upload.blob])
