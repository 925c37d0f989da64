"""An error as the API that was called words it: Siren for /api, problem+json for /adobe and /_aemulator, a page
for all else. Pure."""

import html
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson


@dataclass(frozen=True)
class Refusal:
    """A whole response; both Django's views and the applications beside Django send it."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def refusal(status: int, path: str, message: str) -> Refusal:
    """`message`, a sentence for people, in the error format of the API that the URL `path` belongs to."""
    if path.startswith(("/adobe/", "/assets/urn:", "/_aemulator/")):
        return problem(status, message)
    if path.startswith(("/api/", "/api.json")):
        return siren(status, path, message)
    return page(status, message)


def problem(status: int, message: str) -> Refusal:
    """RFC 9457, as the OpenAPI family answers."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": message}
    return Refusal(status, orjson.dumps(body), {"Content-Type": "application/problem+json"})


def siren(status: int, path: str, message: str) -> Refusal:
    """The response entity of the Assets HTTP API; clients read `properties["status.code"]`."""
    properties = {"path": path, "status.code": status, "status.message": message}
    body = {"class": ["core/response"], "properties": properties}
    return Refusal(status, orjson.dumps(body), {"Content-Type": "application/json;charset=utf-8"})


def page(status: int, message: str) -> Refusal:
    """Sling's error page: the message is the title, which scripts search for."""
    title = html.escape(f"{status} {message}")
    head = f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    body = f'<!DOCTYPE html><html lang="en"><head>{head}</head><body><main><h1>{title}</h1></main></body></html>\n'
    return Refusal(status, body.encode(), {"Content-Type": "text/html;charset=utf-8"})
