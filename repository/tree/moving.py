"""Moving and copying subtrees."""

from typing import Any, Final

from django.db import connection
from django.utils import timezone

from repository import changes, nodetypes, values
from repository.errors import ConstraintViolation, InvalidPath, NodeExists, ParentNotFound
from repository.identifiers import new_uuid
from repository.paths import MAX_PATH_BYTES, NodePath
from repository.texts import _
from repository.tree.creating import Row, allocate_ids, last_position, write
from repository.tree.locks import writing
from repository.tree.node import TreeNode, stored
from repository.tree.reading import exists, find, get, subtree
from repository.tree.roots import check_not_root

_VERSION_PROPERTIES: Final = frozenset(
    {"jcr:baseVersion", "jcr:versionHistory", "jcr:predecessors", "jcr:isCheckedOut"},
)


def move(source: NodePath, target: NodePath) -> TreeNode:
    """Give a node and everything below it another path; a rename keeps its place among its siblings.

    NodeNotFound, NodeExists, ParentNotFound, ConstraintViolation (into itself, a root), InvalidPath (too long).
    """
    check_not_root(source)
    with writing():
        node = get(source)
        if source == target:
            return node
        parent = _check_target(node, target)
        _check_length(source, target)
        position = node.position if parent.id == node.parent_id else last_position(parent.id)
        with connection.cursor() as cursor:
            _move_below(cursor, source, target)
            cursor.execute(
                "UPDATE repository_node SET path = %s, name = %s, depth = %s, parent_id = %s, position = %s"
                " WHERE id = %s",
                [target, target.name, target.depth, parent.id, position, node.id],
            )
        changes.record([source], "deleted")
        changes.record([target], "created")
        return get(target)


def copy(source: NodePath, target: NodePath, user: str = "admin") -> TreeNode:
    """Copy a node and everything below it; the copies get new uuids and no versions, and share the binaries."""
    with writing():
        node = get(source)
        parent = _check_target(node, target)
        _check_length(source, target)
        nodes = subtree(source)
        ids = dict(zip([node.id for node in nodes], allocate_ids(len(nodes)), strict=True))
        rows = [_copied(item, ids, item.path.moved(source, target), user) for item in nodes]
        rows[0] = (*rows[0][:2], parent.id, *rows[0][3:5], last_position(parent.id), *rows[0][6:])
        write(rows)
        changes.record([target], "created")
        return get(target)


def _check_target(node: TreeNode, target: NodePath) -> TreeNode:
    if target == node.path or exists(target):
        raise NodeExists(target)
    if target.is_under(node.path):
        raise ConstraintViolation(_("%(path)s cannot go below itself"), path=node.path)
    parent = find(target.parent)
    if parent is None:
        raise ParentNotFound(target.parent)
    nodetypes.check_child(parent.primary_type, target.name, node.primary_type)
    return parent


def _check_length(source: NodePath, target: NodePath) -> None:
    growth = len(target.encode()) - len(source.encode())
    if growth <= 0:
        return
    size = "OCTET_LENGTH(path)" if connection.vendor == "postgresql" else "LENGTH(CAST(path AS BLOB))"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX({size}) FROM repository_node WHERE path >= %s AND path < %s", source.below)
        longest = cursor.fetchone()[0] or 0
    if longest + growth > MAX_PATH_BYTES:
        raise InvalidPath(
            _("Below %(target)s a path would have more than %(max_path_bytes)s bytes"),
            target=target,
            max_path_bytes=MAX_PATH_BYTES,
        )


def _move_below(cursor: Any, source: NodePath, target: NodePath) -> None:
    cursor.execute(
        "UPDATE repository_node SET path = %s || SUBSTR(path, %s), depth = depth + %s WHERE path >= %s AND path < %s",
        [target, len(source) + 1, target.depth - source.depth, *source.below],
    )


def _copied(node: TreeNode, ids: dict[int, int], path: NodePath, user: str) -> Row:
    properties = {name: value for name, value in node.properties.items() if name not in _VERSION_PROPERTIES}
    if "jcr:created" in properties:
        properties |= {"jcr:created": values.date(timezone.now()), "jcr:createdBy": user}
    mixins = [mixin for mixin in node.mixins if mixin != "mix:versionable"]
    return (
        *(ids[node.id], path, ids.get(node.parent_id or 0), path.name, path.depth, node.position),
        *(node.primary_type, " ".join(mixins), stored(properties)),
        *(new_uuid() if node.uuid else None, node.binary.id if node.binary else None),
    )
