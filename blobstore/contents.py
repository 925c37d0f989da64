"""Contents: the bytes of a blob or a block. Immutable; small ones are rows of the index, others files."""

import os
import sqlite3
import time
from dataclasses import dataclass
from errno import ENOENT
from pathlib import Path
from typing import cast
from uuid import uuid4

from blobstore.hashes import NO_HASHES, Hashes


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that are received and, where they are a file, synced to the disk; no blob has them yet."""

    size: int
    hashes: Hashes = NO_HASHES
    data: bytes | None = None
    file: str | None = None


class Spool:
    """A file on its way in, under the random name it keeps: nobody reads it before a row names it. Blocking."""

    def __init__(self, directory: Path) -> None:
        self.file = uuid4().hex
        self._path = path_of(directory, self.file)
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._open = True

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def sync(self) -> None:
        """Push what is written so far to the disk, so that the last sync has little left to do."""
        os.fdatasync(self._descriptor)

    def finish(self) -> str:
        """Sync the file and its name, and close it; the name."""
        os.fsync(self._descriptor)
        if not os.fstat(self._descriptor).st_nlink:  # its client paused so long that it was taken for a stray
            raise FileNotFoundError(ENOENT, "the file was removed while it was written", self.file)
        self._close()
        _sync_folder(self._path.parent)
        return self.file

    def discard(self) -> None:
        self._close()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._descriptor)


def path_of(directory: Path, file: str) -> Path:
    return directory / "contents" / file[:2] / file


def insert(connection: sqlite3.Connection, staged: Staged) -> int:
    """The id of a new content row."""
    cursor = connection.execute(
        "INSERT INTO contents (size, file, data) VALUES (?, ?, ?)", (staged.size, staged.file, staged.data)
    )
    return cast(int, cursor.lastrowid)


def drop(connection: sqlite3.Connection, content: int) -> None:
    """Give a content up. It goes when nothing refers to it and its readers had their time."""
    connection.execute("INSERT OR REPLACE INTO dropped (content, since) VALUES (?, ?)", (content, int(time.time())))


def drop_where(connection: sqlite3.Connection, selection: str, *values: int | str) -> None:
    """Give up every content that `selection`, a statement with one column, finds."""
    connection.execute(
        f"INSERT OR REPLACE INTO dropped (content, since) SELECT content, ? FROM ({selection})",
        (int(time.time()), *values),
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
