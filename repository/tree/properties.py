"""Changing a node in place: its properties, its mixins, its bytes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from django.db import connection

from repository import changes, nodetypes
from repository.errors import ConstraintViolation
from repository.identifiers import new_uuid
from repository.paths import NodeName, NodePath
from repository.texts import _
from repository.tree.locks import writing
from repository.tree.node import TreeNode, stored
from repository.tree.reading import get
from repository.values import Value


def set_properties(
    path: NodePath,
    properties: Mapping[str, Value | None],
    *,
    system: bool = False,
    changed: NodePath | None = None,
) -> TreeNode:
    """Merge into the properties of a node; None removes one. Only the system may write the protected ones.

    Recorded as a modification of `changed`, by default of the node itself.
    """
    with writing():
        node = get(path)
        _check_names(node, properties, system)
        merged = {name: value for name, value in {**node.properties, **properties}.items() if value is not None}
        if merged == node.properties:
            return node
        _update(node.id, "properties", stored(merged))
        changes.record([changed or path], "modified")
        return replace(node, properties=merged)


def set_binary(path: NodePath, binary_id: int, properties: Mapping[str, Value | None]) -> None:
    """Give an nt:resource other bytes, together with what describes them. The old ones are the caller's to release."""
    with writing():
        node = set_properties(path, properties)
        _update(node.id, "binary_id", binary_id)


def add_mixin(path: NodePath, mixin: str) -> None:
    """mix:referenceable and mix:versionable give the node a uuid. Nothing happens if it has the mixin already."""
    nodetypes.check_mixins([mixin])
    with writing():
        node = get(path)
        if mixin in node.mixins:
            return
        mixins = (*node.mixins, mixin)
        _update(node.id, "mixins", " ".join(mixins))
        if node.uuid is None and nodetypes.has_uuid(node.primary_type, mixins):
            _update(node.id, "uuid", new_uuid())
        changes.record([path], "modified")


def remove_mixin(path: NodePath, mixin: str) -> None:
    with writing():
        node = get(path)
        if mixin not in node.mixins:
            return
        _update(node.id, "mixins", " ".join(kept for kept in node.mixins if kept != mixin))
        changes.record([path], "modified")


def _check_names(node: TreeNode, properties: Mapping[str, Value | None], system: bool) -> None:
    written = [name for name, value in properties.items() if value is not None]
    nodetypes.check_properties(node.primary_type, node.mixins, written)
    for name in written:
        NodeName(name)
    for name in properties:
        if name in {"jcr:primaryType", "jcr:mixinTypes", "jcr:data"} or (name in nodetypes.PROTECTED and not system):
            raise ConstraintViolation(_("The property %(name)s is protected"), name=name)


def _update(node_id: int, column: Literal["properties", "mixins", "uuid", "binary_id"], value: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE repository_node SET {column} = %s WHERE id = %s", [value, node_id])
