"""Deleting subtrees, and with them the bytes that nothing refers to any more."""

from typing import Any

from django.db import connection

from repository import binary_rows, changes
from repository.errors import NodeNotFound
from repository.paths import NodePath
from repository.tree.locks import writing
from repository.tree.roots import check_not_root


def delete(path: NodePath) -> int:
    """Delete a node, everything below it and the version histories of what was versionable; returns how many nodes.

    Blobs that no other node shares are deleted from the storage after the commit. NodeNotFound, ConstraintViolation.
    """
    check_not_root(path)
    with writing():
        with connection.cursor() as cursor:
            count = delete_rows(cursor, [path])
            if not count:
                raise NodeNotFound(path)
        changes.record([path], "deleted")
        return count


def delete_rows(cursor: Any, paths: list[NodePath]) -> int:
    """The rows of these subtrees, unrecorded: for the modules of this package."""
    count = 0
    for path in paths:
        where, parameters = "(path = %s OR (path >= %s AND path < %s))", [path, *path.below]
        cursor.execute(
            f"SELECT DISTINCT binary_id FROM repository_node WHERE binary_id IS NOT NULL AND {where}", parameters
        )
        binaries = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT uuid FROM repository_node"
            f" WHERE uuid IS NOT NULL AND mixins LIKE '%%mix:versionable%%' AND {where}",
            parameters,
        )
        histories = [version_history(row[0]) for row in cursor.fetchall()]
        cursor.execute(f"DELETE FROM repository_node WHERE {where}", parameters)
        count += cursor.rowcount
        delete_rows(cursor, histories)
        binary_rows.release(binaries)
    return count


def version_history(uuid: str) -> NodePath:
    """Where JCR keeps the versions of a node: spread over two levels, as Oak spreads them."""
    return NodePath(f"/jcr:system/jcr:versionStorage/{uuid[:2]}/{uuid[2:4]}/{uuid}")
