"""Faults on the wire: a plain ASGI application around the server, inside the recorder, which so records them too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dbthreads import in_db
from flow import correlation, faults, refusals, relevance
from flow.captured import Captured
from flow.correlation import Clues, request_key
from flow.fault_kinds import ON_THE_WIRE
from flow.faults import LOOK_EVERY, WAIT, chooser
from flow.writing import writer
from probes import names
from probes.faults import Fault, Situation

MAX_EVENT: Final = 16 * 1024 * 1024
MOST_DELAYED: Final = 500
INTACT: Final = 64  # bytes of a damaged original, so that it still looks like one

log = logging.getLogger(__name__)


@dataclass
class Injector:
    inner: ASGIApp
    delayed: set[asyncio.Task[None]] = field(default_factory=set)
    overtaken: list["Event"] = field(default_factory=list)
    """Events that wait for another one to pass them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Captured | None = scope.get("aemulator.exchange")
        if exchange is None or not chooser.active:
            await self.inner(scope, receive, send)
            return
        if exchange.receiver == relevance.EVENTS and exchange.method == "POST":
            receive = await _read_before(exchange, receive)  # only its body says which rendition an event is of
        fault = await _chosen(exchange)
        if fault is None:
            await self.inner(scope, receive, send)
            if exchange.receiver == relevance.EVENTS and exchange.method == "POST":
                await self._let_follow()
            return
        exchange.fault = fault.kind
        strike = _STRIKES.get(fault.kind)
        if strike:
            await strike(self, fault, scope, receive, send)
        else:
            await drained(receive)
            await refusals.answer(fault, exchange, send)

    async def late(self, event: "Event", seconds: float) -> None:
        if len(self.delayed) >= MOST_DELAYED:
            log.warning("Too many events are held back: one is sent at once")
            seconds = 0.0
        task = asyncio.create_task(self._pass_on_later(event, seconds))
        self.delayed.add(task)
        task.add_done_callback(self.delayed.discard)

    async def _pass_on_later(self, event: "Event", seconds: float) -> None:
        await asyncio.sleep(seconds)
        if event in self.overtaken:
            self.overtaken.remove(event)
        await event.pass_on()

    async def _let_follow(self) -> None:
        """The event that has just passed overtook these."""
        following, self.overtaken = self.overtaken, []
        for event in following:
            await event.pass_on()


@dataclass
class Event:
    """An event whose sender was told that it was taken."""

    inner: ASGIApp
    scope: Scope
    body: bytes
    is_sent: bool = False

    async def pass_on(self) -> None:
        if self.is_sent:
            return
        self.is_sent = True

        async def receive() -> Message:
            return {"type": "http.request", "body": self.body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 300:
                log.warning("An event that a fault had held back was refused: %s", message["status"])

        await self.inner(self.scope, receive, send)


async def _read_before(exchange: Captured, receive: Receive) -> Receive:
    """The body of an event, for the correlation; whoever receives it then gets it anew."""
    body = await drained(receive)
    exchange.request.kept, exchange.request.size = body, len(body)
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _chosen(exchange: Captured) -> Fault | None:
    situation, profile = _seen(exchange), exchange.sender_facts.get("profile", "")
    is_unclear = _has_two_steps(exchange) and chooser.tells_apart(ON_THE_WIRE, situation.service, (1, 5))
    if is_unclear or chooser.needs_lookup(ON_THE_WIRE, situation):
        situation, found = await _known(exchange, situation)
        profile = unquote(profile) or found
    if is_unclear:
        situation = replace(situation, step=5 if situation.rendition else 1)
    return await in_db(chooser.strike, ON_THE_WIRE, situation, unquote(profile))


def _seen(exchange: Captured) -> Situation:
    """As far as the head of the request tells."""
    facts = exchange.sender_facts
    path = unquote(facts.get("path", ""))
    if exchange.receiver == relevance.REPOSITORY:
        path = exchange.path.rpartition(".")[0].removesuffix(".initiateUpload").removesuffix(".completeUpload")
    request = exchange.request.header("x-request-id")
    return Situation(exchange.receiver, step_of(exchange), request, path=path, mime=unquote(facts.get("mime", "")))


def step_of(exchange: Captured) -> int:
    """The step that it will turn out to be, as far as its head tells."""
    match exchange.receiver:
        case relevance.REPOSITORY:
            return 1
        case relevance.COMPUTE:
            return 2
        case relevance.RUNTIME:
            return 4
        case relevance.EVENTS:
            return 7 if exchange.method == "GET" else 4 if exchange.path == "/events/expectations" else 6
        case relevance.BLOBSTORE:
            return _blob_step(exchange)
    return 0


def _blob_step(exchange: Captured) -> int:
    if exchange.sender == names.REPOSITORY:
        return 7 if not exchange.sender_facts.get("cause") else 1
    if exchange.method != "PUT":
        return 4
    return 5 if exchange.sender in {names.CORE_WORKER, names.CUSTOM_WORKER} else 1


def _has_two_steps(exchange: Captured) -> bool:
    """Somebody who does not say who it is puts a blob: a client its original, or a worker elsewhere a rendition."""
    named = {names.REPOSITORY, names.CORE_WORKER, names.CUSTOM_WORKER}
    return exchange.receiver == relevance.BLOBSTORE and exchange.method == "PUT" and exchange.sender not in named


async def _known(exchange: Captured, situation: Situation) -> tuple[Situation, str]:
    """With what the recorder knows of it, as soon as it does: what came before is written a moment later."""
    if exchange.receiver in {relevance.REPOSITORY, relevance.IDENTITY} or situation.path:
        return situation, ""
    told = correlation.clues(exchange) if exchange.receiver in {relevance.BLOBSTORE, relevance.EVENTS} else Clues(0)
    seeks, situation = told.seeks, replace(situation, rendition=told.rendition)
    if situation.request:
        seeks = (*seeks, request_key(situation.request))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + (WAIT if seeks else 0.0)
    found = await in_db(_looked_up, situation, seeks)
    while found is None and loop.time() < deadline:
        await asyncio.sleep(LOOK_EVERY)
        found = await in_db(_looked_up, situation, seeks)
    return found or (situation, "")


def _looked_up(situation: Situation, seeks: tuple[str, ...]) -> tuple[Situation, str] | None:
    known: Mapping[str, tuple[str, str]] = writer.keys.look_up(seeks)
    for key in seeks:
        if key in known:
            flow, rendition = known[key]
            described, profile = faults.described(situation, flow)
            return replace(described, rendition=rendition or described.rendition), profile
    return None


async def drained(receive: Receive) -> bytes:
    """The body of a request, of which the start is kept."""
    kept = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(kept)
        if len(kept) < MAX_EVENT:
            kept += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(kept)


async def _latency(injector: Injector, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(fault.number("seconds", 1.0))
    await injector.inner(scope, receive, send)


async def _truncated(injector: Injector, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Half of the first chunk, and then nothing: the server closes a connection whose answer is not complete."""
    cut = False

    async def sending(message: Message) -> None:
        nonlocal cut
        if cut:
            return
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            cut = True
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            return
        await send(_with_length(message))

    await injector.inner(scope, receive, sending)


def _with_length(message: Message) -> Message:
    """An answer without a body promises one, so that its end is missed."""
    headers = [(name, value) for name, value in message["headers"] if name.lower() != b"content-length"]
    length = next((int(value) for name, value in message["headers"] if name.lower() == b"content-length"), 0)
    return {**message, "headers": [*headers, (b"content-length", b"%d" % max(length, 2))]}


async def _corrupt(injector: Injector, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    passed = 0

    async def sending(message: Message) -> None:
        nonlocal passed
        if message["type"] == "http.response.body" and (body := message.get("body", b"")):
            intact = body[: max(0, INTACT - passed)]
            passed += len(body)
            message = {**message, "body": intact + bytes(len(body) - len(intact))}
        await send(message)

    await injector.inner(scope, receive, sending)


async def _lost(injector: Injector, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    await drained(receive)
    await refusals.taken(send)


async def _late(injector: Injector, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    event = Event(injector.inner, scope, await drained(receive))
    await injector.late(event, fault.number("seconds", 5.0))
    await refusals.taken(send)


async def _duplicated(injector: Injector, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """The second one has another id: the journal drops what it knows already."""
    body = await drained(receive)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    await injector.inner(scope, again, send)
    headers = [(name, value) for name, value in scope["headers"] if name != b"x-event-id"]
    second = {**scope, "headers": [*headers, (b"x-event-id", uuid4().hex.encode())]}
    await Event(injector.inner, second, body).pass_on()


async def _reordered(injector: Injector, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    event = Event(injector.inner, scope, await drained(receive))
    injector.overtaken.append(event)
    await injector.late(event, fault.number("seconds", 5.0))
    await refusals.taken(send)


Strike = Callable[[Injector, Fault, Scope, Receive, Send], Awaitable[None]]
_STRIKES: Final[Mapping[str, Strike]] = {
    "latency": _latency,
    "truncated-body": _truncated,
    "corrupt-source": _corrupt,
    "event-lost": _lost,
    "event-late": _late,
    "event-duplicated": _duplicated,
    "event-reordered": _reordered,
}
