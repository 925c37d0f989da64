"""Blob Batch: up to 256 requests without bodies in one multipart/mixed document, each with credentials of its own.

Source: Microsoft, "Blob Batch". The parts are read by the standard library's and uvicorn's own parsers.
"""

from collections.abc import Awaitable, Callable
from email import policy
from email.message import Message
from email.parser import BytesParser
from uuid import uuid4

import httptools

from blobstore import requests, responses, uploads
from blobstore.calls import Call
from blobstore.errors import AzureError, Reason
from blobstore.requests import BlobRequest
from blobstore.responses import Answer

MAX_BODY = 4 * 1024**2
MAX_PARTS = 256

AnswerTo = Callable[[BlobRequest], Awaitable[Answer]]


async def run(call: Call, answer_to: AnswerTo) -> Answer:
    """Answer every part in order; one that fails does not touch the others."""
    parts = _parts(call.request.required_header("content-type"), await uploads.small_body(call.request, MAX_BODY))
    if not 0 < len(parts) <= MAX_PARTS:
        raise AzureError(Reason.INVALID_INPUT)
    boundary = f"batchresponse_{uuid4()}"
    document = bytearray()
    for part in parts:
        request = _request(part, call)
        answer = await _answered(request, answer_to)
        document += b"--" + boundary.encode() + b"\r\nContent-Type: application/http\r\n"
        document += f"Content-ID: {part.get('Content-ID', '0')}\r\n\r\n".encode("latin-1", "replace")
        document += responses.rendered(answer, request) + b"\r\n"
    document += b"--" + boundary.encode() + b"--\r\n"
    return Answer(202, {"content-type": f"multipart/mixed; boundary={boundary}"}, bytes(document))


async def _answered(request: BlobRequest, answer_to: AnswerTo) -> Answer:
    if request.method not in ("DELETE", "PUT") or request.comp == "batch":
        return responses.error_answer(AzureError(Reason.UNSUPPORTED_HTTP_VERB), request)
    return await answer_to(request)


def _parts(content_type: str, body: bytes) -> list[Message]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=policy.compat32).parsebytes(head + body)
    if message.get_content_type() != "multipart/mixed" or not message.is_multipart():
        raise AzureError(Reason.INVALID_INPUT)
    return [part for part in message.get_payload() if isinstance(part, Message)]


class _Head:
    """What httptools tells of a request; headers in lower case."""

    def __init__(self) -> None:
        self.url = b""
        self.headers: dict[str, str] = {}

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")


def _request(part: Message, call: Call) -> BlobRequest:
    """The request that a part holds; it goes to the same host, by the same client."""
    payload = part.get_payload(decode=True)
    text = (payload if isinstance(payload, bytes) else b"").replace(b"\r\n", b"\n").strip(b"\n")
    head = _Head()
    parser = httptools.HttpRequestParser(head)
    try:
        parser.feed_data(text.replace(b"\n", b"\r\n") + b"\r\n\r\n")
        url = httptools.parse_url(head.url)
        method = parser.get_method().decode()
    except (httptools.HttpParserError, httptools.HttpParserInvalidURLError) as err:
        raise AzureError(Reason.INVALID_INPUT) from err
    query = (url.query or b"").decode("latin-1")
    outer = call.request
    return BlobRequest(
        method=method,
        scheme=outer.scheme,
        raw_path=url.path.decode("latin-1"),
        query=requests.parsed_query(query),
        headers={"host": outer.headers.get("host", ""), **head.headers},
        client=outer.client,
        receive=requests.no_body,
        query_string=query,
    )
