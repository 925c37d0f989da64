"""A small HTTP/1.1 client for one server, on connections that stay open.

Every rendition ends with a POST to the ingress. A client library costs more processor time for it than all the rest
of the publishing (httpx 1.7 ms, this 0.03 ms), so the hot path has this: POST with a body in memory, an answer in
memory, nothing else.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httptools

IDLE_SECONDS = 4.0
"""An idle connection older than this is not used again: uvicorn closes after 5."""
BLOCK = 64 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class _Incoming:
    """What has come of an answer so far; the parser calls it back."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._ends_with_connection = False
        self.complete = False
        self.keeps_connection = False

    def feed(self, block: bytes) -> None:
        """Take the next bytes from the connection; none: it was closed."""
        if block:
            self._parser.feed_data(block)
        elif self._ends_with_connection:
            self.complete = True
        else:
            raise ConnectionResetError("the server closed the connection before its answer was complete")

    def answer(self) -> Answer:
        return Answer(self._parser.get_status_code(), bytes(self._body))

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() in {b"content-length", b"transfer-encoding"}:
            self._ends_with_connection = False

    def on_message_begin(self) -> None:
        self._ends_with_connection = True

    def on_body(self, chunk: bytes) -> None:
        self._body += chunk

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:  # an interim answer announces the one that counts
            self.complete = True
            self.keeps_connection = self._parser.should_keep_alive()  # true only now: the parser forgets


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_since: float = 0.0


class KeepAlive:
    """Connections to one server. `post` raises OSError, TimeoutError or httptools.HttpParserError when it fails."""

    def __init__(self, url: str, timeout: float, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = (context or ssl.create_default_context()) if parts.scheme == "https" else None
        self._netloc = parts.netloc.rpartition("@")[2]
        self._prefix = parts.path.rstrip("/")
        self._timeout = timeout
        self._idle: deque[_Connection] = deque()

    async def post(self, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Send one request; a kept connection that the server has closed meanwhile is replaced by a new one."""
        request = self._head(path, headers, len(body)) + body
        async with asyncio.timeout(self._timeout):
            kept = self._take_idle()
            if kept:
                try:
                    return await self._exchange(kept, request)
                except ConnectionError:
                    pass  # it was closed while it was idle
            return await self._exchange(await self._open(), request)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        while self._idle:
            self._idle.popleft().writer.close()

    def _head(self, path: str, headers: Iterable[tuple[str, str]], length: int) -> bytes:
        lines = [f"POST {self._prefix}{path} HTTP/1.1", f"host: {self._netloc}", f"content-length: {length}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def _take_idle(self) -> _Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()  # the one used last is the likeliest to be open
            if now - connection.idle_since < IDLE_SECONDS and not connection.reader.at_eof():
                return connection
            connection.writer.close()
        return None

    async def _open(self) -> _Connection:
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        return _Connection(reader, writer)

    async def _exchange(self, connection: _Connection, request: bytes) -> Answer:
        incoming = _Incoming()
        try:
            connection.writer.write(request)
            while not incoming.complete:
                incoming.feed(await connection.reader.read(BLOCK))
        finally:
            if incoming.keeps_connection:
                connection.idle_since = asyncio.get_running_loop().time()
                self._idle.append(connection)
            else:
                connection.writer.close()
        return incoming.answer()
