"""Writes results of renditions from the threads that wait for them: in groups, one transaction at a time.

A thread of its own, because it must work until the very end of a process, when the event loop has stopped already.
"""

import logging
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from django.db import DatabaseError, connections

from compute import activations, live, publisher
from compute.activations import Settlement

RETRY_PAUSE = 0.5  # seconds
MAX_BATCH = 500

log = logging.getLogger(__name__)
_Told = Settlement | Sequence[int] | threading.Event | None


class ResultWriter:
    def __init__(self) -> None:
        self._queue: SimpleQueue[_Told] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="rendition-results", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def settled(self, settlement: Settlement) -> None:
        """A rendition has ended."""
        self._queue.put(settlement)

    def running(self, task_ids: Sequence[int]) -> None:
        """A worker process has taken these renditions."""
        self._queue.put(task_ids)

    def flush(self, timeout: float) -> None:
        """Wait until what was told before is written."""
        written = threading.Event()
        self._queue.put(written)
        written.wait(timeout)

    def stop(self, timeout: float) -> None:
        """Write what is there, and end."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while self._write(self._batch()):
                pass
        finally:
            connections.close_all()

    def _batch(self) -> list[_Told]:
        batch = [self._queue.get()]
        while len(batch) < MAX_BATCH and batch[-1] is not None:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch

    def _write(self, batch: list[_Told]) -> bool:
        """Whether there will be more. A database that is away for a moment is waited for: nothing may be lost here."""
        going_on = batch[-1] is not None
        while True:
            try:
                _write_down(batch)
            except DatabaseError:
                log.exception("Results of renditions could not be written")
                connections.close_all()
                if not going_on:
                    return False  # the leases will lapse, and the work be done again
                threading.Event().wait(RETRY_PAUSE)
            else:
                return going_on


def _write_down(batch: list[_Told]) -> None:
    running = [task for entry in batch if isinstance(entry, Sequence) for task in entry]
    settled = [entry for entry in batch if isinstance(entry, Settlement)]
    if running:
        activations.mark_running(running)
    if settled:
        activations.settle(settled)
        publisher.bell.ring()
    live.ring()
    for entry in batch:
        if isinstance(entry, threading.Event):
            entry.set()
