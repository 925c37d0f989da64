"""Wakes a loop at once when another thread has made work for it. Who rings is never kept waiting."""

import asyncio
import threading


class Doorbell:
    """One loop waits, anybody rings. A ring while nobody waits is kept for the next wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rung = False
        self._waiter: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None

    def ring(self) -> None:
        with self._lock:
            self._rung = True
            waiter = self._waiter
        if waiter:
            loop, future = waiter
            try:
                loop.call_soon_threadsafe(_wake, future)
            except RuntimeError:
                return  # the waiter's event loop has been closed

    async def wait(self, seconds: float) -> None:
        """Return at a ring, or after so many seconds."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        with self._lock:
            if self._rung:
                self._rung = False
                return
            self._waiter = (loop, future)
        handle = loop.call_later(max(seconds, 0.0), _wake, future)
        try:
            await future
        finally:
            handle.cancel()
            with self._lock:
                self._waiter = None
                self._rung = False


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
