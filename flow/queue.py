"""Exchanges on their way from the hot path to the writer. Whoever puts one in is never kept waiting.

When the writer can't keep up, the newest are dropped and counted: a recorder that slows down what it records is worse
than one with a gap.
"""

import asyncio
import threading
from collections import deque
from typing import Final

from flow.captured import Captured

MAX_EXCHANGES: Final = 5000
MAX_BYTES: Final = 64 * 1024 * 1024


class Queue:
    def __init__(self) -> None:
        self._waiting: deque[Captured] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._waiter: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self.dropped = 0
        self.written = 0

    def put(self, exchange: Captured) -> None:
        size = len(exchange.request.kept) + len(exchange.response.kept)
        with self._lock:
            if len(self._waiting) >= MAX_EXCHANGES or self._bytes + size > MAX_BYTES:
                self.dropped += 1
                return
            self._waiting.append(exchange)
            self._bytes += size
            waiter = self._waiter if len(self._waiting) == 1 else None
        if waiter and not waiter[0].is_closed():
            waiter[0].call_soon_threadsafe(waiter[1].set)

    def take(self, limit: int) -> list[Captured]:
        with self._lock:
            taken = [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]
            self._bytes -= sum(len(one.request.kept) + len(one.response.kept) for one in taken)
            return taken

    def clear(self) -> None:
        self.take(MAX_EXCHANGES)

    def __len__(self) -> int:
        return len(self._waiting)

    async def wait(self, seconds: float) -> None:
        """Until there is something, at most so long."""
        event = asyncio.Event()
        with self._lock:
            if self._waiting:
                return
            self._waiter = (asyncio.get_running_loop(), event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiter = None


queue: Final = Queue()
