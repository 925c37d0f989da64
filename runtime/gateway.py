"""The doors of the box: the key of the REST API, Adobe's login for web actions, refusals as Runtime words them."""

import base64
import binascii
import hmac
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from contract import jsontext
from identity import bearer
from runtime import wire
from runtime.actions import Deployed
from runtime.errors import BadRequest, Forbidden, KeyNeeded, Refusal, TooLarge, Unauthorized

MAX_BODY = 8 * 1024 * 1024
"""Bytes. Runtime takes 1 MB; a request with a data: source should not fail here for its size."""
ORG_HEADERS = ("x-gw-ims-org-id", "x-ims-org-id")


def json_response(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(jsontext.dumps(content), status, headers, "application/json")


def check_key(request: Request) -> None:
    """Basic authentication with the key of the environment block."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise KeyNeeded("The resource requires authentication, which was not supplied with the request")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error as err:
        raise KeyNeeded("The supplied authentication is invalid.") from err
    if not hmac.compare_digest(given, settings.RUNTIME_AUTH.encode()):
        raise KeyNeeded("The supplied authentication is invalid.")


async def check_login(request: Request, action: Deployed) -> None:
    """What the annotations of a web action ask of its callers."""
    annotations = action.spec.annotations
    if annotations.get("require-adobe-auth"):
        await _check_adobe_login(request)
    secret = annotations.get("require-whisk-auth")
    if secret is True or str(secret).lower() == "true":
        check_key(request)
    elif secret not in (None, False, "", "false"):
        given = request.headers.get("x-require-whisk-auth", "")
        if not hmac.compare_digest(given.encode(), str(secret).encode()):
            raise Unauthorized("The supplied authentication is invalid.")


async def body(request: Request, most: int = MAX_BODY) -> bytes:
    whole = bytearray()
    try:
        async for chunk in request.stream():
            whole += chunk
            if len(whole) > most:
                raise TooLarge(f"The entity in the request exceeds {most} bytes.")
    except ClientDisconnect as err:
        raise BadRequest("The client left.") from err
    return bytes(whole)


async def _check_adobe_login(request: Request) -> None:
    missing = [] if request.headers.get("authorization") else ["authorization"]
    if not any(request.headers.get(name) for name in ORG_HEADERS):
        missing.append(ORG_HEADERS[0])
    if missing:
        raise Unauthorized(f"The action requires Adobe's login (require-adobe-auth): missing {', '.join(missing)}")
    try:
        claims = await bearer.verify_async(request.headers["authorization"])
    except bearer.BearerError as err:
        raise Unauthorized(f"The access token is not valid: {err}") from err
    orgs = {request.headers.get(name) for name in ORG_HEADERS}
    if claims.org and claims.org not in orgs:
        raise Forbidden("The access token does not belong to the organization of the request")


async def _refusal(request: Request, err: Exception) -> Response:
    assert isinstance(err, Refusal)
    scheme = "Basic" if isinstance(err, KeyNeeded) else "Bearer" if isinstance(err, Unauthorized) else ""
    headers = {"www-authenticate": scheme} if scheme else None
    return json_response(wire.error(str(err), uuid.uuid4().hex), err.status, headers)


async def _http_refusal(request: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)
    words = "The requested resource does not exist." if err.status_code == 404 else err.detail
    return json_response(wire.error(words, uuid.uuid4().hex), err.status_code, dict(err.headers or {}))


async def _database_away(request: Request, err: Exception) -> Response:
    return json_response(wire.error("The database does not answer.", uuid.uuid4().hex), 503)


async def _unstorable(request: Request, err: Exception) -> Response:
    """A name that no database takes, with NUL say: there is nothing of that name."""
    return json_response(wire.error("The requested resource does not exist.", uuid.uuid4().hex), 404)


Handler = Callable[[Request, Exception], Awaitable[Response]]
EXCEPTION_HANDLERS: dict[Any, Handler] = {
    Refusal: _refusal,
    HTTPException: _http_refusal,
    DataError: _unstorable,
    DatabaseError: _database_away,
}
