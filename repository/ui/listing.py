"""A folder in pages: folders first, then assets, each in the chosen order, page after page by keyset.

A page begins after the (key, path) of the last item of the one before, so that it costs the same at any depth and
nothing is shown twice or left out when somebody adds or deletes items meanwhile.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

import orjson
from django.db import connection

from repository import nodetypes, tree
from repository.paths import NodePath
from repository.tree import TreeNode
from repository.ui.filters import Filters, state_key

PAGE_SIZE: Final = 60
WIDE: Final = 20_000  # nodes below a folder

# Word for word the conditions of the partial indexes of `Node`, or a database would not use them.
_KINDS: Final = (
    f"({' OR '.join(f'n.primary_type = {name!r}' for name in nodetypes.FOLDER_TYPES)})",
    "n.primary_type = 'dam:Asset'",
)

_ORIGINAL_BINARY = (
    "(SELECT b.{column} FROM repository_node o JOIN repository_binary b ON b.id = o.binary_id"
    " WHERE o.path = n.path || '/jcr:content/renditions/original/jcr:content')"
)
_DATE_TEXT = {
    "sqlite": """json_extract({alias}.properties, '$."{name}"."$value"')""",
    "postgresql": "{alias}.properties #>> '{{{name},$value}}'",
}


@dataclass(frozen=True)
class Order:
    """`key` is name, modified, size, type or state."""

    key: str = "name"
    descending: bool = False

    @property
    def value(self) -> str:
        return f"-{self.key}" if self.descending else self.key

    @classmethod
    def parse(cls, text: str) -> Self:
        """`size`, `-modified`; by name when it is neither."""
        key = text.removeprefix("-")
        return cls(key, text.startswith("-")) if key in KEYS else cls()


KEYS: Final = ("name", "modified", "size", "type", "state")


@dataclass(frozen=True)
class Place:
    """Where an item stands in the list: the texts compare byte by byte, as the page's script compares them too."""

    kind: int  # 0: folder, 1: asset
    key: str
    path: str

    @property
    def cursor(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self.kind, self.key, self.path])).decode().rstrip("=")

    @classmethod
    def parse(cls, cursor: str) -> Self | None:
        """None for a text that is no cursor."""
        try:
            kind, key, path = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (ValueError, TypeError, binascii.Error):
            return None
        valid = kind in {0, 1} and isinstance(key, str) and isinstance(path, str)
        return cls(kind, key, path) if valid else None


@dataclass(frozen=True)
class Scope:
    """What is listed: the children of `folder`; or all below it with `search` in their names that the filters let
    through."""

    folder: TreeNode
    order: Order
    search: str = ""
    filters: Filters = field(default_factory=Filters)

    @property
    def is_search(self) -> bool:
        return bool(self.search or self.filters)

    @cached_property
    def is_wide(self) -> bool:
        """Whether there are so many nodes below the folder that it is quicker to go through every asset that there is
        (`_KINDS` has indexes of names and paths) than through these nodes, of which one in ten is an asset."""
        with connection.cursor() as cursor:
            below = "SELECT 1 FROM repository_node WHERE path >= %s AND path < %s LIMIT %s"
            cursor.execute(f"SELECT COUNT(*) FROM ({below}) counted", [*self.folder.path.below, WIDE])
            return int(cursor.fetchone()[0]) == WIDE

    @property
    def turned(self) -> "Scope":
        return replace(self, order=Order(self.order.key, not self.order.descending))


@dataclass(frozen=True)
class Page:
    nodes: list[TreeNode]
    places: dict[NodePath, Place]
    after: str  # cursor of the next page; empty on the last


def page(scope: Scope, after: str = "", size: int = PAGE_SIZE) -> Page:
    place = Place.parse(after) if after else None
    found: list[tuple[NodePath, Place]] = []
    for kind in range(place.kind if place else 0, 2):
        start = place if place and place.kind == kind else None
        found += _places(scope, kind, start, size + 1 - len(found))
        if len(found) > size:
            break
    more = len(found) > size
    found = found[:size]
    return _page(found, found[-1][1].cursor if more else "")


def cursor_near(scope: Scope, node: TreeNode, before: int) -> str:
    """The cursor of the page that shows this folder after at most `before` others; empty for the first page."""
    place = located(scope, [node.path]).places.get(node.path)
    if place is None:
        return ""
    earlier = _places(scope.turned, place.kind, place, before + 1)
    return earlier[before][1].cursor if len(earlier) > before else ""


def located(scope: Scope, paths: Sequence[NodePath]) -> Page:
    """Those of `paths` that exist and belong to the list, with their places in it."""
    if not paths:
        return Page([], {}, "")
    marks = ", ".join(["%s"] * len(paths))
    found = []
    for kind in (0, 1):
        found += _select(scope, kind, f"AND n.path IN ({marks})", list(paths), "")
    return _page(found, "")


def neighbours(scope: Scope, node: TreeNode) -> tuple[NodePath | None, NodePath | None]:
    """The asset before and the asset after this one in the list."""
    place = located(scope, [node.path]).places.get(node.path)
    if place is None:
        return None, None
    before, after = (_places(each, 1, place, 1) for each in (scope.turned, scope))
    return before[0][0] if before else None, after[0][0] if after else None


def paths(scope: Scope, limit: int) -> list[tuple[NodePath, int]]:
    """Path and kind of everything in the list, at most `limit`."""
    found = [each for kind in (0, 1) for each in _places(scope, kind, None, limit)]
    return [(path, place.kind) for path, place in found[:limit]]


def total(scope: Scope) -> int:
    counts = []
    with connection.cursor() as cursor:
        for kind in (0, 1):
            where, parameters = _where(scope, kind)
            cursor.execute(f"SELECT COUNT(*) FROM repository_node n WHERE {where}", parameters)
            counts.append(int(cursor.fetchone()[0]))
    return sum(counts)


def _page(found: list[tuple[NodePath, Place]], after: str) -> Page:
    nodes = tree.get_many(path for path, _place in found)
    there = [(path, place) for path, place in found if path in nodes]
    return Page([nodes[path] for path, _place in there], dict(there), after)


def _places(scope: Scope, kind: int, start: Place | None, limit: int) -> list[tuple[NodePath, Place]]:
    direction, beyond = ("DESC", "<") if scope.order.descending else ("ASC", ">")
    key = _key(scope.order, kind)
    tie = "n.path" if scope.is_search else "n.name"  # in one folder the same order, and in the index
    condition, parameters = "", []
    if start:  # the first half alone can be looked up in an index of an expression
        condition = f"AND {key} {beyond}= %s AND ({key} {beyond} %s OR {tie} {beyond} %s)"
        last = start.path if scope.is_search else NodePath.stored(start.path).name
        parameters = [start.key, start.key, last]
    tail = f"ORDER BY {key} {direction}, {tie} {direction} LIMIT {int(limit)}"
    return _select(scope, kind, condition, parameters, tail)


def _select(scope: Scope, kind: int, condition: str, parameters: list[Any], tail: str) -> list[tuple[NodePath, Place]]:
    where, values = _where(scope, kind)
    key = _key(scope.order, kind)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.path, {key} FROM repository_node n WHERE {where} {condition} {tail}",
            [*values, *parameters],
        )
        return [(NodePath.stored(path), Place(kind, value, path)) for path, value in cursor.fetchall()]


def _where(scope: Scope, kind: int) -> tuple[str, list[Any]]:
    if not scope.is_search:
        return f"n.parent_id = %s AND {_KINDS[kind]}", [scope.folder.id]
    if scope.filters and kind == 0:
        return "1 = 0", []
    escaped = scope.search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    path = "(n.path || '')" if scope.is_wide else "n.path"  # an expression: no look-up by the index of all paths
    where, parameters = f"{path} >= %s AND {path} < %s AND {_KINDS[kind]}", [*scope.folder.path.below]
    if scope.search:
        where, parameters = f"{where} AND LOWER(n.name) LIKE %s ESCAPE '\\'", [*parameters, f"%{escaped}%"]
    condition, values = scope.filters.condition()
    return where + condition, [*parameters, *values]


def _key(order: Order, kind: int) -> str:
    """An SQL text by which items of one kind are sorted, byte by byte, as names are."""
    if order.key == "name" or (not kind and order.key != "modified"):  # folders have neither size nor type
        return "LOWER(n.name)"
    text = _sort_text(order)
    return f'({text}) COLLATE "C"' if connection.vendor == "postgresql" else text


def _sort_text(order: Order) -> str:
    if order.key == "modified":
        return _modified()
    if order.key == "state":
        return state_key()
    if order.key == "size":
        return _digits(f"COALESCE({_ORIGINAL_BINARY.format(column='size')}, 0)")
    return f"COALESCE({_ORIGINAL_BINARY.format(column='mime_type')}, '')"


def _digits(number: str) -> str:
    """With leading zeros, so that texts sort as the numbers do."""
    if connection.vendor == "postgresql":
        return f"LPAD(CAST({number} AS TEXT), 15, '0')"
    return f"SUBSTR('000000000000000' || {number}, -15)"


def _modified() -> str:
    pattern = _DATE_TEXT[connection.vendor]
    changed = pattern.format(alias="c", name="jcr:lastModified")
    created = pattern.format(alias="n", name="jcr:created")
    content = f"(SELECT {changed} FROM repository_node c WHERE c.path = n.path || '/jcr:content')"
    return f"COALESCE({content}, {created}, '')"
