"""A custom worker that a test decides on: a HTTP server which answers the service's call as told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.adobe import ingress_body

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """What the service sent."""

    path: str
    headers: dict[str, str]
    body: Json

    def send_event(self, events_url: str, rendition: Json, **fields: Any) -> int:
        """Tell the ingress what became of a rendition, as asset-compute-commons does; the ingress's status."""
        event = {
            "type": "rendition_created",
            "date": "2026-01-01T00:00:00.000Z",
            "requestId": self.headers["x-request-id"],
            "source": self.body.get("source", {}).get("url"),
            "userData": self.body.get("userData"),
            "rendition": {name: value for name, value in rendition.items() if name != "target"},
            "metadata": {"repo:size": 5},
            **fields,
        }
        names = ("authorization", "x-api-key")
        headers = {name: self.headers[name] for name in names} | {"x-ims-org-id": self.headers["x-gw-ims-org-id"]}
        return httpx.post(f"{events_url}/api/events", json=ingress_body(event), headers=headers).status_code


Behaviour = Callable[[Call], tuple[int, object]]


class CustomWorker(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = behaviour
        self.calls: list[Call] = []
        self.headers: dict[str, str] = {}
        """Of its answers."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v1/web/ns/package/worker"


class _Handler(BaseHTTPRequestHandler):
    server: CustomWorker

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.server.calls.append(call)
        status, answer = self.server.behaviour(call)
        if isinstance(answer, Iterator):
            self._pour(status, answer)
            return
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _pour(self, status: int, chunks: Iterator[bytes]) -> None:
        """An answer that goes on until the caller has enough of it."""
        self.send_response(status)
        self.end_headers()
        with suppress(OSError):
            for chunk in chunks:
                self.wfile.write(chunk)
                self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def custom_worker(behaviour: Behaviour) -> Iterator[CustomWorker]:
    worker = CustomWorker(behaviour)
    thread = threading.Thread(target=worker.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield worker
    finally:
        worker.shutdown()
        worker.server_close()
        thread.join()
