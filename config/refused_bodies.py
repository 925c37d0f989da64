"""An answer that comes before the request's body was read waits for the rest of the body, which is thrown away.

Otherwise the connection is closed while the client still sends, and the kernel of the client drops the answer with it:
instead of "403" the client sees a broken connection, or nothing at all (Node's fetch then neither ends nor fails).
"""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST: Final = 64 * 1024 * 1024
"""Bytes that are read for nothing. Whoever sends more is told at once, and may not hear it."""
LONGEST: Final = 1.0  # seconds


class RefusedBodies:
    """An ASGI application around another."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_sending(scope):
            await self._inner(scope, receive, send)
            return
        body = _Body(receive)

        async def after_the_body(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.is_over:
                await body.waste()
            await send(message)

        await self._inner(scope, body.receive, after_the_body)


class _Body:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_over = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self.is_over = True
        return message

    async def waste(self) -> None:
        wasted = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while not self.is_over and wasted < MOST:
                    wasted += len((await self.receive()).get("body", b""))


def _is_sending(scope: Scope) -> bool:
    """Whether the client sends a body whatever it is told; who expects to be asked for it waits for the answer."""
    names = {name for name, value in scope["headers"] if name != b"content-length" or value != b"0"}
    return b"expect" not in names and (b"content-length" in names or b"transfer-encoding" in names)
