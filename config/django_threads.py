"""Django as WSGI in a fixed pool of threads whose database connections persist.

A request that fits in memory is read first, then answered by one call in a thread, so it costs one change of thread
there and one back. a2wsgi, which translates between the two protocols, would take eight; it has the longer bodies,
which Django reads as they come. Two things of real traffic are settled before Django sees them: a client that goes away
in the middle of a body (Django would take what came for the whole), and a chunked body without Content-Length (Django
would take it for empty).
"""

import asyncio
import contextvars
import io
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import build_environ
from a2wsgi.wsgi_typing import WSGIApp
from django.core.wsgi import get_wsgi_application
from starlette.types import Message, Receive, Scope, Send

THREADS = 16
IN_MEMORY = 1024 * 1024  # bytes of a body; a longer chunked one goes to a temporary file
AT_ONCE = 256 * 1024  # bytes of an answer that are collected before they are sent


class ClientGone(ConnectionError):
    """The client closed the connection before its body was complete."""


class DjangoThreads:
    def __init__(self, wsgi: WSGIApp | None = None) -> None:
        self._django = wsgi or cast(WSGIApp, get_wsgi_application())
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="WSGI")
        self._streaming = WSGIMiddleware(self._django)
        self._streaming.executor = self._threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        receive = _to_the_end(receive)
        headers = dict(scope["headers"])
        length = headers.get(b"content-length")
        if length is not None and (not length.isdigit() or int(length) > IN_MEMORY):
            await self._streaming(scope, receive, send)  # type: ignore[arg-type]
            return
        with tempfile.SpooledTemporaryFile(IN_MEMORY) if _is_chunked(headers) else io.BytesIO() as body:
            try:
                read = await _read(receive, body) if length != b"0" else 0
            except ClientGone:
                return
            await self._answer(_with_length(scope, read), body, send)

    async def _answer(self, scope: Scope, body: IO[bytes], send: Send) -> None:
        environ = build_environ(scope, body)  # type: ignore[arg-type]
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        answer = Answer(loop, send)
        await loop.run_in_executor(self._threads, context.run, answer.run, self._django, environ)
        await answer.finish()


class Answer:
    """What Django answers to one request: collected in a thread, sent by the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self._loop = loop
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    def run(self, django: WSGIApp, environ: Any) -> None:
        """In a thread: call Django. Only of an answer longer than AT_ONCE is anything sent meanwhile."""
        chunks: Iterable[bytes] = django(environ, self._started)  # type: ignore[arg-type]
        try:
            for chunk in chunks:
                self._body += chunk
                if len(self._body) >= AT_ONCE:
                    asyncio.run_coroutine_threadsafe(self._flush(more_body=True), self._loop).result()
        finally:
            getattr(chunks, "close", lambda: None)()

    async def finish(self) -> None:
        """Send what was not sent yet."""
        await self._flush(more_body=False)

    def _started(self, status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        encoded = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
        self._start = {"type": "http.response.start", "status": int(status[:3]), "headers": encoded}

    async def _flush(self, more_body: bool) -> None:
        start, self._start = self._start, None
        body, self._body = bytes(self._body), bytearray()
        if start:
            await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": more_body})


def _is_chunked(headers: dict[bytes, bytes]) -> bool:
    return b"transfer-encoding" in headers and b"content-length" not in headers


def _with_length(scope: Scope, length: int) -> Scope:
    """As if the client had said it, and sent no chunks."""
    if not any(name == b"transfer-encoding" for name, _ in scope["headers"]):
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name not in {b"transfer-encoding", b"content-length"}]
    return {**scope, "headers": [*kept, (b"content-length", b"%d" % length)]}


def _to_the_end(receive: Receive) -> Receive:
    async def receive_or_raise() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone("the client closed the connection before its body was complete")
        return message

    return receive_or_raise


async def _read(receive: Receive, body: IO[bytes]) -> int:
    """Bring the whole body; its length in bytes."""
    while True:
        message = await receive()
        body.write(message.get("body", b""))
        if not message.get("more_body", False):
            length = body.tell()
            body.seek(0)
            return length
