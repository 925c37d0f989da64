"""Changing a node in place: its properties, its mixins, its bytes."""

import uuid as uuids
from collections.abc import Mapping
from typing import Literal

import orjson
from django.db import connection

from repository import changes, nodetypes
from repository.errors import ConstraintViolation
from repository.paths import NodePath
from repository.tree.locks import writing
from repository.tree.node import TreeNode
from repository.tree.reading import get
from repository.values import Properties, Value


def set_properties(path: NodePath, properties: Mapping[str, Value | None], *, system: bool = False) -> TreeNode:
    """Merge into the properties of a node; None removes one. Only the system may write the protected ones."""
    with writing():
        node = get(path)
        _check_names(node, properties, system)
        merged = {**node.properties, **properties}
        _store(node, {name: value for name, value in merged.items() if value is not None})
        return get(path)


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
            _update(node.id, "uuid", str(uuids.uuid4()))
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
    for name in properties:
        if name in {"jcr:primaryType", "jcr:mixinTypes", "jcr:data"} or (name in nodetypes.PROTECTED and not system):
            raise ConstraintViolation(f"The property {name} is protected")


def _store(node: TreeNode, properties: Properties) -> None:
    if properties == node.properties:
        return
    _update(node.id, "properties", orjson.dumps(properties).decode())
    changes.record([node.path], "modified")


def _update(node_id: int, column: Literal["properties", "mixins", "uuid", "binary_id"], value: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE repository_node SET {column} = %s WHERE id = %s", [value, node_id])
