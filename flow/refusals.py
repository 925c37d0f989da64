"""Answers that a fault gives in a service's stead, in the service's own shape."""

from typing import Final

from starlette.responses import Response
from starlette.types import Send

from contract import jsontext
from flow import relevance
from flow.captured import Captured
from probes.faults import Fault, status_of

_AZURE: Final = {
    401: "NoAuthenticationInformation",
    403: "AuthenticationFailed",
    404: "BlobNotFound",
    413: "RequestBodyTooLarge",
    429: "ServerBusy",
}
_WORDS: Final = "made by a fault"


async def answer(fault: Fault, exchange: Captured, send: Send) -> None:
    status = status_of(fault)
    headers = {"retry-after": f"{fault.number('retry_after', 1):.0f}"} if status == 429 else {}
    await _send(_shaped(exchange, status, fault.kind, headers), send)


async def taken(send: Send) -> None:
    """What the ingress says of an event."""
    await _send(Response("OK", 200, media_type="text/plain"), send)


def _shaped(exchange: Captured, status: int, kind: str, headers: dict[str, str]) -> Response:
    if exchange.receiver == relevance.BLOBSTORE:
        return _azure(status, kind, headers)
    fields: dict[str, object]
    if exchange.receiver == relevance.EVENTS:
        fields = {"error_code": f"{status}000", "message": _WORDS}
    elif exchange.receiver == relevance.IDENTITY:
        fields = {"error": "server_error" if status >= 500 else "invalid_request", "error_description": _WORDS}
    else:
        request_id = exchange.request.header("x-request-id")
        fields = {"ok": False, "message": _WORDS, **({"requestId": request_id} if request_id else {})}
    return Response(jsontext.dumps(fields), status, headers, "application/json")


def _azure(status: int, kind: str, headers: dict[str, str]) -> Response:
    code = _AZURE.get(status, "ServerBusy" if status == 503 else "InternalError")
    detail = "Signature not valid in the specified time frame" if kind == "expired-signature" else _WORDS
    document = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{code}</Code><Message>{detail}</Message>"
        f"<AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail></Error>"
    )
    return Response(document, status, {**headers, "x-ms-error-code": code}, "application/xml")


async def _send(response: Response, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": bytes(response.body), "more_body": False})
