"""The door of the box: who calls, and errors in the gateway's shape."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import DatabaseError, DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from events.errors import BadRequest, EventsError, Expired, Failed, Forbidden, TooLarge, Unauthorized, Unavailable
from identity import bearer

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request. An event repeats user data and even the data: source of its request, in base64."""
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Caller:
    """Who calls: the token's client, for an organization."""

    org_id: str
    client_id: str


async def caller(request: Request) -> Caller:
    """Check bearer token, API key and organization of a request."""
    headers = request.headers
    claims = await _claims(headers.get("authorization"))
    api_key = headers.get("x-api-key")
    if not api_key:
        raise Forbidden("Api Key is required", "403000")
    if api_key != claims.client_id and api_key not in settings.EXTRA_API_KEYS:
        raise Forbidden("Api Key is invalid", "403003")
    org_id = headers.get("x-ims-org-id") or headers.get("x-gw-ims-org-id") or claims.org
    if not org_id or (claims.org and org_id != claims.org):
        raise Forbidden("Profile is not valid", "403025")
    return Caller(org_id, claims.client_id)


async def _claims(authorization: str | None) -> bearer.Claims:
    try:
        return await bearer.verify_async(authorization)
    except bearer.MissingToken as err:
        raise Unauthorized("Oauth token is missing", "401010") from err
    except bearer.ImsUnreachable as err:
        raise Unavailable(str(err)) from err
    except bearer.BearerError as err:
        raise Unauthorized("Oauth token is not valid", "401013") from err


async def body(request: Request, limit: int = MAX_BODY) -> bytes:
    """The request's body, if it is not larger than `limit` bytes."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise TooLarge(f"The request is larger than {limit} bytes")
    return bytes(received)


def json_response(
    content: Any, status: int = 200, headers: dict[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    return Response(orjson.dumps(content), status, headers, media_type)


async def on_events_error(request: Request, err: Exception) -> Response:
    assert isinstance(err, EventsError)
    if isinstance(err, Expired):
        return PlainTextResponse(str(err), err.status)
    return json_response({"error_code": err.code, "message": str(err)}, err.status, err.headers())


async def on_http_exception(request: Request, err: Exception) -> Response:
    """An unknown path or a wrong method."""
    assert isinstance(err, HTTPException)
    message = {"error_code": str(err.status_code), "message": err.detail}
    return json_response(message, err.status_code, dict(err.headers or {}))


async def on_database_error(request: Request, err: Exception) -> Response:
    return await on_events_error(request, Unavailable(f"The database does not answer: {err}"))


async def on_unstorable(request: Request, err: Exception) -> Response:
    """A text that no database takes: too long for its column, NUL, half a surrogate pair."""
    return await on_events_error(request, BadRequest("a text in the request is too long or not Unicode"))


async def on_failure(request: Request, err: Exception) -> Response:
    return await on_events_error(request, Failed("Internal error: see the server's log"))


async def on_disconnect(request: Request, err: Exception) -> Response:
    """The client left in the middle of its body: nobody reads this answer."""
    return Response(status_code=400)


ExceptionHandler = Callable[[Request, Exception], Awaitable[Response]]
EXCEPTION_HANDLERS: dict[Any, ExceptionHandler] = {
    EventsError: on_events_error,
    HTTPException: on_http_exception,
    DatabaseError: on_database_error,
    DataError: on_unstorable,
    UnicodeError: on_unstorable,
    Exception: on_failure,
    ClientDisconnect: on_disconnect,
}
