"""What a web action gets of a HTTP request, and the HTTP answer that its result stands for. Pure.

Source: openwhisk.apache.org, Web Actions; wire contract, section 4.1.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from contract import jsontext
from runtime.errors import BadRequest

Json = dict[str, Any]
EXTENSIONS: Final = ("json", "html", "http", "svg", "text")
_MEDIA: Final = {"json": "application/json", "html": "text/html", "svg": "image/svg+xml", "text": "text/plain"}
_TEXT_TYPES: Final = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
_CORS_HEADERS: Final = "Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent"
_WITHOUT_BODY: Final = frozenset({204, 205, 304})
_OF_THE_CONNECTION: Final = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"})
NOT_ALLOWED: Final = "Request defines parameters that are not allowed (e.g., reserved properties)."


@dataclass(frozen=True)
class WebRequest:
    """`headers` with lower-case names, `path` what follows the action in the URL."""

    method: str
    headers: Mapping[str, str]
    path: str
    query: str
    body: bytes


@dataclass(frozen=True)
class WebAnswer:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def parameters(request: WebRequest, inputs: Mapping[str, Any], is_raw: bool) -> Json:
    """The action's parameters. The deployed `inputs` are final, as web actions have them: no request may set them."""
    context: Json = {
        "__ow_method": request.method.lower(),
        "__ow_headers": dict(request.headers),
        "__ow_path": request.path,
    }
    if is_raw:
        return {**context, "__ow_query": request.query, "__ow_body": _text(request)}
    given = dict(parse_qsl(request.query, keep_blank_values=True)) | _of_body(request, context)
    reserved = [name for name in given if name.startswith("__ow_") or name in inputs]
    if reserved:
        raise BadRequest(NOT_ALLOWED)
    return {**given, **context}


def answer(result: Any, extension: str, is_error: bool) -> WebAnswer:
    """The answer that a result stands for; an error's own statusCode and body count, too."""
    content = result.get("error") if is_error and isinstance(result, dict) else result
    if extension != "http":
        return _projection(content, extension, 400 if is_error else 200)
    if not isinstance(content, dict):
        return _json(400 if is_error else 200, {"error": content} if is_error else content)
    if is_error and not {"statusCode", "body", "headers"} & set(content):
        return _json(400, {"error": content})
    headers, body = _headers(content.get("headers")), content.get("body")
    default = 400 if is_error else 200 if body not in (None, "") else 204
    return _http_answer(_status(content.get("statusCode"), default), headers, body)


def _of_body(request: WebRequest, context: Json) -> Json:
    """Fields of a JSON object or form; anything else becomes `__ow_body`."""
    if not request.body:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    if kind in {"", "application/json"}:
        try:
            content = jsontext.loads(request.body)
        except ValueError as err:
            if kind:
                raise BadRequest("The request content was malformed: it is not JSON.") from err
            content = None
        if isinstance(content, dict):
            return content
    context["__ow_body"] = _text(request)
    return {}


def _text(request: WebRequest) -> str:
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith(_TEXT_TYPES):
        return request.body.decode(errors="replace")
    return base64.b64encode(request.body).decode()


def _projection(content: Any, extension: str, status: int) -> WebAnswer:
    if extension == "json":
        return _json(status, content)
    text = content.get(extension) if isinstance(content, dict) else content
    if not isinstance(text, str):
        return _json(400, {"error": f"The action's result has no text for .{extension}"})
    kind = f"{_MEDIA[extension]}; charset=utf-8"
    return WebAnswer(status, [("content-type", kind)], text.encode(errors="replace"))


def _http_answer(status: int, headers: list[tuple[str, str]], body: Any) -> WebAnswer:
    kind = next((value.lower() for name, value in headers if name == "content-type"), "")
    if body is None or body == "" or status in _WITHOUT_BODY:
        return WebAnswer(status, headers)
    if isinstance(body, str):
        default = [] if kind else [("content-type", "text/html; charset=utf-8")]
        return WebAnswer(status, headers + default, _bytes(body, kind))
    default = [] if kind else [("content-type", "application/json")]
    return WebAnswer(status, headers + default, jsontext.dumps(body).encode())


def _bytes(body: str, kind: str) -> bytes:
    """Binary bodies come as base64."""
    if kind and not kind.startswith(_TEXT_TYPES):
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            pass
    return body.encode(errors="replace")


def _json(status: int, content: Any) -> WebAnswer:
    return WebAnswer(status, [("content-type", "application/json")], jsontext.dumps(content).encode())


def _headers(given: Any) -> list[tuple[str, str]]:
    if not isinstance(given, dict):
        return []
    return [
        (str(name).lower(), _header_value(value))
        for name, values in given.items()
        for value in (values if isinstance(values, list) else [values])
        if _is_token(str(name)) and str(name).lower() not in _OF_THE_CONNECTION
    ]


def _header_value(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "".join(character for character in text if character.isprintable() and ord(character) < 256)


def _is_token(name: str) -> bool:
    return bool(name) and all((part.isalnum() and part.isascii()) or part in "-_" for part in name)


def _status(given: Any, default: int) -> int:
    try:
        status = int(given)
    except (TypeError, ValueError):
        return default
    return status if 200 <= status <= 599 else default


def cors_headers(asked: Iterable[str]) -> list[tuple[str, str]]:
    return [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH"),
        (
            "access-control-allow-headers",
            ", ".join(asked) or _CORS_HEADERS,
        ),
    ]
