"""The order of siblings."""

from django.db import connection

from repository import changes, nodetypes
from repository.errors import ConstraintViolation
from repository.paths import NodePath
from repository.texts import _
from repository.tree.creating import POSITION_STEP, last_position
from repository.tree.locks import writing
from repository.tree.node import TreeNode
from repository.tree.reading import find, get


def reorder(path: NodePath, place: str) -> None:
    """Put a node among its siblings: `first`, `last`, `before <name>`, `after <name>`, or its index from 0.

    ConstraintViolation if the parent keeps no order, or names no sibling.
    """
    with writing():
        node, parent = get(path), get(path.parent)
        if not nodetypes.declared(parent.primary_type).ordered:
            raise ConstraintViolation(
                _("The children of a %(primary_type)s have no order"), primary_type=parent.primary_type
            )
        position = _position(node, parent, place)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE repository_node SET position = %s WHERE id = %s", [position, node.id])
        changes.record([parent.path], "reordered")


def _position(node: TreeNode, parent: TreeNode, place: str) -> int:
    keyword, _blank, sibling = place.partition(" ")
    if keyword == "first":
        return _index(node, parent, 0)
    if keyword == "last":
        return last_position(parent.id)
    if keyword == "before" and sibling:
        return _beside(node, _sibling(parent, sibling), before=True)
    if keyword == "after" and sibling:
        return _beside(node, _sibling(parent, sibling), before=False)
    if place.isascii() and place.isdigit():
        return _index(node, parent, int(place))
    raise ConstraintViolation(_("%(place)r is not a place among siblings"), place=place)


def _sibling(parent: TreeNode, name: str) -> TreeNode:
    sibling = find(parent.path / name)
    if sibling is None:
        raise ConstraintViolation(_("%(path)s has no child %(name)s"), path=parent.path, name=name)
    return sibling


def _index(node: TreeNode, parent: TreeNode, index: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path FROM repository_node WHERE parent_id = %s AND id <> %s ORDER BY position LIMIT 1 OFFSET %s",
            [parent.id, node.id, min(index, 2**62)],
        )
        row = cursor.fetchone()
    return _beside(node, get(NodePath.stored(row[0])), before=True) if row else last_position(parent.id)


def _beside(node: TreeNode, sibling: TreeNode, *, before: bool) -> int:
    if node.id == sibling.id:
        return node.position
    neighbour = _neighbour(node, sibling, before=before)
    if neighbour is None:
        return sibling.position + (-POSITION_STEP if before else POSITION_STEP)
    if abs(neighbour - sibling.position) < 2:
        _renumber(sibling)
        return _beside(node, get(sibling.path), before=before)
    return (neighbour + sibling.position) // 2


def _neighbour(node: TreeNode, sibling: TreeNode, *, before: bool) -> int | None:
    """The position of the one on the other side of the gap."""
    compare, direction = ("<", "DESC") if before else (">", "ASC")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT position FROM repository_node WHERE parent_id = %s AND position {compare} %s AND id <> %s"
            f" ORDER BY position {direction} LIMIT 1",
            [sibling.parent_id, sibling.position, node.id],
        )
        row: tuple[int] | None = cursor.fetchone()
    return row[0] if row else None


def _renumber(sibling: TreeNode) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE repository_node SET position = numbered.place * %s FROM"
            " (SELECT id, ROW_NUMBER() OVER (ORDER BY position) AS place FROM repository_node WHERE parent_id = %s)"
            " AS numbered WHERE repository_node.id = numbered.id",
            [POSITION_STEP, sibling.parent_id],
        )
