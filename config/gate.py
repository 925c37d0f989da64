"""Holds requests back while the state of the server is exchanged, once those that write have ended.

The boxes call each other, the upper ones the lower: a request of AEM's may need the blob storage before it can end. So
the layers close one after the other, from the top. A request that arrives meanwhile waits, and meets the new state. One
whose client keeps it waiting for the body is told that the client has gone.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum

from starlette.types import ASGIApp, Message, Receive, Scope, Send

READING = {"GET", "HEAD", "OPTIONS"}
PASS = "aemulator-pass"
"""Header of the assembly's own requests, which exchange the state while everybody else waits."""
PATIENCE = 0.15  # seconds without a byte of the body
LONGEST = 1.0  # second for a client that sends on, but slowly


class Layer(IntEnum):
    """Whoever has a lower number may call those with a higher one, never the other way round."""

    REPOSITORY = 0
    COMPUTE = 1
    EVENTS = 2
    IDENTITY = 3
    BLOB_STORAGE = 4


class StillBusy(Exception):
    """Requests that write did not end in time; the message names one."""


class Write:
    """A request that may write, and whether it still waits for its body."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.name = f"{scope['method']} {scope['path']}"
        self._receive = receive
        self._waiting: asyncio.Task[object] | None = None
        self._waiting_since = 0.0
        self._has_body = False
        self._interrupted = False

    async def receive(self) -> Message:
        if self._interrupted:
            return {"type": "http.disconnect"}
        self._waiting, self._waiting_since = asyncio.current_task(), time.monotonic()
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if not self._interrupted or self._waiting is None:
                raise
            self._waiting.uncancel()
            return {"type": "http.disconnect"}
        finally:
            self._waiting = None
        self._has_body = not message.get("more_body", False)
        return message

    def interrupt(self, longer_than: float) -> None:
        """End a wait for the rest of the body that has lasted as long: it may never come."""
        if self._waiting and not self._has_body and time.monotonic() - self._waiting_since >= longer_than:
            self._interrupted = True
            self._waiting.cancel()


class Gate:
    def __init__(self) -> None:
        self.password = secrets.token_hex(16)
        self._pass = (PASS.encode(), self.password.encode())
        self._closed: set[Layer] = set()
        self._opened = asyncio.Event()
        self._left = asyncio.Event()
        self._writes: dict[Layer, set[Write]] = {layer: set() for layer in Layer}

    async def pass_through(self, layer: Layer, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request, as soon as its layer is open."""
        while layer in self._closed and self._pass not in scope["headers"]:
            await self._opened.wait()
        if scope["method"] in READING:
            await app(scope, receive, send)
            return
        write = Write(scope, receive)
        self._writes[layer].add(write)
        try:
            await app(scope, write.receive, send)
        finally:
            self._writes[layer].discard(write)
            self._left.set()

    @asynccontextmanager
    async def closed(self, within: float) -> AsyncIterator[None]:
        """No request writes meanwhile. Raises StillBusy when that is not so after `within` seconds."""
        deadline = time.monotonic() + within
        self._opened.clear()
        try:
            for layer in Layer:
                self._closed.add(layer)
                await self._drained(layer, deadline)
            yield
        finally:
            self._closed.clear()
            self._opened.set()

    async def _drained(self, layer: Layer, deadline: float) -> None:
        writes, started = self._writes[layer], time.monotonic()
        while writes:
            self._left.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE / 2):
                    await self._left.wait()
            now = time.monotonic()
            for write in list(writes):
                write.interrupt(0.0 if now - started > LONGEST else PATIENCE)
            if writes and now > deadline:
                raise StillBusy(f"{next(iter(writes)).name} is still under way")
