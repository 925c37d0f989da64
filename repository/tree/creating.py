"""Creating nodes."""

import uuid as uuids
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from repository import changes, nodetypes, values
from repository.errors import NodeExists, ParentNotFound
from repository.paths import NodeName, NodePath
from repository.tree.locks import writing
from repository.tree.node import NodeSpec, TreeNode, stored
from repository.tree.reading import exists, find, get
from repository.values import Properties, Value

POSITION_STEP: Final = 1 << 20  # room between siblings, so that a reorder seldom renumbers

INSERT: Final = (
    "INSERT INTO repository_node"
    " (id, path, parent_id, name, depth, position, primary_type, mixins, properties, uuid, binary_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def create(
    path: NodePath,
    primary_type: str | None = None,
    properties: Mapping[str, Value] | None = None,
    *,
    mixins: tuple[str, ...] = (),
    binary_id: int | None = None,
    uuid: str | None = None,
    children: Mapping[str, NodeSpec] | None = None,
    user: str = "admin",
) -> TreeNode:
    """Make a node, with everything below it, as the last child of its parent.

    Without a type it becomes the parent type's default child. NodeExists, ParentNotFound, ConstraintViolation.
    """
    spec = NodeSpec(primary_type, properties or {}, mixins, binary_id, uuid, children or {})
    with writing():
        if exists(path):
            raise NodeExists(path)
        parent = find(path.parent)
        if parent is None:
            raise ParentNotFound(path.parent)
        insert({path.name: spec}, parent, user)
        changes.record([path], "created")
        return get(path)


def ensure(path: NodePath, spec: NodeSpec, user: str = "admin") -> bool:
    """Make the node unless it is there; whether it was made."""
    with writing():
        if exists(path):
            return False
        insert({path.name: spec}, get(path.parent), user)
        changes.record([path], "created")
        return True


def insert(specs: Mapping[str, NodeSpec], parent: TreeNode, user: str) -> None:
    """The rows of new children by name, unrecorded: for the modules of this package."""
    born: Properties = {"jcr:created": values.date(timezone.now()), "jcr:createdBy": user}
    levels = [
        level for name, spec in specs.items() for level in _flatten(parent.path / name, spec, parent.primary_type)
    ]
    ids = dict(zip([level[0] for level in levels], allocate_ids(len(levels)), strict=True))
    ids[parent.path] = parent.id
    position = last_position(parent.id)
    rows = []
    for at, (node_path, node, primary_type) in enumerate(levels):
        keys = {"key": ids[node_path], "parent_id": ids[node_path.parent]}
        rows.append(_row(node_path, node, primary_type, born, position=position + at * POSITION_STEP, **keys))
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)


def allocate_ids(count: int) -> list[int]:
    """Keys for so many new nodes, known before the rows are written, so that all can be written at once."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "pg_get_serial_sequence('repository_node', 'id')"
            cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM repository_node")
        first: int = cursor.fetchone()[0] + 1
    return list(range(first, first + count))


def last_position(parent_id: int | None) -> int:
    """Where a new last child goes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(position), 0) FROM repository_node WHERE parent_id = %s", [parent_id])
        row: tuple[int] = cursor.fetchone()
    return row[0] + POSITION_STEP


def _flatten(path: NodePath, spec: NodeSpec, parent_type: str) -> Iterator[tuple[NodePath, NodeSpec, str]]:
    primary_type = spec.primary_type or nodetypes.child_type(parent_type, path.name)
    nodetypes.check_child(parent_type, path.name, primary_type)
    nodetypes.check_mixins(spec.mixins)
    nodetypes.check_properties(primary_type, spec.mixins, spec.properties)
    for name in spec.properties:
        NodeName(name)
    yield path, spec, primary_type
    for name, child in spec.children.items():
        yield from _flatten(path / name, child, primary_type)


def _row(
    path: NodePath, spec: NodeSpec, primary_type: str, born: Properties, *, key: int, parent_id: int, position: int
) -> tuple[Any, ...]:
    mixins = tuple(dict.fromkeys((*nodetypes.default_mixins(primary_type), *spec.mixins)))
    uuid = spec.uuid or (str(uuids.uuid4()) if nodetypes.has_uuid(primary_type, mixins) else None)
    own = {**born, **spec.properties} if nodetypes.declared(primary_type).created else dict(spec.properties)
    properties = stored(own)
    return (
        *(key, path, parent_id, path.name, path.depth, position),
        *(primary_type, " ".join(mixins), properties, uuid, spec.binary_id),
    )
