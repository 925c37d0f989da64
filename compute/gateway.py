"""The door of the box: who calls, under which request id, and refusals in the shape of the service."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import DatabaseError, DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from compute.refusals import (
    Failed,
    Forbidden,
    InvalidRequest,
    Refusal,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from identity import bearer

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a request: an `xmp` instruction and a data: source fit in, a picture does not."""
MAX_REQUEST_ID = 255
SCOPE = "asset_compute"


@dataclass(frozen=True)
class Caller:
    """Who calls: the token's client, for an organization; `token` is passed on to custom workers."""

    org_id: str
    client_id: str
    token: str


async def caller(request: Request) -> Caller:
    """Check bearer token, API key, organization and scope of a request."""
    headers = request.headers
    claims = await _claims(headers.get("authorization"))
    api_key = headers.get("x-api-key")
    if api_key != claims.client_id and api_key not in settings.EXTRA_API_KEYS:
        raise Unauthorized("x-api-key is missing or is not the client id of the access token")
    if SCOPE not in claims.scopes:
        raise Forbidden(f"the access token lacks the scope {SCOPE}: the project is not subscribed to Asset Compute")
    org_id = headers.get("x-gw-ims-org-id") or headers.get("x-ims-org-id")
    if not org_id:
        raise InvalidRequest("the header x-gw-ims-org-id is missing")
    if claims.org and org_id != claims.org:
        raise Forbidden(f"the access token does not belong to the organization {org_id}")
    return Caller(org_id, claims.client_id, claims.token)


async def _claims(authorization: str | None) -> bearer.Claims:
    try:
        return await bearer.verify_async(authorization)
    except bearer.ImsUnreachable as err:
        raise Unavailable(str(err)) from err
    except bearer.BearerError as err:
        raise Unauthorized(f"unauthorized: {err}") from err


def request_id(request: Request) -> str:
    """The caller's x-request-id, or one that is made for the request; the same at each call."""
    if not hasattr(request.state, "request_id"):
        given = request.headers.get("x-request-id", "").strip()
        usable = given.isprintable() and len(given) <= MAX_REQUEST_ID
        request.state.request_id = given if given and usable else uuid.uuid4().hex
    return str(request.state.request_id)


async def body(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY:
            raise TooLarge(f"the request is larger than {MAX_BODY} bytes")
    return bytes(received)


def json_response(
    request: Request, content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    own = request_id(request)
    answer = orjson.dumps({**content, "requestId": own})
    return Response(answer, status, {"x-request-id": own, **(headers or {})}, "application/json")


async def on_refusal(request: Request, err: Exception) -> Response:
    assert isinstance(err, Refusal)
    if isinstance(err, TooManyRequests):
        return Response(status_code=err.status, headers={"x-request-id": request_id(request), **err.headers()})
    return json_response(request, {"ok": False, "message": str(err)}, err.status, err.headers())


async def on_http_exception(request: Request, err: Exception) -> Response:
    """An unknown path or a wrong method."""
    assert isinstance(err, HTTPException)
    return json_response(request, {"ok": False, "message": err.detail}, err.status_code, dict(err.headers or {}))


async def on_database_error(request: Request, err: Exception) -> Response:
    return await on_refusal(request, Unavailable(f"the database does not answer: {err}"))


async def on_unstorable(request: Request, err: Exception) -> Response:
    """A text that no database takes: too long for its column, NUL, half a surrogate pair."""
    return await on_refusal(request, InvalidRequest("a text in the request is too long or not Unicode"))


async def on_failure(request: Request, err: Exception) -> Response:
    return await on_refusal(request, Failed("internal error: see the server's log"))


async def on_disconnect(request: Request, err: Exception) -> Response:
    """The client left in the middle of its body: nobody reads this answer."""
    return Response(status_code=400)


ExceptionHandler = Callable[[Request, Exception], Awaitable[Response]]
EXCEPTION_HANDLERS: dict[Any, ExceptionHandler] = {
    Refusal: on_refusal,
    HTTPException: on_http_exception,
    DatabaseError: on_database_error,
    DataError: on_unstorable,
    UnicodeError: on_unstorable,
    Exception: on_failure,
    ClientDisconnect: on_disconnect,
}
