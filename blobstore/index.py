"""The index: an SQLite file in the store's directory that says which contents make up which blob.

A blob is visible when its row is committed. Contents (small ones as rows, others as files under `contents/`) never
change; what replaces a blob drops its old contents, and `garbage` removes them later.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blobstore.errors import StoreUnavailable

FILE = "index.sqlite3"
SHARDS = [f"{number:02x}" for number in range(256)]
LOCK_TIMEOUT = 10.0  # seconds that one process waits for another's transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS properties (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS containers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, etag TEXT NOT NULL, modified INTEGER NOT NULL,
    metadata TEXT NOT NULL, public TEXT NOT NULL, policies TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS contents (id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, file TEXT, data BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS contents_file ON contents (file) WHERE file IS NOT NULL;
CREATE TABLE IF NOT EXISTS blobs (
    container INTEGER NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL, created INTEGER NOT NULL,
    modified INTEGER NOT NULL, size INTEGER NOT NULL, content INTEGER, list INTEGER, attributes TEXT NOT NULL,
    PRIMARY KEY (container, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blobs_content ON blobs (content) WHERE content IS NOT NULL;
CREATE TABLE IF NOT EXISTS lists (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE IF NOT EXISTS extents (
    list INTEGER NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL, block TEXT NOT NULL, content INTEGER NOT NULL,
    PRIMARY KEY (list, start)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS extents_content ON extents (content);
CREATE TABLE IF NOT EXISTS blocks (
    container INTEGER NOT NULL, name TEXT NOT NULL, block TEXT NOT NULL, size INTEGER NOT NULL,
    content INTEGER NOT NULL, staged INTEGER NOT NULL,
    PRIMARY KEY (container, name, block)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blocks_content ON blocks (content);
CREATE TABLE IF NOT EXISTS dropped (content INTEGER PRIMARY KEY, since INTEGER NOT NULL);
"""


class Index:
    """Connections to the index, one for each thread, reopened when the file is replaced under us."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._file = str(directory / FILE)
        self._own = threading.local()
        self._writer: tuple[sqlite3.Connection, int] | None = None
        self._prepared = False
        self._lock = threading.Lock()

    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return self._file_number() != 0

    def connection(self) -> sqlite3.Connection:
        """This thread's connection. SQLite goes on writing to a deleted file: look before every use."""
        opened: tuple[sqlite3.Connection, int] | None = getattr(self._own, "opened", None)
        number = self._file_number()
        if opened is not None:
            if opened[1] == number:
                return opened[0]
            opened[0].close()
            self._own.opened = None
        connection = self._open()
        self._own.opened = (connection, self._file_number())
        return connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection within one read transaction: all statements see the same state."""
        connection = self.connection()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    def writer(self) -> sqlite3.Connection | None:
        """The connection of the writer, which may be used by one thread at a time; None where it must be opened."""
        if self._writer is not None and self._writer[1] == self._file_number():
            return self._writer[0]
        return None

    def opened_writer(self) -> sqlite3.Connection:
        connection = self.writer()
        if connection is None:
            self.close_writer()
            connection = self._open()
            self._writer = (connection, self._file_number())
        return connection

    def close_writer(self) -> None:
        if self._writer is not None:
            self._writer[0].close()
            self._writer = None

    def close(self) -> None:
        """Close this thread's connection."""
        opened = getattr(self._own, "opened", None)
        if opened is not None:
            opened[0].close()
            self._own.opened = None

    def _file_number(self) -> int:
        try:
            return os.stat(self._file).st_ino
        except FileNotFoundError:
            return 0

    def _open(self) -> sqlite3.Connection:
        with self._lock:
            self._prepare()
            with _locked(self.directory):
                return _connect(self.directory / FILE)

    def _prepare(self) -> None:
        """Make the directory at the first use. One that vanishes later is not made again: its disk may be unmounted."""
        if self._prepared and not self.directory.is_dir():
            raise StoreUnavailable(f"{self.directory} is gone")
        if not (self.directory / "contents" / SHARDS[-1]).is_dir():
            for shard in SHARDS:
                (self.directory / "contents" / shard).mkdir(parents=True, exist_ok=True)
        self._prepared = True


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One process at a time: SQLite fails at once, without waiting, where two switch a new file to WAL together."""
    descriptor = os.open(directory / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL syncs the log at every commit: an acknowledged write outlives a power cut, not only a killed process.
    connection.execute("PRAGMA synchronous=FULL")
    # `Checkpointer` does most of it beside the commits; this is for what it can't keep up with.
    connection.execute("PRAGMA wal_autocheckpoint=16000")
    connection.execute("PRAGMA cache_size=-16000")
    connection.executescript(_SCHEMA)
    return connection
