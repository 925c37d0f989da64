"""A node as it is read and as it is to be made: plain values, no ORM."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from repository import nodetypes, values
from repository.errors import InvalidValue
from repository.paths import NodePath
from repository.texts import _
from repository.values import Properties, Value


@dataclass(frozen=True, slots=True)
class BinaryRef:
    """Where the bytes of a file are. `size` in bytes; `sha1` is empty until it is known."""

    id: int
    container: str
    blob: str
    size: int
    mime_type: str
    sha1: str


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node that was read. `properties` are written as `repository.values` says, without what is a field here."""

    id: int
    path: NodePath
    parent_id: int | None
    name: str
    depth: int
    position: int
    primary_type: str
    mixins: tuple[str, ...]
    properties: Properties
    uuid: str | None
    binary: BinaryRef | None

    @property
    def is_folder(self) -> bool:
        return nodetypes.is_folder(self.primary_type)

    @property
    def is_asset(self) -> bool:
        return self.primary_type == "dam:Asset"

    def is_type(self, name: str) -> bool:
        return nodetypes.is_type(self.primary_type, name) or name in self.mixins

    def text(self, name: str, default: str = "") -> str:
        return values.text(self.properties.get(name), default)

    @property
    def all_properties(self) -> Properties:
        """With jcr:primaryType, jcr:mixinTypes and jcr:uuid; jcr:data is a Binary whose value is its length."""
        result: dict[str, Value] = {"jcr:primaryType": values.name(self.primary_type)}
        if self.mixins:
            result["jcr:mixinTypes"] = {"$type": "Name", "$value": list(self.mixins)}
        if self.uuid and not self.is_folder:
            result["jcr:uuid"] = self.uuid
        result.update(self.properties)
        if self.binary:
            result["jcr:data"] = {"$type": "Binary", "$value": self.binary.size}
        return result


@dataclass(frozen=True)
class NodeSpec:
    """A node to be made, with everything below it. No type: the parent's default. `uuid`: a new one if it needs one."""

    primary_type: str | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)
    mixins: tuple[str, ...] = ()
    binary_id: int | None = None
    uuid: str | None = None
    children: Mapping[str, "NodeSpec"] = field(default_factory=dict)


SELECT = (
    "SELECT n.id, n.path, n.parent_id, n.name, n.depth, n.position, n.primary_type, n.mixins, n.properties, n.uuid,"
    " b.id, b.container, b.blob, b.size, b.mime_type, b.sha1"
    " FROM repository_node n LEFT JOIN repository_binary b ON b.id = n.binary_id"
)


def stored(properties: Mapping[str, Value]) -> str:
    """The JSON of the column. InvalidValue for what no database keeps: a NUL, half a surrogate pair."""
    try:
        text = orjson.dumps(properties, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError as err:
        raise InvalidValue(_("The properties cannot be stored: %(err)s"), err=err) from err
    if "\\u0000" in text and any("\0" in part for part in _texts(properties)):
        raise InvalidValue(_("A property contains a NUL"))
    return text


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from (name, *_texts(item))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def from_row(row: tuple[Any, ...]) -> TreeNode:
    """From a row of SELECT."""
    return TreeNode(
        id=row[0],
        path=NodePath.stored(row[1]),
        parent_id=row[2],
        name=row[3],
        depth=row[4],
        position=row[5],
        primary_type=row[6],
        mixins=tuple(row[7].split()),
        properties=orjson.loads(row[8]),
        uuid=row[9],
        binary=BinaryRef(*row[10:16]) if row[10] is not None else None,
    )
