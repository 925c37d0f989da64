"""Reads: each one statement, by index."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from django.db import connection

from repository.errors import NodeNotFound
from repository.paths import NodePath
from repository.tree.node import SELECT, TreeNode, from_row

Order = Literal["position", "-position", "name", "-name"]

_CHUNK = 500  # paths in one IN list


def find(path: NodePath) -> TreeNode | None:
    rows = _query(f"{SELECT} WHERE n.path = %s", [path])
    return rows[0] if rows else None


def get(path: NodePath) -> TreeNode:
    """The node, or NodeNotFound."""
    node = find(path)
    if node is None:
        raise NodeNotFound(path)
    return node


def get_many(paths: Iterable[NodePath]) -> dict[NodePath, TreeNode]:
    """Those of the nodes that exist, by path."""
    wanted = list(paths)
    found: dict[NodePath, TreeNode] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        found.update((node.path, node) for node in _query(f"{SELECT} WHERE n.path IN ({_marks(chunk)})", chunk))
    return found


def by_uuid(uuid: str) -> TreeNode | None:
    rows = _query(f"{SELECT} WHERE n.uuid = %s", [uuid])
    return rows[0] if rows else None


def by_uuid_with(uuid: str, below: str) -> tuple[TreeNode | None, TreeNode | None]:
    """The node, and the one at the relative path `below` it: both as they are at one moment, whoever moves them."""
    rows = _query(
        f"{SELECT} WHERE n.uuid = %s"
        " OR n.path = (SELECT p.path FROM repository_node p WHERE p.uuid = %s) || %s ORDER BY n.depth",
        [uuid, uuid, f"/{below}"],
    )
    if not rows:
        return None, None
    return rows[0], rows[1] if len(rows) > 1 else None


def exists(path: NodePath) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM repository_node WHERE path = %s", [path])
        return cursor.fetchone() is not None


def longest_existing(candidates: Sequence[NodePath]) -> TreeNode | None:
    """The existing node with the longest path among the candidates (Sling's path resolution)."""
    found = get_many(candidates)
    return max(found.values(), key=lambda node: len(node.path), default=None)


def children(
    path: NodePath,
    *,
    after: str | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: Order = "position",
    types: Sequence[str] = (),
) -> list[TreeNode]:
    """The children, in the tree's order or by name (byte by byte).

    `after` is the name of the last child of the page before, which must still exist when ordered by position; it costs
    the same at any depth, `offset` does not. `types` keeps only children of exactly these primary types.
    Empty for a node that does not exist.
    """
    where, parameters = _children_of(path, types)
    column, descending = order.removeprefix("-"), order.startswith("-")
    if after is not None:
        where += f" AND n.{column} {'<' if descending else '>'} %s"
        parameters.append(after if column == "name" else get(path / after).position)
    tail = f"ORDER BY n.{column}{' DESC' if descending else ''}{_page(limit, offset)}"
    return _query(f"{SELECT} {where} {tail}", parameters)


def count_children(path: NodePath, *, types: Sequence[str] = ()) -> int:
    where, parameters = _children_of(path, types)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM repository_node n {where}", parameters)
        row: tuple[int] = cursor.fetchone()
    return row[0]


def subtree(path: NodePath, depth: int | None = None, limit: int | None = None) -> list[TreeNode]:
    """The node and its descendants down to `depth` levels below it (None: all), parents before children and siblings
    in order; with `limit`, the first so many of them. Empty for a node that does not exist."""
    lower, upper = path.below
    where = "WHERE (n.path = %s OR (n.path >= %s AND n.path < %s))"
    parameters: list[Any] = [path, lower, upper]
    if depth is not None:
        where += " AND n.depth <= %s"
        parameters.append(path.depth + depth)
    return _query(f"{SELECT} {where} ORDER BY n.depth, n.position{_page(limit, 0)}", parameters)


def _children_of(path: NodePath, types: Sequence[str]) -> tuple[str, list[Any]]:
    where = "WHERE n.parent_id = (SELECT p.id FROM repository_node p WHERE p.path = %s)"
    parameters: list[Any] = [path]
    if types:
        where += f" AND n.primary_type IN ({_marks(types)})"
        parameters += types
    return where, parameters


def _page(limit: int | None, offset: int) -> str:
    if limit is None and not offset:
        return ""
    return f" LIMIT {int(limit) if limit is not None else 2**62} OFFSET {int(offset)}"


def _marks(items: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(items))


def _query(sql: str, parameters: Sequence[Any]) -> list[TreeNode]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [from_row(row) for row in cursor.fetchall()]
