"""The OpenAPI document as people read it: groups of operations, their parameters and fields as flat rows. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

METHODS: Final = ("get", "head", "post", "put", "patch", "delete")
X_METHODS: Final = "x-methods"  # COPY and MOVE, which OpenAPI has no place for
DEPTH: Final = 3  # levels of fields that are shown; the document itself has them all

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body; `depth` counts the objects around it."""

    name: str
    kind: str
    required: bool
    description: str
    place: str = ""
    depth: int = 0


@dataclass(frozen=True)
class Body:
    """What a request or an answer may carry, by media type."""

    media_type: str
    name: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class Answer:
    status: str
    description: str
    bodies: Sequence[Body]
    headers: Sequence[str]

    @property
    def is_good(self) -> bool:
        return self.status < "400"


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    login: Sequence[str]
    parameters: Sequence[Field]
    bodies: Sequence[Body]
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Group:
    """The operations of one tag: a box, or one of its interfaces."""

    name: str
    slug: str
    operations: Sequence[Operation]


def groups(document: Node) -> list[Group]:
    found: dict[str, list[Operation]] = defaultdict(list)
    for path, item in document["paths"].items():
        for method, operation in _operations(item):
            tag = next(iter(operation.get("tags", ())), "") or _tag_of(item)
            found[tag].append(_operation(document, path, method, operation, item.get("parameters", ())))
    return [Group(name, slug(name), operations) for name, operations in found.items()]


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _operations(item: Node) -> Iterator[tuple[str, Node]]:
    for method in METHODS:
        if method in item:
            yield method.upper(), item[method]
    yield from item.get(X_METHODS, {}).items()


def _tag_of(item: Node) -> str:
    """The tag of the path's other operations."""
    return next((tag for _, operation in _operations(item) for tag in operation.get("tags", ())), "")


def _operation(document: Node, path: str, method: str, operation: Node, shared: Sequence[Node]) -> Operation:
    security = operation.get("security", document.get("security", []))
    return Operation(
        anchor=slug(operation.get("operationId") or f"{method}-{path}"),
        method=method,
        path=path,
        summary=operation.get("summary") or _sentence(operation),
        description=operation.get("description", ""),
        login=tuple(dict.fromkeys(name for way in security for name in way)),
        parameters=[_parameter(document, one) for one in (*shared, *operation.get("parameters", ()))],
        bodies=_bodies(document, operation.get("requestBody", {})),
        answers=[_answer(document, status, answer) for status, answer in operation.get("responses", {}).items()],
    )


def _sentence(operation: Node) -> str:
    """The first one of its description, or its id in words."""
    words: str = operation.get("description") or re.sub(r"(?<=[a-z])([A-Z])", r" \1", operation.get("operationId", ""))
    return re.split(r"(?<=[.])\s", words.strip())[0].replace("_", " ").capitalize()


def _parameter(document: Node, parameter: Node) -> Field:
    kind = _kind(document, parameter.get("schema", {}))
    required = bool(parameter.get("required"))
    return Field(parameter["name"], kind, required, parameter.get("description", ""), parameter.get("in", ""))


def _answer(document: Node, status: str, answer: Node) -> Answer:
    return Answer(status, answer.get("description", ""), _bodies(document, answer), tuple(answer.get("headers", {})))


def _bodies(document: Node, holder: Node) -> list[Body]:
    return [
        Body(media_type, _reference(content.get("schema", {})), list(_fields(document, content.get("schema", {}), 0)))
        for media_type, content in holder.get("content", {}).items()
    ]


def _fields(document: Node, schema: Node, depth: int) -> Iterator[Field]:
    found = _items(document, _resolved(document, schema))
    required = found.get("required", ())
    for name, own in found.get("properties", {}).items():
        description = own.get("description") or ""
        yield Field(name, _kind(document, own), name in required, description, depth=depth)
        if depth + 1 < DEPTH:
            yield from _fields(document, own, depth + 1)


def _items(document: Node, schema: Node) -> Node:
    """What a list is a list of; of several shapes the first that is an object."""
    if "items" in schema:
        return _items(document, _resolved(document, schema["items"]))
    for shapes in ("anyOf", "oneOf", "allOf"):
        for shape in schema.get(shapes, ()):
            if "properties" in (resolved := _items(document, _resolved(document, shape))):
                return resolved
    return schema


def _kind(document: Node, schema: Node) -> str:
    if name := _reference(schema):
        return name
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "items" in schema:
        return f"{_kind(document, schema['items'])}[]"
    for shapes in ("anyOf", "oneOf", "allOf"):
        if shapes in schema:
            kinds = (_kind(document, shape) for shape in schema[shapes])
            return " | ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))
    kind = schema.get("type", "any")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _reference(schema: Node) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _resolved(document: Node, schema: Node) -> Node:
    name = _reference(schema)
    resolved: Node = document["components"]["schemas"].get(name, {}) if name else schema
    return resolved
