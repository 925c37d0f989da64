"""The loop `delete-blobs`: deletes from the storage what no row refers to any more."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.utils import timezone

from dbthreads import in_db
from repository import binary_rows
from repository.binaries import storage
from repository.doorbell import Doorbell
from repository.errors import BlobStorageError
from repository.models import BlobDeletion

BATCH: Final = 100
IDLE: Final = 5.0  # seconds
FIRST_DELAY: Final = 5  # seconds before the first retry; doubles
LONGEST_DELAY: Final = 3600

_holders: set[object] = set()
_STOP: Final = object()
logger = logging.getLogger(__name__)


async def delete_blobs(beat: Callable[[], None]) -> None:
    with Doorbell(binary_rows.bell) as bell:
        while True:
            beat()
            if await in_db(delete_due) < BATCH:
                await bell.wait(IDLE)


@contextmanager
def held() -> Iterator[None]:
    """No blob is deleted meanwhile, by this process: a snapshot still wants to read it."""
    token = object()
    _holders.add(token)
    try:
        yield
    finally:
        _holders.discard(token)


def stop() -> None:
    """Whoever is deleting blobs comes to an end after the one that it is at."""
    _holders.add(_STOP)


def go_on() -> None:
    _holders.discard(_STOP)


def delete_due() -> int:
    """Delete a batch of what is due; a blob that cannot be deleted now is tried again later. How many were due."""
    if _holders:
        return 0
    due = list(BlobDeletion.objects.filter(next_attempt_at__lte=timezone.now()).order_by("next_attempt_at")[:BATCH])
    for deletion in due:
        if _holders:
            return 0
        try:
            storage().delete(deletion.blob)
        except BlobStorageError as err:
            _postpone(deletion, err)
        else:
            deletion.delete()
    return len(due)


def _postpone(deletion: BlobDeletion, err: BlobStorageError) -> None:
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(deletion.attempts, 10))
    logger.warning("The blob %s will be deleted in %d s: %s", deletion.blob, delay, err.message)
    deletion.attempts += 1
    deletion.next_attempt_at = timezone.now() + timedelta(seconds=delay)
    deletion.save(update_fields=["attempts", "next_attempt_at"])
