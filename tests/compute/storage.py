"""A storage with signed URLs on a real socket: serves sources with ranges, takes blocks, and fails when told to."""

import re
import ssl
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

SIGNATURE = "sv=2024-01-01&sig=c2VjcmV0"


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    connection: int


@dataclass
class Storage:
    """`sources` by path (bytes or a file); `blocks` by path and query as they were PUT; a closed `gate` holds GETs."""

    sources: dict[str, bytes | Path] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    redirects: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, bytes] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    broken_off: set[str] = field(default_factory=set)
    tls: ssl.SSLContext | None = None
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"storage": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def source(self, path: str, content: bytes | Path) -> str:
        """The signed URL of a new source."""
        self.sources[path] = content
        return f"{self.url}{path}?{SIGNATURE}"

    def target(self, name: str, blocks: int = 1, max_part_size: int = 100 * 1024 * 1024) -> dict[str, Any]:
        urls = [f"{self.url}/out/{name}?{SIGNATURE}&comp=block&blockid={number}" for number in range(blocks)]
        return {"urls": urls, "minPartSize": 1, "maxPartSize": max_part_size}

    def uploaded(self, name: str, blocks: int = 1) -> bytes:
        return b"".join(
            self.blocks.get(f"/out/{name}?{SIGNATURE}&comp=block&blockid={number}", b"") for number in range(blocks)
        )

    def of(self, method: str) -> list[Request]:
        return [request for request in self.requests if request.method == method]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that is killed breaks its connections off; that is what some tests are about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    storage: Storage
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on standard error."""

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        path = self._note()
        refusals = self.storage.refusals[path]
        content = self.rfile.read(int(self.headers["content-length"]))
        if refusals:
            self._answer(refusals.pop(0), b"<Error><Code>Refused</Code></Error>")
            return
        self.storage.blocks[self.path] = content
        self._answer(201, b"")

    def _note(self) -> str:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.storage.requests.append(Request(self.command, parts.path, parts.query, headers, self.client_address[1]))
        return parts.path

    def _serve(self) -> None:
        path = self._note()
        if self.storage.refusals[path]:
            self._answer(self.storage.refusals[path].pop(0), b"<Error><Code>Refused</Code></Error>")
        elif path in self.storage.redirects:
            self._answer(302, b"", location=self.storage.redirects[path])
        elif path not in self.storage.sources:
            self._answer(404, b"<Error><Code>BlobNotFound</Code></Error>")
        else:
            if self.command == "GET":
                self.storage.gate.wait(30)
            self._send(path)

    def _send(self, path: str) -> None:
        held = self.storage.sources[path]
        content = held.read_bytes() if isinstance(held, Path) else held
        headers = {"accept_ranges": "bytes"}
        if path in self.storage.content_types:
            headers["content_type"] = self.storage.content_types[path]
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        if not wanted:
            self._answer(200, content, break_off=path in self.storage.broken_off, **headers)
            return
        start, end = int(wanted[1]), min(int(wanted[2]), len(content) - 1)
        headers["content_range"] = f"bytes {start}-{end}/{len(content)}"
        self._answer(206, content[start : end + 1], break_off=path in self.storage.broken_off, **headers)

    def _answer(self, status: int, content: bytes, break_off: bool = False, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if break_off:  # once
            self.storage.broken_off.discard(urlsplit(self.path).path)
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return
        self.wfile.write(content)
