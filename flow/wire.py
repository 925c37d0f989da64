"""Bodies of the control plane's requests and answers."""

from typing import Any, Final

from django.utils.translation import gettext as _
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from contract import jsontext

MAX_BODY: Final = 64 * 1024
Json = dict[str, Any]


class WrongField(ValueError):
    """Something in a request is not as it must be; the message says what."""


async def body(request: Request, limit: int = MAX_BODY) -> Json:
    """A JSON object. Raises WrongField."""
    received = bytearray()
    try:
        async for chunk in request.stream():
            received += chunk
            if len(received) > limit:
                raise WrongField(_("the request is larger than %(limit)s bytes") % {"limit": limit})
    except ClientDisconnect as err:
        raise WrongField(_("the client left")) from err
    try:
        fields = jsontext.loads(bytes(received) or b"{}")
    except ValueError as err:
        raise WrongField(_("the body is not JSON")) from err
    if not isinstance(fields, dict):
        raise WrongField(_("the body must be a JSON object"))
    return fields


def json(content: Json, status: int = 200) -> Response:
    text = jsontext.dumps(content).encode("utf-8", "replace")
    return Response(text, status, {"cache-control": "no-store"}, media_type="application/json")


def problem(status: int, message: str) -> Response:
    return JSONResponse({"ok": False, "message": message}, status)
