"""Parameters of a request to the IMS: the query string, and a form in the body, urlencoded or multipart."""

import base64
import binascii

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from identity.errors import InvalidRequest, Unauthenticated


def parameters(request: HttpRequest) -> dict[str, str]:
    """All parameters; the body wins over the query, and HTTP Basic (RFC 6749, 2.3.1) names the client."""
    try:
        form = request.POST
    except (MultiPartParserError, BadRequest, RequestDataTooBig, TooManyFieldsSent, UnicodeError) as err:
        raise InvalidRequest(f"the body is not a form: {err}") from err
    return {**_basic_client(request), **request.GET.dict(), **form.dict()}


def bearer_token(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("missing bearer token")
    return token.strip()


def _basic_client(request: HttpRequest) -> dict[str, str]:
    scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as err:
        raise InvalidRequest("the Authorization header is not Basic credentials") from err
    return {"client_id": client_id, "client_secret": secret}
