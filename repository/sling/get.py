"""Sling GET: a resource as JSON (`.json`, `.2.json`, `.infinity.json`, `.tidy`, `.harray`), a folder as a redirect.

Binaries are streamed by `repository.binaries_asgi` before a request comes here.
Source: sling-org-apache-sling-servlets-get, JsonRenderer and StreamRenderer.
"""

import re
from http import HTTPStatus

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from repository.refusals import page
from repository.sling.resolution import Resolution
from repository.sling.traversal import ALL, Rendered, TooManyResources, collect
from repository.tree import TreeNode

JSON = "application/json;charset=utf-8"
_DEPTH = re.compile(r"0|[1-9][0-9]*")
_MAX_INT = 2**31 - 1  # a depth beyond Java's int means all


class InvalidDepth(ValueError):
    """The last selector is no recursion depth."""


def read(request: HttpRequest, target: Resolution) -> HttpResponse:
    """The answer to GET or HEAD of a URL under Sling's rules."""
    if target.node is None:
        return _page(HTTPStatus.NOT_FOUND, f"Resource at '{request.path}' not found: No resource found")
    if target.extension == "json":
        return _json(target.node, target.selectors)
    if target.extension:
        return _page(HTTPStatus.NOT_FOUND, f"No renderer for extension {target.extension}")
    if target.suffix:
        return _page(HTTPStatus.FORBIDDEN, "Directory listings are not allowed")
    return HttpResponseRedirect(f"{target.node.path.href}/")


def depth_of(selectors: tuple[str, ...]) -> int:
    """The last selector: a number, `-1` or `infinity` for all levels; 0 without one, or when it is no depth at all."""
    last = selectors[-1] if selectors else "0"
    if last in {"tidy", "harray"}:
        return 0
    if last in {"infinity", "-1"}:
        return ALL
    if not _DEPTH.fullmatch(last):
        raise InvalidDepth(f"Invalid recursion selector value '{last}'")
    depth = int(last) if len(last) <= 10 else _MAX_INT + 1
    return depth if depth <= _MAX_INT else ALL


def _json(node: TreeNode, selectors: tuple[str, ...]) -> HttpResponse:
    try:
        depth = depth_of(selectors)
        found = collect(node, depth, settings.SLING_JSON_MAXIMUM_RESULTS, settings.SLING_ECMA_DATES)
    except InvalidDepth as err:
        return _page(HTTPStatus.BAD_REQUEST, str(err))
    except TooManyResources as err:
        return _choices(node, selectors, err.allowed_depth)
    return HttpResponse(_encoded(found, selectors), content_type=JSON)


def _encoded(found: Rendered, selectors: tuple[str, ...]) -> bytes:
    shape = found.with_arrays() if "harray" in selectors else found.nested()
    return orjson.dumps(shape, option=orjson.OPT_INDENT_2 if "tidy" in selectors else 0)


def _choices(node: TreeNode, selectors: tuple[str, ...], allowed: int) -> HttpResponse:
    """300 with the URLs that stay within the limit, deepest first."""
    tidy = "tidy." if "tidy" in selectors else ""
    urls = [f"{node.path}.{tidy}{depth}.json" for depth in range(allowed, -1, -1)]
    return HttpResponse(orjson.dumps(urls), status=HTTPStatus.MULTIPLE_CHOICES, content_type=JSON)


def _page(status: HTTPStatus, message: str) -> HttpResponse:
    refused = page(status, message)
    return HttpResponse(refused.body, status=refused.status, headers=refused.headers)
