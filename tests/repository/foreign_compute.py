"""An Asset Compute service that is not ours, with its journal: it does what a test says."""

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.server import wait_until

Json = dict[str, Any]


@dataclass
class Call:
    """One call of /process."""

    headers: dict[str, str]
    body: Json

    @property
    def id(self) -> str:
        return self.headers["x-request-id"]

    def rendition(self, name: str) -> Json:
        return next(rendition for rendition in self.body["renditions"] if rendition["name"] == name)


@dataclass
class ForeignCompute:
    """`answers` are given to the next calls of /process, `journal_answers` to those of the journal, before 200."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: deque[Response] = field(default_factory=deque)
    journal_answers: deque[Response] = field(default_factory=deque)
    registrations: int = 0
    reads: list[str] = field(default_factory=list)
    _events: list[Any] = field(default_factory=list)

    def app(self) -> Starlette:
        routes = [
            Route("/register", self._register, methods=["POST"]),
            Route("/process", self._process, methods=["POST"]),
            Route("/journal", self._journal),
        ]
        return Starlette(routes=routes)

    def publish(self, event: Any) -> None:
        self._events.append(event)

    def call_for(self, asset_name: str, after: int = 0) -> Call:
        """The call for an asset of this name, after so many others for it."""

        def find() -> Call | None:
            found = [call for call in self.calls if call.body["source"]["name"] == asset_name]
            return found[after] if len(found) > after else None

        call = wait_until(find, 20, f"a job for {asset_name}")
        assert call
        return call

    def make(self, call: Call, name: str, content: bytes, **more: Any) -> None:
        """Do what a worker does for one rendition: put the bytes, publish the event."""
        rendition = call.rendition(name)
        assert httpx.put(rendition["target"]["urls"][0], content=content).status_code == 201
        self.publish(created(call, name, len(content), **more))

    def make_all(self, call: Call) -> None:
        for rendition in call.body["renditions"]:
            if rendition["fmt"] == "xmp":
                self.publish(failed(call, rendition["name"], "GenericError"))
            else:
                self.make(call, rendition["name"], f"bytes of {rendition['name']}".encode())

    async def _register(self, request: Request) -> Response:
        self.registrations += 1
        return JSONResponse({"ok": True, "journal": f"{self.url}/journal", "requestId": "r"})

    async def _process(self, request: Request) -> Response:
        self.calls.append(Call(dict(request.headers), await request.json()))
        if self.answers:
            return self.answers.popleft()
        return JSONResponse({"ok": True, "requestId": request.headers["x-request-id"], "activationId": "a" * 32})

    async def _journal(self, request: Request) -> Response:
        since = request.query_params.get("since", "")
        self.reads.append(since)
        if self.journal_answers:
            return self.journal_answers.popleft()
        start = int(since.removeprefix("position-")) if since else 0
        limit = min(3, int(request.query_params.get("limit", "3")))
        page = self._events[start : start + limit]
        entries = [{"position": f"position-{start + n}", "event": event} for n, event in enumerate(page, start=1)]
        link = {"link": f'</journal?since=position-{start + len(page)}>; rel="next"'}
        if not entries:
            return Response(status_code=204, headers=link)
        last = entries[-1]["position"]
        content = json.dumps({"events": entries, "_page": {"last": last, "count": len(entries)}})  # any text, escaped
        return Response(content, headers=link, media_type="application/json")


def created(call: Call, name: str, size: int | None, **more: Any) -> Json:
    metadata = {"dc:format": "image/png"} | ({} if size is None else {"repo:size": size})
    return {**_event(call, name, "rendition_created"), "metadata": metadata, **more}


def failed(call: Call, name: str, reason: str, message: str = "no luck") -> Json:
    return {**_event(call, name, "rendition_failed"), "errorReason": reason, "errorMessage": message}


def data_uri(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


def _event(call: Call, name: str, kind: str) -> Json:
    instructions = {key: value for key, value in call.rendition(name).items() if key != "target"}
    return {
        "type": kind,
        "date": "2024-10-25T18:11:41.000Z",
        "requestId": call.id,
        "source": call.body["source"]["url"],
        "userData": call.body["userData"],
        "rendition": instructions,
    }


@contextmanager
def foreign_compute() -> Iterator[ForeignCompute]:
    """The service on a free port, in a thread."""
    service = ForeignCompute()
    server = uvicorn.Server(uvicorn.Config(service.app(), port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        service.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield service
    finally:
        server.should_exit = True
        thread.join(20)
