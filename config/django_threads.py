"""Django as WSGI in a fixed pool of threads whose database connections persist.

a2wsgi does the translation. Two things of real traffic that it leaves open are settled here before it sees them: a
client that goes away in the middle of a body (Django would take what came for the whole), and a chunked body without
Content-Length (Django would take it for empty).
"""

import tempfile
from typing import IO, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.core.wsgi import get_wsgi_application
from starlette.types import Message, Receive, Scope, Send

THREADS = 16
IN_MEMORY = 1024 * 1024  # bytes of a chunked body before it goes to a temporary file
CHUNK = 256 * 1024


class ClientGone(ConnectionError):
    """The client closed the connection before its body was complete."""


class DjangoThreads:
    def __init__(self, wsgi: WSGIApp | None = None) -> None:
        django = cast(WSGIApp, get_wsgi_application())
        self._wsgi = WSGIMiddleware(wsgi or django, workers=THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if _is_chunked(scope):
            await self._with_length(scope, _to_the_end(receive), send)
        else:
            await self._wsgi(scope, _to_the_end(receive), send)  # type: ignore[arg-type]

    async def _with_length(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            try:
                length = await _spool(receive, spool)
            except ClientGone:
                return
            kept = [(name, value) for name, value in scope["headers"] if name != b"transfer-encoding"]
            scope = {**scope, "headers": [*kept, (b"content-length", b"%d" % length)]}
            await self._wsgi(scope, _replay(spool, length), send)  # type: ignore[arg-type]


def _is_chunked(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return b"transfer-encoding" in names and b"content-length" not in names


def _to_the_end(receive: Receive) -> Receive:
    async def receive_or_raise() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone("the client closed the connection before its body was complete")
        return message

    return receive_or_raise


async def _spool(receive: Receive, spool: IO[bytes]) -> int:
    while True:
        message = await receive()
        spool.write(message.get("body", b""))
        if not message.get("more_body", False):
            length = spool.tell()
            spool.seek(0)
            return length


def _replay(spool: IO[bytes], length: int) -> Receive:
    async def receive() -> Message:
        body = spool.read(CHUNK)
        return {"type": "http.request", "body": body, "more_body": spool.tell() < length}

    return receive
