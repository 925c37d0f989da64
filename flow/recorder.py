"""A plain ASGI application around the whole server: it sees every exchange of the seven steps, and changes none.

Bytes pass through as they come. What is kept of a body are its first bytes, by reference; the rest is counted. What is
made of an exchange happens later, elsewhere (`writing`).
"""

import os
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import count
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flow import captured, relevance
from flow.captured import Captured
from flow.polls import Polls
from probes import names, parties

READABLE: Final = 64 * 1024
"""Bytes that are kept of a text and of a picture that is not larger."""
PARSED: Final = 2 * 1024 * 1024
"""Bytes that are kept of what correlation has to read: a job, an event, a page of the journal."""
BEGINNING: Final = 512
"""Bytes that are kept of a larger picture or film, of which no more is shown."""
_BYTES: Final = ("image/", "video/", "audio/")
_SERIAL: Final = count()
_PROCESS: Final = os.urandom(3).hex()

Sink = Callable[[Captured], None]


class Recorder:
    """`inner` answers; `sink` gets each exchange when its last byte is out, and returns at once."""

    def __init__(self, inner: ASGIApp, blob_prefix: str, sink: Sink) -> None:
        self._inner = inner
        self._blob_prefix = blob_prefix
        self._sink = sink
        self._polls = Polls()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        receiver = relevance.receiver(scope["method"], scope["path"], self._blob_prefix)
        exchange = _begun(scope, receiver) if receiver else None
        if exchange is None:
            await self._inner(scope, receive, send)
            return
        tap = Tap(exchange, self._recorded)
        token = parties.cause.set(exchange.id)
        scope["aemulator.exchange"] = exchange
        try:
            await self._inner(scope, tap.receiving(receive), tap.sending(send))
        except BaseException as err:
            exchange.error = exchange.error or f"{type(err).__name__}: {err}"
            raise
        finally:
            parties.cause.reset(token)
            tap.end()

    def _recorded(self, exchange: Captured) -> None:
        if exchange.receiver == relevance.EVENTS and exchange.method == "GET" and not self._polls.is_news(exchange):
            return
        self._sink(exchange)


class Tap:
    """Follows one exchange."""

    def __init__(self, exchange: Captured, done: Sink) -> None:
        self._exchange = exchange
        self._done = done
        self._request = Bytes(_limit(exchange, exchange.request))
        self._response = Bytes(READABLE)
        self._complete = False

    def receiving(self, receive: Receive) -> Receive:
        async def tapped() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                if body := message.get("body"):
                    self._request.take(body)
            elif not self._complete:
                self._exchange.error = "the client closed the connection"
            return message

        return tapped

    def sending(self, send: Send) -> Send:
        async def tapped(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                self._started(message)
            elif message["type"] == "http.response.body":
                if body := message.get("body"):
                    self._response.take(body)
                if not message.get("more_body", False):
                    self._complete = True
                    self.end()

        return tapped

    def end(self) -> None:
        """Hand it on, once."""
        exchange = self._exchange
        if exchange.ended:
            return
        exchange.ended = time.time()
        if not self._complete and not exchange.error:
            exchange.error = "the answer was not completed"
        exchange.request.kept, exchange.request.size = self._request.kept(), self._request.size
        exchange.response.kept, exchange.response.size = self._response.kept(), self._response.size
        self._done(exchange)

    def _started(self, message: Message) -> None:
        exchange = self._exchange
        exchange.first_byte = time.time()
        exchange.status = message["status"]
        exchange.response.headers = _decoded(message.get("headers", ()))
        self._response.limit = _limit(exchange, exchange.response)


class Bytes:
    """The first bytes of a body, and how many there are in all."""

    __slots__ = ("_chunks", "limit", "size")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._chunks: list[bytes] = []

    def take(self, chunk: bytes) -> None:
        if self.size < self.limit:
            self._chunks.append(chunk if len(chunk) <= self.limit else chunk[: self.limit])
        self.size += len(chunk)

    def kept(self) -> bytes:
        return b"".join(self._chunks)[: self.limit]


def _begun(scope: Scope, receiver: str) -> Captured | None:
    headers = _decoded(scope["headers"])
    told = next((value for name, value in headers if name == names.HEADER), "")
    sender, facts = names.parsed(told) if told else (_guessed(headers), {})
    if facts.get("purpose") == "read":
        return None  # somebody looks at a picture: no step
    return Captured(
        id=f"{_PROCESS}{next(_SERIAL):x}",
        sender=sender,
        receiver=receiver,
        method=scope["method"],
        scheme=scope.get("scheme", "http"),
        host=next((value for name, value in headers if name == "host"), ""),
        path=scope["path"],
        query=scope.get("query_string", b"").decode("latin-1"),
        started=time.time(),
        request=captured.Message(headers),
        sender_facts=facts,
    )


def _guessed(headers: captured.Headers) -> str:
    agent = next((value for name, value in headers if name == "user-agent"), "")
    return "browser" if agent.startswith("Mozilla/") else "client"


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> captured.Headers:
    return [_text(name, value) for name, value in headers]


@lru_cache(maxsize=2048)
def _text(name: bytes, value: bytes) -> tuple[str, str]:
    """Most headers are the same in each exchange."""
    return name.decode("latin-1"), value.decode("latin-1")


def _limit(exchange: Captured, message: captured.Message) -> int:
    if exchange.receiver in {relevance.COMPUTE, relevance.EVENTS}:
        return PARSED
    length = message.header("content-length")
    is_large = len(length) > 7 or (length.isdigit() and int(length) > READABLE)
    return BEGINNING if is_large and message.media_type.startswith(_BYTES) else READABLE
