"""Binary rows, and the deletion of the blobs behind those that no node refers to any more.

Rows first: the intent to delete a blob is written in the transaction that drops the last reference; the loop
`delete-blobs` acts on it, so a crash between the two loses nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from django.db import connection
from django.utils import timezone

from dbthreads import sql
from repository.doorbell import Bell
from repository.models import BlobDeletion

_CHUNK = 500
bell = Bell()  # rings when there is a blob to delete


class NewBinary(Protocol):
    """A blob that is in the storage; `size` in bytes."""

    @property
    def blob(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def mime_type(self) -> str: ...
    @property
    def sha1(self) -> str: ...


def add(container: str, blob: str, size: int, mime_type: str, sha1: str = "") -> int:
    """The key of a new row for a blob that is in the storage; `size` in bytes."""
    return _insert([(container, blob, size, mime_type, sha1)])[0]


def add_all(container: str, binaries: Iterable[NewBinary]) -> list[int]:
    """The keys of several new rows, in the order of the blobs."""
    return _insert([(container, new.blob, new.size, new.mime_type, new.sha1) for new in binaries])


def release(binary_ids: Iterable[int]) -> None:
    """Drop those of the binaries that no node refers to, and schedule their blobs for deletion."""
    wanted = sorted(set(binary_ids))
    for start in range(0, len(wanted), _CHUNK):
        _release(wanted[start : start + _CHUNK])


def discard_blobs(container: str, blobs: Iterable[str], after: datetime | None = None) -> None:
    """Schedule blobs without a row for deletion, at `after` (default: now)."""
    due = after or timezone.now()
    BlobDeletion.objects.bulk_create(
        [BlobDeletion(container=container, blob=blob, next_attempt_at=due) for blob in blobs]
    )
    bell.ring_on_commit()


def _insert(rows: Sequence[tuple[str, str, int, str, str]]) -> list[int]:
    """(container, blob, size, MIME type, SHA-1); the keys, in the same order."""
    now = sql.moment(timezone.now())
    keys: dict[str, int] = {}
    for start in range(0, len(rows), _CHUNK // 6):
        some = rows[start : start + _CHUNK // 6]
        places = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(some))
        keys |= dict(
            sql.rows(
                "INSERT INTO repository_binary (container, blob, size, mime_type, sha1, created)"
                f" VALUES {places} RETURNING blob, id",
                [value for row in some for value in (*row, now)],
            )
        )
    return [keys[row[1]] for row in rows]


def _release(binary_ids: list[int]) -> None:
    marks = ", ".join(["%s"] * len(binary_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM repository_binary WHERE id IN ({marks})"
            " AND NOT EXISTS (SELECT 1 FROM repository_node WHERE binary_id = repository_binary.id)"
            " RETURNING container, blob",
            binary_ids,
        )
        orphans = cursor.fetchall()
    if not orphans:
        return
    now = timezone.now()
    BlobDeletion.objects.bulk_create(
        [BlobDeletion(container=container, blob=blob, next_attempt_at=now) for container, blob in orphans]
    )
    bell.ring_on_commit()
