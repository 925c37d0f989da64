"""Replacing what is below a node."""

from collections.abc import Mapping

from django.db import connection

from repository import changes
from repository.paths import NodePath
from repository.tree.creating import insert
from repository.tree.deleting import delete_rows
from repository.tree.locks import writing
from repository.tree.node import NodeSpec, TreeNode
from repository.tree.reading import get_many


def replace_children(
    parent: TreeNode, children: Mapping[str, NodeSpec | None], *, changed: NodePath, user: str = "admin"
) -> None:
    """Make the children anew, whether or not there are nodes of these names; None only deletes.

    Recorded as one modification of `changed`, e.g. of the asset whose rendition this is.
    """
    with writing():
        old = get_many(parent.path / name for name in children)
        if old:
            with connection.cursor() as cursor:
                delete_rows(cursor, list(old))
        new = {name: spec for name, spec in children.items() if spec is not None}
        if new:
            insert(new, parent, user)
        changes.record([changed], "modified")
