"""Answers of the Blob REST API and how they go out over ASGI."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from xml.etree import ElementTree as ET

from blobstore.errors import AzureError
from blobstore.requests import BlobRequest, Send

NEWEST_VERSION = "2026-10-06"

_VERSION = re.compile(r"\d{4}-\d\d-\d\d")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CORS_HEADERS = [
    (b"access-control-allow-origin", b"*"),
    # `*` covers every header but Authorization for browsers; older ones want names.
    (
        b"access-control-expose-headers",
        b"*, ETag, Content-MD5, Content-Length, Content-Range, Content-Encoding, Content-Disposition, Accept-Ranges, "
        b"Last-Modified, Date, x-ms-request-id, x-ms-version, x-ms-error-code, x-ms-blob-type, x-ms-content-crc64, "
        b"x-ms-lease-status, x-ms-creation-time, x-ms-copy-id, x-ms-copy-status",
    ),
]


@dataclass(slots=True)
class Answer:
    """A status, headers and a body; `stream` gives the body in pieces and needs a Content-Length header."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    stream: AsyncGenerator[bytes, None] | None = None


def xml_answer(root: ET.Element, headers: dict[str, str] | None = None, status: int = 200) -> Answer:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Answer(status, {"content-type": "application/xml", **(headers or {})}, body)


def error_answer(error: AzureError, request: BlobRequest) -> Answer:
    """Azure's error document; 304 has none by HTTP, HEAD loses its body on the way out."""
    headers = {"x-ms-error-code": error.reason.code, **error.headers}
    if error.status == 304:
        return Answer(304, headers)
    root = ET.Element("Error")
    ET.SubElement(root, "Code").text = error.reason.code
    message = ET.SubElement(root, "Message")
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    message.text = f"{error.reason.message}\nRequestId:{request.request_id}\nTime:{now}"
    for name, text in error.detail.items():
        ET.SubElement(root, name).text = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return xml_answer(root, headers, error.status)


def preflight_answer(request: BlobRequest) -> Answer:
    """Every origin may use the store: what protects it are signatures."""
    wanted = request.headers.get("access-control-request-headers", "")
    return Answer(
        200,
        {
            "access-control-allow-origin": "*",
            "access-control-allow-methods": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
            "access-control-allow-headers": wanted or "*",
            "access-control-max-age": "86400",
            "vary": "Access-Control-Request-Headers",
        },
    )


async def send_answer(answer: Answer, request: BlobRequest, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": _wire_headers(answer, request)})
    if request.method == "HEAD" or answer.stream is None:
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})
        return
    await _send_stream(answer.stream, request, send)


async def _send_stream(stream: AsyncGenerator[bytes, None], request: BlobRequest, send: Send) -> None:
    """Send piece by piece, until the client leaves: uvicorn itself would take the rest and say nothing."""
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        async with aclosing(stream):
            async for piece in stream:
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()


async def _disconnected(request: BlobRequest) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def rendered(answer: Answer, request: BlobRequest) -> bytes:
    """A whole answer without a stream as HTTP/1.1 text, as it stands in the answer to a batch."""
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}".encode()]
    lines += [name + b": " + value for name, value in _wire_headers(answer, request)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + answer.body


def _wire_headers(answer: Answer, request: BlobRequest) -> list[tuple[bytes, bytes]]:
    version = request.version
    headers = [
        (b"x-ms-request-id", request.request_id.encode()),
        (b"x-ms-version", version.encode() if _VERSION.fullmatch(version) else NEWEST_VERSION.encode()),
    ]
    client_id = request.headers.get("x-ms-client-request-id")
    if client_id and len(client_id) <= 1024:
        headers.append((b"x-ms-client-request-id", _value(client_id)))
    headers += [(name.encode("latin-1"), _value(value)) for name, value in answer.headers.items()]
    if answer.stream is None and answer.status != 304 and "content-length" not in answer.headers:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    if answer.status >= 400 and "expect" in request.headers:
        # The client may or may not send the body it announced: what follows on this connection can't be told apart.
        headers.append((b"connection", b"close"))
    if "origin" in request.headers and request.method != "OPTIONS":
        headers.extend(_CORS_HEADERS)
    return headers


def _value(text: str) -> bytes:
    """Header bytes. What came in as a header is latin-1; what came in by the query may be any text."""
    clean = text if text.isprintable() else _UNSAFE.sub(" ", text)
    try:
        return clean.encode("latin-1")
    except UnicodeEncodeError:
        return clean.encode("utf-8")
