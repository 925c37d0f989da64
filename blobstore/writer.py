"""The one writer of a process: changes that arrive together share a transaction, and so one sync of the disk.

Brief changes run on the event loop and only their COMMIT, which waits for the disk, in a thread: every statement in a
thread of its own would fight the loop for the interpreter's lock, which costs more than the statement.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from blobstore.checkpoints import Checkpointer
from blobstore.errors import BlobstoreError, StoreUnavailable
from blobstore.index import LOCK_TIMEOUT, Index

T = TypeVar("T")

MAX_BATCH = 256


class _Change:
    """A change that waits for its commit, and the event loop that waits for the change."""

    __slots__ = ("brief", "failure", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], Any], future: asyncio.Future[Any], brief: bool) -> None:
        self.work = work
        self.future = future
        self.loop = future.get_loop()
        self.brief = brief
        self.result: Any = None
        self.failure: Exception | None = None

    def settle(self) -> None:
        if self.future.done():  # whoever asked was cancelled
            return
        if self.failure is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.failure)


class _Batch(NamedTuple):
    """Changes that share a transaction, and whether they are in it already: all that is left is the COMMIT."""

    changes: list[_Change]
    applied: bool


class Writer:
    """Runs changes one batch at a time, in the order they came, each whole or not at all."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._connection: sqlite3.Connection | None = None  # the one that has been told ...
        self._patience = 0  # ... how many milliseconds to wait for other processes' transactions
        self._checkpointer = Checkpointer(index)
        self._waiting: deque[_Change] = deque()
        self._busy = False  # whether a batch is under way; who sets it runs the next one
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._handed: SimpleQueue[_Batch | None] = SimpleQueue()  # to the thread; None ends it

    async def change(self, work: Callable[[sqlite3.Connection], T], *, brief: bool = False) -> T:
        """What `work` returned, once its transaction is on the disk. What it raises undoes it and is raised here.

        `brief` promises that `work` takes microseconds: a few statements by key.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._lock:
            self._waiting.append(_Change(work, future, brief))
            start = not self._busy
            self._busy = True
        if start:
            loop.call_soon(self._run_batch)  # after the other requests of this round: they join the batch
        return await future

    def close(self) -> None:
        """Finish what is waiting and end the threads; a later change starts them again."""
        with self._idle:
            self._idle.wait_for(lambda: not self._busy, timeout=10)
            thread, self._thread = self._thread, None
        if thread is not None:
            self._handed.put(None)
            thread.join()
            self._checkpointer.stop()

    def _run_batch(self) -> None:
        """Take what waits: apply it here where all of it is brief and the index is free, in the thread otherwise."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
        connection = self._begun() if all(change.brief for change in batch) else None
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="blob-writer", daemon=True)
            self._thread.start()
            self._checkpointer.start()
        self._handed.put(_Batch(batch, applied=connection is not None and _applied(connection, batch)))

    def _begun(self) -> sqlite3.Connection | None:
        """The writer's connection in a transaction, unless another process has one: the loop must not wait for it."""
        try:
            connection = self._index.writer()
            if connection is not None:
                self._begin(connection, 0)
        except (sqlite3.Error, OSError, BlobstoreError):
            return None
        return connection

    def _begin(self, connection: sqlite3.Connection, patience: int) -> None:
        if connection is not self._connection or patience != self._patience:
            connection.execute(f"PRAGMA busy_timeout={patience}")
            self._connection, self._patience = connection, patience
        connection.execute("BEGIN IMMEDIATE")

    # --- In the writer's thread ---------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while (batch := self._handed.get()) is not None:
            if batch.applied:
                self._commit(batch.changes)
            else:
                self._run_whole(batch.changes)
        self._index.close_writer()

    def _commit(self, batch: list[_Change]) -> None:
        """Finish a batch that was applied on the loop."""
        connection = self._index.writer()
        try:
            if connection is None:
                raise StoreUnavailable("the index was replaced")
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError, BlobstoreError) as err:
            _fail(batch, err)
            _roll_back(connection)
        self._done(batch)

    def _run_whole(self, batch: list[_Change]) -> None:
        """Run a batch from its beginning; where its transaction fails, each of its changes in one of its own."""
        if not self._committed(batch) and len(batch) > 1:
            for change in batch:
                self._committed([change])
        self._done(batch)

    def _committed(self, batch: list[_Change]) -> bool:
        connection = None
        try:
            connection = self._index.opened_writer()
            self._begin(connection, int(LOCK_TIMEOUT * 1000))
            if not _applied(connection, batch):
                return False
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError, BlobstoreError) as err:
            _fail(batch, err)
            _roll_back(connection)
            return False
        return True

    def _done(self, batch: list[_Change]) -> None:
        """Wake the loops that wait; the last one runs the next batch, too, so that it is woken once for both."""
        self._checkpointer.notify()
        by_loop: dict[asyncio.AbstractEventLoop, list[_Change]] = {}
        for change in batch:
            by_loop.setdefault(change.loop, []).append(change)
        last, changes = by_loop.popitem()
        for loop, others in by_loop.items():
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, others)
        try:
            last.call_soon_threadsafe(self._settle_and_go_on, changes)
        except RuntimeError:
            self._go_on()

    # --- On an event loop, or in the writer's thread where no loop is left --------------------------------------------

    def _settle_and_go_on(self, changes: list[_Change]) -> None:
        _settle(changes)
        self._go_on()

    def _go_on(self) -> None:
        """Have the next batch run by the loop that waits for the first of it."""
        with self._idle:
            while self._waiting:
                try:
                    self._waiting[0].loop.call_soon_threadsafe(self._run_batch)
                except RuntimeError:
                    self._waiting.popleft()
                else:
                    return
            self._busy = False
            self._idle.notify_all()


def _applied(connection: sqlite3.Connection, batch: list[_Change]) -> bool:
    """Run the changes in the open transaction. False, and rolled back, where one failed after it had written.

    Most that fail do so before they write: they need no rollback, and so nobody pays for savepoints.
    """
    for change in batch:
        change.failure = None
        written = connection.total_changes
        try:
            change.result = change.work(connection)
        except Exception as err:  # noqa: BLE001 - guard of the writer: a bad change must not stop the others
            change.failure = StoreUnavailable(str(err)) if isinstance(err, sqlite3.Error) else err
            if connection.total_changes != written or not connection.in_transaction or isinstance(err, sqlite3.Error):
                _roll_back(connection)
                return False
    return True


def _fail(batch: list[_Change], err: Exception) -> None:
    for change in batch:
        change.failure = StoreUnavailable(str(err))


def _roll_back(connection: sqlite3.Connection | None) -> None:
    with suppress(sqlite3.Error):
        if connection is not None and connection.in_transaction:
            connection.execute("ROLLBACK")


def _settle(changes: list[_Change]) -> None:
    for change in changes:
        change.settle()
