"""A query from its parameters to one page of candidates."""

import heapq
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from repository import values
from repository.querybuilder import candidates, matching
from repository.querybuilder.candidates import Candidate, split_property
from repository.querybuilder.errors import InvalidQuery
from repository.querybuilder.predicates import Predicate, Query
from repository.values import Value

DEFAULT_LIMIT = 10
_BY_PATH = frozenset({"path", "@jcr:path", "", "score", "@jcr:score"})


@dataclass(frozen=True)
class Result:
    """`more`: there are hits behind this page. `total` counts all matches, or as far as `p.guessTotal` wanted."""

    hits: list[Candidate]
    total: int
    more: bool
    offset: int


@dataclass(frozen=True)
class Paging:
    """`limit` None: all. `guess` None: count all matches; else stop counting there."""

    offset: int
    limit: int | None
    guess: int | None

    @classmethod
    def parse(cls, query: Query) -> "Paging":
        limit = query.settings.get("limit") or str(DEFAULT_LIMIT)
        offset = _number("p.offset", query.settings.get("offset") or "0")
        bound = None if limit.strip() == "-1" else _number("p.limit", limit)
        guess = query.settings.get("guessTotal", "").strip().lower()
        if guess in {"", "false"}:
            return cls(offset, bound, None)
        end = offset + bound if bound is not None else 0
        return cls(offset, bound, max(end, 0 if guess == "true" else _number("p.guessTotal", guess)))


def search(query: Query) -> Result:
    paging = Paging.parse(query)
    found = _found(query)
    if query.orders and not all(_name(order) in _BY_PATH for order in query.orders):
        return _ordered(found, query.orders, paging)
    if any(order.get("sort") == "desc" for order in query.orders):
        return _page(iter(sorted(found, key=lambda hit: hit.node.path, reverse=True)), paging)
    return _page(found, paging)


def _found(query: Query) -> Iterator[Candidate]:
    """Matches in the order of their paths."""
    relatives = matching.relatives(query.root) | {split_property(_name(order))[0] for order in query.orders} - {""}
    for candidate in candidates.read(query.root, frozenset(relatives)):
        if matching.matches(query.root, candidate):
            yield candidate


def _page(found: Iterator[Candidate], paging: Paging) -> Result:
    before = sum(1 for _ in itertools.islice(found, paging.offset))
    hits = list(found if paging.limit is None else itertools.islice(found, paging.limit))
    seen = before + len(hits)
    if paging.guess is None:
        behind = sum(1 for _ in found)
        return Result(hits, seen + behind, behind > 0, paging.offset)
    counted = sum(1 for _ in itertools.islice(found, max(0, paging.guess - seen)))
    more = next(found, None) is not None
    return Result(hits, seen + counted, more or counted > 0, paging.offset)


def _ordered(found: Iterable[Candidate], orders: tuple[Predicate, ...], paging: Paging) -> Result:
    """Every match must be known before the first hit is, but only a page of them kept."""
    total = 0

    def counted() -> Iterator[Candidate]:
        nonlocal total
        for candidate in found:
            total += 1
            yield candidate

    keys = _Keys(orders)
    if paging.limit is None:
        hits = sorted(counted(), key=keys)
    else:
        hits = heapq.nsmallest(paging.offset + paging.limit, counted(), key=keys)
    page = hits[paging.offset :] if paging.limit is None else hits[paging.offset : paging.offset + paging.limit]
    return Result(page, total, paging.offset + len(page) < total, paging.offset)


class _Keys:
    """The sort key of a candidate: most important first, what has no value last."""

    def __init__(self, orders: tuple[Predicate, ...]) -> None:
        self._orders = orders

    def __call__(self, candidate: Candidate) -> tuple[Any, ...]:
        return (*(_Key(order, candidate) for order in self._orders), candidate.node.path)


class _Key:
    def __init__(self, order: Predicate, candidate: Candidate) -> None:
        self._key = _sort_value(order, candidate)
        self._descending = order.get("sort", "asc").lower() == "desc"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._key == other._key

    def __lt__(self, other: "_Key") -> bool:
        if self._key is None or other._key is None:
            return self._key is not None
        return other._key < self._key if self._descending else self._key < other._key

    __hash__ = None  # type: ignore[assignment]


def _sort_value(order: Predicate, candidate: Candidate) -> tuple[int, Any] | None:
    """Numbers before dates before texts, so that any two can be compared."""
    name = _name(order)
    if name in _BY_PATH:
        return (2, candidate.node.path)
    if name == "nodename":
        return (2, _cased(order, candidate.node.name))
    value = matching.property_value(candidate, name)
    return None if value is None else _comparable(order, value)


def _comparable(order: Predicate, value: Value) -> tuple[int, Any]:
    text = values.text(value)
    match values.type_of(value):
        case "Long" | "Double" | "Decimal" | "Boolean" if text:
            return (0, Decimal({"true": "1", "false": "0"}.get(text, text)))
        case "Date" if text:
            return (1, datetime.fromisoformat(text))
    return (2, _cased(order, text))


def _cased(order: Predicate, text: str) -> str:
    return text.casefold() if order.get("case") == "ignore" else text


def _name(order: Predicate) -> str:
    return order.value


def _number(name: str, text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidQuery(f"{name} must be a whole number: {text[:60]!r}")
    return int(text)
