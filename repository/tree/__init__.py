"""The content tree: the only module that writes `Node` rows.

Every write is one transaction, recorded in `changes`. Writers take turns (`writing`), on PostgreSQL by an advisory lock
as on SQLite by its one writer, so that what a write has checked is still true when it commits.
Reads need no lock. Errors: `repository.errors`.
"""

from repository.tree.creating import create, ensure
from repository.tree.deleting import delete, version_history
from repository.tree.locks import writing
from repository.tree.moving import copy, move
from repository.tree.node import BinaryRef, NodeSpec, TreeNode
from repository.tree.ordering import reorder
from repository.tree.properties import add_mixin, remove_mixin, set_binary, set_properties
from repository.tree.reading import (
    by_uuid,
    by_uuid_with,
    children,
    count_children,
    exists,
    find,
    get,
    get_many,
    longest_existing,
    subtree,
)
from repository.tree.replacing import replace_children
from repository.tree.roots import ROOTS, ensure_roots, generation

__all__ = [
    "ROOTS",
    "BinaryRef",
    "NodeSpec",
    "TreeNode",
    "add_mixin",
    "by_uuid",
    "by_uuid_with",
    "children",
    "copy",
    "count_children",
    "create",
    "delete",
    "ensure",
    "ensure_roots",
    "exists",
    "find",
    "generation",
    "get",
    "get_many",
    "longest_existing",
    "move",
    "remove_mixin",
    "reorder",
    "replace_children",
    "set_binary",
    "set_properties",
    "subtree",
    "version_history",
    "writing",
]
