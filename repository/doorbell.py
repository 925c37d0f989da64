"""Bells that ring when a transaction was committed, and the waiting for them. A bell carries nothing: rows come first.

A bell rings in the process that committed only; whoever must hear of the others looks from time to time as well.
"""

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.db import transaction

logger = logging.getLogger(__name__)


class Bell:
    def __init__(self) -> None:
        self._subscribers: set[Callable[[], None]] = set()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` at each ring, in the thread that committed; it must not block. Returns what ends that."""
        self._subscribers.add(callback)
        return lambda: self._subscribers.discard(callback)

    def ring_on_commit(self) -> None:
        """Ring when the transaction of the caller is committed."""
        transaction.on_commit(self._ring)

    def _ring(self) -> None:
        for callback in tuple(self._subscribers):
            try:
                callback()
            except Exception:  # a subscriber cannot undo a commit, nor keep the others from hearing of it
                logger.exception("A subscriber to a bell failed")


class Doorbell:
    """For a loop: remembers that it was rung since the last `wait`. A context manager."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self._unsubscribe = self._bell.subscribe(self._ring)
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self._unsubscribe()

    async def wait(self, seconds: float) -> None:
        """Until it rings, at most so long."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return
        self._rung.clear()

    def _ring(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)
