"""An HTTP client whose exchanges with other servers are told to the observer, and struck by faults.

What is asked of this server is recorded, and struck, where it arrives; this is for the rest. A request that says what
it is about (`about`, as httpx's `extensions`) is watched; any other is not.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

import httpx

from probes import parties
from probes.exchanges import KEPT, Told, teller
from probes.faults import ANSWERED, LATENCY, TRUNCATED, Fault, Situation, faults, status_of

_OF_THE_BODY: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_KEY: Final = "aemulator.about"
_PARSED: Final = 2 * 1024 * 1024
"""Bytes of what the observer has to read: a job, a page of the journal."""
_WORDS: Final = "made by a fault"
LONGEST: Final = 16 * 1024 * 1024
"""Bytes of an answer from another server: who knows what it sends."""


@dataclass(frozen=True)
class About:
    """Who asks whom, in which step, and for which request; `facts` as in the party's introduction."""

    party: str
    to: str
    step: int
    request: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def about(party: str, to: str, step: int, request: str = "", **facts: str) -> dict[str, Any]:
    """The `extensions` of a request."""
    return {_KEY: About(party, to, step, request, {name: value for name, value in facts.items() if value})}


class WatchedClient(httpx.AsyncClient):
    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        known = request.extensions.get(_KEY)
        if not isinstance(known, About) or parties.is_here(str(request.url)):
            return await super().send(request, **options)
        fault = await asyncio.to_thread(faults.choose, ANSWERED, _situation(known)) if faults.active else None
        sighting = _Sighting(known, request, fault)
        try:
            answer = await self._answered(request, fault, options)
        except (httpx.HTTPError, asyncio.CancelledError) as err:
            sighting.end(None, str(err) or type(err).__name__)
            raise
        sighting.end(answer)
        return answer

    async def _answered(self, request: httpx.Request, fault: Fault | None, options: dict[str, Any]) -> httpx.Response:
        if fault is None:
            return await self._bounded(request, options)
        if fault.kind == LATENCY:
            await asyncio.sleep(fault.number("seconds", 1.0))
            return await self._bounded(request, options)
        if fault.kind == TRUNCATED:
            await self._bounded(request, options)
            raise httpx.RemoteProtocolError(f"the connection ended in the middle of the answer, {_WORDS}")
        return _refusal(request, fault)

    async def _bounded(self, request: httpx.Request, options: dict[str, Any]) -> httpx.Response:
        answer = await super().send(request, **{**options, "stream": True})
        content = bytearray()
        try:
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > LONGEST:
                    raise httpx.ReadError(f"the answer has more than {LONGEST} bytes", request=request)
        finally:
            await answer.aclose()
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in _OF_THE_BODY]
        return httpx.Response(answer.status_code, headers=headers, content=bytes(content), request=request)


def _situation(known: About) -> Situation:
    seen = {name: unquote(known.facts.get(name, "")) for name in ("path", "mime", "profile")}
    return Situation(known.to, known.step, known.request, **seen)


def _refusal(request: httpx.Request, fault: Fault) -> httpx.Response:
    status = status_of(fault)
    headers = {"retry-after": f"{fault.number('retry_after', 1):.0f}"} if status == 429 else {}
    return httpx.Response(status, json={"ok": False, "message": _WORDS}, headers=headers, request=request)


class _Sighting:
    """One exchange, from now on; told when it has ended."""

    def __init__(self, known: About, request: httpx.Request, fault: Fault | None) -> None:
        self._known, self._request, self._fault = known, request, fault
        self._started = time.time()

    def end(self, answer: httpx.Response | None, problem: str = "") -> None:
        if teller.listener is None:
            return
        ended = time.time()
        asked, got = _content(self._request), _content(answer) if answer else b""
        told = Told(
            party=self._known.party,
            to=self._known.to,
            method=self._request.method,
            url=str(self._request.url),
            started=self._started,
            ended=ended,
            first_byte=ended if answer else None,
            status=answer.status_code if answer else None,
            error=problem,
            request_headers=dict(self._request.headers),
            request_body=asked[: _kept(self._request.headers)],
            response_headers=dict(answer.headers) if answer else {},
            response_body=got[: _kept(answer.headers)] if answer else b"",
            sizes=(len(asked), len(got)),
            facts=self._known.facts,
            fault=self._fault.kind if self._fault else "",
        )
        teller.tell(told)


def _content(message: httpx.Request | httpx.Response) -> bytes:
    try:
        return message.content
    except (httpx.RequestNotRead, httpx.ResponseNotRead):
        return b""  # it streams, and whoever asked reads it


def _kept(headers: httpx.Headers) -> int:
    return _PARSED if "json" in headers.get("content-type", "") else KEPT
