"""`/bin/querybuilder.json`."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from repository.errors import RepositoryError
from repository.querybuilder import hits, searching
from repository.querybuilder.predicates import parse
from repository.sling import parameters
from repository.sling.get import JSON


@require_http_methods(["GET", "HEAD", "POST"])
def query_builder(request: HttpRequest) -> HttpResponse:
    try:
        return _json(_answer(request))
    except RepositoryError as err:
        return _json({"success": False, "message": err.message}, 400)


def _answer(request: HttpRequest) -> dict[str, object]:
    sent = parameters.of(request).texts
    query = parse((name, value) for name, values in sent.items() for value in values)
    result = searching.search(query)
    found = hits.describe(result.hits, query)
    return {
        "success": True,
        "results": len(found),
        "total": result.total,
        "more": result.more,
        "offset": result.offset,
        "hits": found,
    }


def _json(body: dict[str, object], status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type=JSON)
