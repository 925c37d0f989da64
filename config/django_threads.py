"""Django as WSGI in a fixed pool of threads whose database connections persist.

a2wsgi does the translation. Three things of real traffic that it leaves open are settled here before it sees them: a
client that goes away in the middle of a body (Django would take what came for the whole), a chunked body without
Content-Length (Django would take it for empty), and bytes in a query string that are not ASCII.
"""

import tempfile
from collections.abc import Iterable
from typing import IO, cast
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from asgiref.typing import ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, HTTPRequestEvent, Scope
from django.core.wsgi import get_wsgi_application

THREADS = 16
IN_MEMORY = 1024 * 1024  # bytes of a chunked body before it goes to a temporary file
CHUNK = 256 * 1024
ASCII_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class ClientGone(ConnectionError):
    """The client closed the connection before its body was complete."""


class DjangoThreads:
    def __init__(self) -> None:
        self._wsgi = WSGIMiddleware(get_wsgi_application(), workers=THREADS)

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            return
        scope = scope.copy()
        scope["query_string"] = quote(scope["query_string"], safe=ASCII_PRINTABLE).encode()
        headers = dict(scope["headers"])
        if b"transfer-encoding" not in headers or b"content-length" in headers:
            await self._wsgi(scope, _to_the_end(receive), send)  # type: ignore[arg-type]
            return
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            try:
                length = await _spool(_to_the_end(receive), spool)
            except ClientGone:
                return
            kept = [(name, value) for name, value in scope["headers"] if name != b"transfer-encoding"]
            scope["headers"] = cast(Iterable[tuple[bytes, bytes]], [*kept, (b"content-length", b"%d" % length)])
            await self._wsgi(scope, _replay(spool, length), send)  # type: ignore[arg-type]


def _to_the_end(receive: ASGIReceiveCallable) -> ASGIReceiveCallable:
    async def receive_or_raise() -> ASGIReceiveEvent:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone("the client closed the connection before its body was complete")
        return message

    return receive_or_raise


async def _spool(receive: ASGIReceiveCallable, spool: IO[bytes]) -> int:
    while True:
        message = cast(HTTPRequestEvent, await receive())
        spool.write(message.get("body", b""))
        if not message.get("more_body", False):
            length = spool.tell()
            spool.seek(0)
            return length


def _replay(spool: IO[bytes], length: int) -> ASGIReceiveCallable:
    async def receive() -> ASGIReceiveEvent:
        body = spool.read(CHUNK)
        return {"type": "http.request", "body": body, "more_body": spool.tell() < length}

    return receive
