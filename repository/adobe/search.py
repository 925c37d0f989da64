"""`POST /adobe/assets/search`: QueryBuilder's search in the words of the OpenAPI family.

    {"query": [{"match": {"text": "red car"}}, {"term": {"assetMetadata.dc:format": ["image/png", "image/jpeg"]}}],
     "limit": 50, "cursor": "…"}

All conditions must hold; of a term's values one. Adobe's own shape is not public: this is what its clients were seen to
send, and they read `hits.results` and `cursor`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from repository import tree
from repository.adobe import documents
from repository.adobe.documents import Document
from repository.api.errors import BadRequest
from repository.paths import DAM
from repository.querybuilder import searching
from repository.querybuilder.predicates import parse

MAX_LIMIT: Final = 50
MAX_CONDITIONS: Final = 100
_METADATA: Final = "jcr:content/metadata"
_PREFIXES: Final = ("metadata.assetMetadata.", "assetMetadata.")


def found(body: Mapping[str, Any], host: str) -> Document:
    """A page of assets, by path. BadRequest."""
    limit, offset = _limit(body.get("limit")), _offset(body.get("cursor"))
    parameters = [("path", str(DAM)), ("type", "dam:Asset"), ("p.limit", str(limit)), ("p.offset", str(offset))]
    result = searching.search(parse([*parameters, *_conditions(body.get("query", []))]))
    nodes = tree.get_many([hit.node.path for hit in result.hits])
    assets = [nodes[hit.node.path] for hit in result.hits if hit.node.path in nodes]
    answer: Document = {
        "search-metadata": {"count": len(assets), "totalCount": {"total": result.total, "relation": "eq"}},
        "hits": {"results": [documents.metadata(asset, host) for asset in assets]},
    }
    return {**answer, "cursor": str(offset + limit)} if result.more else answer


def _conditions(query: object) -> Iterable[tuple[str, str]]:
    if not isinstance(query, list) or len(query) > MAX_CONDITIONS:
        raise BadRequest(f"query must be a list of at most {MAX_CONDITIONS} conditions")
    for number, condition in enumerate(query, start=1):
        if not isinstance(condition, dict) or len(condition) != 1:
            raise BadRequest(f"Condition {number} must be an object with match or term")
        ((kind, wanted),) = condition.items()
        if not isinstance(wanted, dict) or kind not in {"match", "term"}:
            raise BadRequest(f"Condition {number} must be an object with match or term")
        yield from _match(number, wanted) if kind == "match" else _term(number, wanted)


def _match(number: int, wanted: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    text = wanted.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadRequest(f"Condition {number}: match.text must be a text")
    return [(f"{number}_fulltext", text)]


def _term(number: int, wanted: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if len(wanted) != 1:
        raise BadRequest(f"Condition {number}: term must name one property")
    ((name, values),) = wanted.items()
    values = values if isinstance(values, list) else [values]
    if not values or not all(isinstance(value, str | int | float) for value in values):
        raise BadRequest(f"Condition {number}: term must have one value or a list of values")
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    yield f"{number}_property", f"{_METADATA}/{name}"
    for at, value in enumerate(values, start=1):
        written = str(value).lower() if isinstance(value, bool) else str(value)
        yield f"{number}_property.{at}_value", written


def _limit(limit: object) -> int:
    if limit is None:
        return MAX_LIMIT
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"limit must be a whole number from 1 to {MAX_LIMIT}")
    return limit


def _offset(cursor: object) -> int:
    if cursor is None or cursor == "":
        return 0
    if not (isinstance(cursor, str) and cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise BadRequest("The cursor is not one of this API")
    return int(cursor)
