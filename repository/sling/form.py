"""The form of a Sling POST: what each parameter wants done with which item. Pure, except that it holds the files.

`./dc:subject@Patch` asks something of the item `dc:subject` below the resource; several suffixes for one item add up.
Source: sling-org-apache-sling-servlets-post, AbstractCreateOperation and RequestProperty.
"""

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile

from repository.errors import InvalidPath
from repository.paths import NodePath

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile  # generic in its type stubs only

Parameters = Mapping[str, Sequence[str]]
Files = Mapping[str, Sequence[Upload]]

_ITEM_PREFIXES = ("./", "../", "/")
_IGNORED = re.compile(r":.*|_charset_|j_.*", re.DOTALL)
_IGNORE_DEFAULT, _NULL_DEFAULT = ":ignore", ":null"
ANY_NAME = "*"  # a file under this name takes its own


@dataclass
class Item:
    """What the form says of one property, child or file. `values` is None when no parameter gave it one."""

    parent: NodePath
    name: str
    values: Sequence[str] | None = None
    files: list[Upload] = field(default_factory=list)
    type_hint: str | None = None
    multiple_hint: bool = False
    defaults: Sequence[str] = ()
    use_default_when_missing: bool = False
    ignore_blanks: bool = False
    patch: bool = False
    delete: bool = False
    move_from: str | None = None
    copy_from: str | None = None

    @property
    def path(self) -> NodePath:
        return self.parent / self.name

    @property
    def writes(self) -> bool:
        """Whether there is something to write, apart from files."""
        if self.use_default_when_missing and self.defaults:
            return True
        return self.values is not None and not (self.ignore_blanks and not self.texts())

    def texts(self) -> list[str] | None:
        """The texts to write after blanks and defaults: None removes the property, an empty list clears it."""
        if self.values is None:
            return list(self.defaults[:1])
        if len(self.values) != 1 or self.values[0]:
            return [value for value in self.values if value or not self.ignore_blanks]
        return [] if self.ignore_blanks else self._default()

    def _default(self) -> list[str] | None:
        """Instead of one blank value."""
        if len(self.defaults) != 1:
            return [""]
        default = self.defaults[0]
        return {_IGNORE_DEFAULT: [], _NULL_DEFAULT: None}.get(default, [default])


def items(parameters: Parameters, files: Files, base: NodePath) -> dict[str, Item]:
    """The items by path, in the order of the form; `base` is what relative names are relative to."""
    names = [name for name in (*parameters, *files) if not _IGNORED.fullmatch(name)]
    if any(name.startswith(_ITEM_PREFIXES) for name in names):
        names = [name for name in names if name.startswith(_ITEM_PREFIXES)]
    found: dict[str, Item] = {}
    for name in names:
        _read(found, name, parameters, files, base)
    return found


def _read(found: dict[str, Item], name: str, parameters: Parameters, files: Files, base: NodePath) -> None:
    plain, at, suffix = name.rpartition("@")
    setter = _SETTERS.get(suffix) if at else None
    item = _item(found, plain if setter else name, base)
    values = parameters.get(name, ())
    if setter:
        setter(item, values, parameters)
    elif name in files:
        item.files.extend(files[name])
    else:
        item.values = values


def _item(found: dict[str, Item], name: str, base: NodePath) -> Item:
    full = posixpath.normpath(posixpath.join(base, name))
    parent, _, last = full.rpartition("/")
    if not last or full.startswith("//"):
        raise InvalidPath(f"{name!r} names no item")
    if full not in found:
        found[full] = Item(NodePath(parent or "/"), last)
        if last != ANY_NAME:
            NodePath(full)
    return found[full]


def _type_hint(item: Item, values: Sequence[str], _: Parameters) -> None:
    hint = values[0] if values else ""
    item.multiple_hint = hint.endswith("[]")
    item.type_hint = hint.removesuffix("[]")


def _value_from(item: Item, values: Sequence[str], parameters: Parameters) -> None:
    if len(values) == 1 and values[0] in parameters:
        item.values = parameters[values[0]]


def _defaults(item: Item, values: Sequence[str], _: Parameters) -> None:
    item.defaults = values


def _delete(item: Item, _values: Sequence[str], _: Parameters) -> None:
    item.delete = True


def _patch(item: Item, _values: Sequence[str], _: Parameters) -> None:
    item.patch = True


def _ignore_blanks(item: Item, _values: Sequence[str], _: Parameters) -> None:
    item.ignore_blanks = True


def _use_default(item: Item, _values: Sequence[str], _: Parameters) -> None:
    item.use_default_when_missing = True


def _move_from(item: Item, values: Sequence[str], _: Parameters) -> None:
    item.move_from = _source(item, values)


def _copy_from(item: Item, values: Sequence[str], _: Parameters) -> None:
    item.copy_from = _source(item, values)


def _source(item: Item, values: Sequence[str]) -> str | None:
    return posixpath.normpath(posixpath.join(item.parent, values[0])) if len(values) == 1 and values[0] else None


_SETTERS: dict[str, Callable[[Item, Sequence[str], Parameters], None]] = {
    "TypeHint": _type_hint,
    "DefaultValue": _defaults,
    "ValueFrom": _value_from,
    "Delete": _delete,
    "MoveFrom": _move_from,
    "CopyFrom": _copy_from,
    "IgnoreBlanks": _ignore_blanks,
    "UseDefaultWhenMissing": _use_default,
    "Patch": _patch,
}
