"""JSON Patch (RFC 6902) for the metadata of an asset; pure.

A path names a property (`/dc:title`, or `/assetMetadata/dc:title` as in the document that a GET gives), or one value of
a property with several (`/dc:subject/0`, `/dc:subject/-` for the end).
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from repository.api.errors import BadRequest
from repository.errors import ConstraintViolation

MAX_OPERATIONS: Final = 1000
_ROOT: Final = "assetMetadata"
Metadata = dict[str, Any]


def changes(operations: object, metadata: Mapping[str, Any]) -> Metadata:
    """What the operations change of the metadata: new values by name, None for what is gone.

    BadRequest for what is no patch or names nothing; ConstraintViolation when a `test` fails. All of it or nothing.
    """
    if not isinstance(operations, list) or not operations or len(operations) > MAX_OPERATIONS:
        raise BadRequest(f"A JSON Patch is a list of 1 to {MAX_OPERATIONS} operations")
    patched = deepcopy(dict(metadata))
    for number, operation in enumerate(operations):
        _apply(patched, operation, number)
    removed: Metadata = {name: None for name in metadata if name not in patched}
    return removed | {name: value for name, value in patched.items() if name not in metadata or metadata[name] != value}


def _apply(metadata: Metadata, operation: object, number: int) -> None:
    if not isinstance(operation, dict):
        raise BadRequest(f"Operation {number} is no object")
    kind, path = operation.get("op"), _path(operation.get("path"), number)
    match kind:
        case "add" | "replace":
            _put(metadata, path, _value(operation, number), insert=kind == "add")
        case "remove":
            _remove(metadata, path)
        case "test":
            if _get(metadata, path) != _value(operation, number):
                raise ConstraintViolation(f"The test of {operation['path']} failed")
        case "copy" | "move":
            origin = _path(operation.get("from"), number)
            value = deepcopy(_get(metadata, origin))
            if kind == "move":
                _remove(metadata, origin)
            _put(metadata, path, value, insert=True)
        case _:
            raise BadRequest(f"Operation {number}: op must be add, remove, replace, move, copy or test")


def _path(pointer: object, number: int) -> list[str]:
    """The name of a property, and perhaps the place of a value in it."""
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise BadRequest(f"Operation {number}: {pointer!r} is no JSON pointer")
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    if parts[0] == _ROOT:
        del parts[0]
    if not 1 <= len(parts) <= 2 or not parts[0]:
        raise BadRequest(f"Operation {number}: {pointer} names no property of the metadata")
    return parts


def _value(operation: Mapping[str, Any], number: int) -> Any:
    if "value" not in operation:
        raise BadRequest(f"Operation {number} has no value")
    return operation["value"]


def _get(metadata: Metadata, path: Sequence[str]) -> Any:
    if path[0] not in metadata:
        raise BadRequest(f"There is no property {path[0]}")
    if len(path) == 1:
        return metadata[path[0]]
    values = _values(metadata, path)
    return values[_index(path, len(values) - 1)]


def _put(metadata: Metadata, path: Sequence[str], value: Any, *, insert: bool) -> None:
    if len(path) == 1:
        if not insert:
            _get(metadata, path)
        metadata[path[0]] = value
        return
    values = _values(metadata, path)
    if insert:
        values.insert(len(values) if path[1] == "-" else _index(path, len(values)), value)
    else:
        values[_index(path, len(values) - 1)] = value


def _remove(metadata: Metadata, path: Sequence[str]) -> None:
    _get(metadata, path)
    if len(path) == 1:
        del metadata[path[0]]
    else:
        values = _values(metadata, path)
        del values[_index(path, len(values) - 1)]


def _values(metadata: Metadata, path: Sequence[str]) -> list[Any]:
    values = metadata.get(path[0])
    if not isinstance(values, list):
        raise BadRequest(f"{path[0]} has no values to tell apart")
    return values


def _index(path: Sequence[str], last: int) -> int:
    text = path[1]
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= last):
        raise BadRequest(f"{path[0]} has no value at {text}")
    return int(text)
