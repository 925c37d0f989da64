"""Moves commits from SQLite's log into the index file, beside the commits instead of in the middle of them."""

import logging
import sqlite3
import threading

from blobstore.errors import StoreUnavailable
from blobstore.index import Index

INTERVAL = 0.2  # seconds from a commit to its checkpoint

logger = logging.getLogger(__name__)


class Checkpointer:
    """A thread that sleeps until something was committed. Losing it costs speed, never data."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._committed = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="blob-checkpoints", daemon=True)
        self._thread.start()

    def notify(self) -> None:
        """Something was committed."""
        self._committed.set()

    def stop(self) -> None:
        self._stopped.set()
        self._committed.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while self._committed.wait() and not self._stopped.wait(INTERVAL):
            self._committed.clear()
            try:
                if self._index.exists():  # where it was deleted, making it again is for a request
                    self._index.connection().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            except (sqlite3.Error, OSError, StoreUnavailable) as err:
                logger.warning("The index can't be checkpointed: %s", err)
        self._index.close()
