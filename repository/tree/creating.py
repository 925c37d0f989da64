"""Creating nodes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils import timezone

from repository import changes, nodetypes, values
from repository.errors import NodeExists, ParentNotFound
from repository.identifiers import new_uuid
from repository.paths import NodeName, NodePath
from repository.tree.locks import writing
from repository.tree.node import NodeSpec, TreeNode, stored
from repository.tree.reading import exists, find, get
from repository.values import Properties, Value

POSITION_STEP: Final = 1 << 20  # room between siblings, so that a reorder seldom renumbers

Row = tuple[Any, ...]  # of the table, in the order of its columns here
_COLUMNS: Final = "id, path, parent_id, name, depth, position, primary_type, mixins, properties, uuid, binary_id"
_ROWS_AT_ONCE: Final = 90  # of eleven values each: SQLite may have been built for 999


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
    planned: list[_Planned] = []
    for name, spec in specs.items():
        _plan(parent.path / name, parent.primary_type, spec, None, planned)
    ids = allocate_ids(len(planned))
    position = last_position(parent.id)
    rows = []
    for at, node in enumerate(planned):
        parent_id = parent.id if node.parent is None else ids[node.parent]
        rows.append(_row(node, born, ids[at], parent_id, position + at * POSITION_STEP))
    write(rows)


def write(rows: Sequence[Row]) -> None:
    """Rows as they are, many with each statement: executing one costs as much as writing half a row."""
    whole = len(rows) // _ROWS_AT_ONCE * _ROWS_AT_ONCE
    chunks = [rows[start : start + _ROWS_AT_ONCE] for start in range(0, whole, _ROWS_AT_ONCE)]
    with connection.cursor() as cursor:
        if chunks:
            cursor.executemany(_insert(_ROWS_AT_ONCE), [list(chain.from_iterable(chunk)) for chunk in chunks])
        if whole < len(rows):
            cursor.execute(_insert(len(rows) - whole), list(chain.from_iterable(rows[whole:])))


@lru_cache(maxsize=_ROWS_AT_ONCE)
def _insert(count: int) -> str:
    row = f"({', '.join(['%s'] * len(_COLUMNS.split(', ')))})"
    return f"INSERT INTO repository_node ({_COLUMNS}) VALUES {', '.join([row] * count)}"


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


class _Shape(NamedTuple):
    """What the types of a node say about its row, once they have allowed it."""

    primary_type: str
    mixins: str
    has_uuid: bool
    created: bool


class _Planned(NamedTuple):
    """`parent` is its index among the planned ones; None for the children of a node that is there."""

    path: NodePath
    spec: NodeSpec
    shape: _Shape
    parent: int | None


def _plan(path: NodePath, parent_type: str, spec: NodeSpec, parent: int | None, into: list[_Planned]) -> None:
    """Append a node and everything below it, parents first, each checked against its type."""
    shape = _shape(parent_type, path.name, spec.primary_type, spec.mixins, tuple(spec.properties))
    at = len(into)
    into.append(_Planned(path, spec, shape, parent))
    for name, child in spec.children.items():
        _plan(path / name, shape.primary_type, child, at, into)


@lru_cache(maxsize=4096)
def _shape(
    parent_type: str, name: str, primary_type: str | None, mixins: tuple[str, ...], properties: tuple[str, ...]
) -> _Shape:
    """Check a node against its types. Kept: an import has a few kinds of nodes, a million times."""
    chosen = primary_type or nodetypes.child_type(parent_type, name)
    nodetypes.check_child(parent_type, name, chosen)
    nodetypes.check_mixins(mixins)
    nodetypes.check_properties(chosen, mixins, properties)
    for property_name in properties:
        NodeName(property_name)
    every = tuple(dict.fromkeys((*nodetypes.default_mixins(chosen), *mixins)))
    has_uuid = nodetypes.has_uuid(chosen, every)
    return _Shape(chosen, " ".join(every), has_uuid, nodetypes.declared(chosen).created)


def _row(node: _Planned, born: Properties, own_id: int, parent_id: int, position: int) -> Row:
    """Plain texts: SQLite's driver looks for an adapter of each that is of a subclass."""
    path, spec, shape = node.path, node.spec, node.shape
    uuid = spec.uuid or (new_uuid() if shape.has_uuid else None)
    properties = stored({**born, **spec.properties} if shape.created else spec.properties)
    place = (own_id, str(path), parent_id, path.name, path.depth, position)
    return (*place, shape.primary_type, shape.mixins, properties, uuid, spec.binary_id)
