"""A resource and what lies below it, level by level, with Sling's limit on how much one answer may hold."""

from dataclasses import dataclass, field

from django.db import connection

from repository.sling.json_values import Json, rendered
from repository.tree.node import SELECT, TreeNode, from_row

ALL = -1  # the depth without an end


class TooManyResources(Exception):
    """More below than the limit allows; `allowed_depth` is the greatest depth that still can be asked for."""

    def __init__(self, allowed_depth: int) -> None:
        super().__init__(f"depth {allowed_depth} is allowed")
        self.allowed_depth = allowed_depth


@dataclass(frozen=True)
class Rendered:
    """One resource: its own properties, and its children in order."""

    properties: dict[str, Json]
    children: dict[str, "Rendered"] = field(default_factory=dict)

    def nested(self) -> dict[str, Json]:
        return self.properties | {name: child.nested() for name, child in self.children.items()}

    def with_arrays(self) -> dict[str, Json]:
        """As `.harray` asks: children in one array, each with its name inside."""
        if not self.children:
            return self.properties
        children: list[Json] = [{"__name__": name, **child.with_arrays()} for name, child in self.children.items()]
        return {**self.properties, "__children__": children}


def collect(root: TreeNode, depth: int, limit: int, ecma_dates: bool = True) -> Rendered:
    """`depth` levels below `root` (ALL: every one). `TooManyResources` for more than `limit`, except at depth 1."""
    top = Rendered(rendered(root.all_properties, ecma_dates))
    level, reached, count = {root.id: top}, 0, 0
    while level and (depth == ALL or reached < depth):
        room = None if depth == 1 else limit - count
        nodes = _children(list(level), room)
        if room is not None and len(nodes) > room:
            raise TooManyResources(reached)
        level = _attach(level, nodes, ecma_dates)
        count += len(nodes)
        reached += 1
    return top


def _children(parents: list[int], room: int | None) -> list[TreeNode]:
    """The children of all nodes of a level, at most one more than there is room for."""
    marks = ", ".join(["%s"] * len(parents))
    bound = "" if room is None else f" LIMIT {room + 1}"
    with connection.cursor() as cursor:
        cursor.execute(f"{SELECT} WHERE n.parent_id IN ({marks}) ORDER BY n.parent_id, n.position{bound}", parents)
        return [from_row(row) for row in cursor.fetchall()]


def _attach(level: dict[int, Rendered], nodes: list[TreeNode], ecma_dates: bool) -> dict[int, Rendered]:
    """Hang the nodes under their parents; returns them as the next level."""
    below: dict[int, Rendered] = {}
    for node in nodes:
        parent = level[node.parent_id or 0]
        below[node.id] = parent.children[node.name] = Rendered(rendered(node.all_properties, ecma_dates))
    return below
