"""The one writer of a process: changes that arrive together share a transaction, and so one sync of the disk."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from blobstore.checkpoints import Checkpointer
from blobstore.errors import BlobstoreError, StoreUnavailable
from blobstore.index import Index

T = TypeVar("T")

MAX_BATCH = 256


class _Change:
    """A change that waits for its commit, and the event loop that waits for the change."""

    __slots__ = ("failure", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], Any], future: asyncio.Future[Any]) -> None:
        self.work = work
        self.future = future
        self.loop = future.get_loop()
        self.result: Any = None
        self.failure: Exception | None = None

    def settle(self) -> None:
        if self.future.done():  # whoever asked was cancelled
            return
        if self.failure is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.failure)


class Writer:
    """Runs changes in a thread of its own, in the order they came, each whole or not at all."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._checkpointer = Checkpointer(index)
        self._changes: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returned, once its transaction is on the disk. What it raises undoes it and is raised here."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._start()
        self._changes.put(_Change(work, future))
        return await future

    def close(self) -> None:
        """Finish what is queued and end the thread; a later change starts it again."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._changes.put(None)
            thread.join()
            self._checkpointer.stop()

    def _start(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="blob-writer", daemon=True)
                    self._thread.start()
                    self._checkpointer.start()

    def _run(self) -> None:
        try:
            while (first := self._changes.get()) is not None:
                batch, ended = self._gather(first)
                self._commit(batch)
                _settle(batch)
                self._checkpointer.notify()
                if ended:
                    return
        finally:
            self._index.close()

    def _gather(self, first: _Change) -> tuple[list[_Change], bool]:
        batch = [first]
        while len(batch) < MAX_BATCH:
            try:
                change = self._changes.get_nowait()
            except queue.Empty:
                break
            if change is None:
                return batch, True
            batch.append(change)
        return batch, False

    def _commit(self, batch: list[_Change]) -> None:
        """Run the batch in one transaction; where that fails, each of its changes in one of its own."""
        if not self._committed(batch) and len(batch) > 1:
            for change in batch:
                self._committed([change])

    def _committed(self, batch: list[_Change]) -> bool:
        """Whether the batch is on the disk, but for changes that failed before they wrote anything."""
        connection = None
        try:
            connection = self._index.connection()
            connection.execute("BEGIN IMMEDIATE")
            for change in batch:
                _apply(connection, change)
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError, BlobstoreError) as err:
            for change in batch:
                change.failure = StoreUnavailable(str(err))
        except _HalfDone as half:
            half.change.failure = half.failure
        else:
            return True
        if connection is not None and connection.in_transaction:
            connection.execute("ROLLBACK")
        return False


class _HalfDone(Exception):
    """A change failed after it wrote: the transaction must go back."""

    def __init__(self, change: _Change, failure: Exception) -> None:
        super().__init__(str(failure))
        self.change = change
        self.failure = failure


def _apply(connection: sqlite3.Connection, change: _Change) -> None:
    """Run one change. Most that fail do so before they write: they need no rollback, and so nobody pays savepoints."""
    change.failure = None
    written = connection.total_changes
    try:
        change.result = change.work(connection)
    except sqlite3.Error:
        raise
    except Exception as err:  # guard of the writer's loop: a bad change must not end the thread
        change.failure = err
        if connection.total_changes != written:
            raise _HalfDone(change, err) from err


def _settle(batch: list[_Change]) -> None:
    """Wake each event loop once, whatever the number of its changes."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Change]] = {}
    for change in batch:
        by_loop.setdefault(change.loop, []).append(change)
    for loop, changes in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle_here, changes)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _settle_here(changes: list[_Change]) -> None:
    for change in changes:
        change.settle()
