"""Takes a snapshot while everything goes on.

The rows are read in one moment of the database. Blobs never change, so they may be read later, as long as none is
deleted meanwhile: deletions wait until the archive is complete.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from azure.core.exceptions import AzureError
from django.conf import settings
from starlette.concurrency import iterate_in_threadpool

from config import boxes
from config.snapshots import archive, blobs, rows
from config.snapshots.archive import CHUNK, Entry
from config.snapshots.errors import StorageUnavailable
from dbthreads import in_db


class Taking:
    """`prepare`, then `body` to its end or not; either way everything is released."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._entries: list[tuple[str, int, int]] = []

    async def prepare(self) -> None:
        """Everything that can fail in words. Raises SnapshotError."""
        try:
            for hold in boxes.holds():
                self._stack.enter_context(hold())
            self._rows = self._stack.enter_context(_temporary())
            self._names = self._stack.enter_context(_temporary())
            await in_db(self._dump)
            self._account = self._stack.enter_context(blobs.account())
            await asyncio.to_thread(self._list)
        except AzureError as err:
            self._stack.close()
            raise StorageUnavailable("the blob storage does not answer") from err
        except BaseException:
            self._stack.close()
            raise

    async def body(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in iterate_in_threadpool(archive.written(self._all())):
                yield chunk
        finally:
            self._stack.close()

    def _dump(self) -> None:
        with rows.one_moment():
            for table in boxes.tables():
                for number, lot in enumerate(rows.dumped(table)):
                    at = self._rows.tell()
                    self._rows.writelines(lot)
                    name = f"rows/{table._meta.db_table}/{number}.jsonl"
                    self._entries.append((name, at, self._rows.tell() - at))

    def _list(self) -> None:
        for name in blobs.listed(self._account):
            self._names.write(json.dumps(name).encode() + b"\n")
        self._names.seek(0)

    def _all(self) -> Iterator[Entry]:
        yield _document(archive.MANIFEST, _manifest())
        for name, at, size in self._entries:
            yield Entry(name, size, _part(self._rows, at, size))
        for file in boxes.secrets():
            if file.exists():
                content = file.read_bytes()
                yield Entry(f"secrets/{file.name}", len(content), [content])
        yield from blobs.entries(self._account, (tuple(json.loads(line)) for line in self._names))


def _manifest() -> dict[str, Any]:
    return {
        "format": archive.FORMAT,
        "version": archive.VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "url": settings.AEMULATOR_URL,
        "container": settings.BLOB_CONTAINER,
    }


def _document(name: str, content: dict[str, Any]) -> Entry:
    text = json.dumps(content, indent=1).encode()
    return Entry(name, len(text), [text])


def _part(file: IO[bytes], at: int, size: int) -> Iterator[bytes]:
    for start in range(at, at + size, CHUNK):
        file.seek(start)
        yield file.read(min(CHUNK, at + size - start))


def _temporary() -> IO[bytes]:
    return tempfile.TemporaryFile(dir=Path(settings.DATA_DIR))
