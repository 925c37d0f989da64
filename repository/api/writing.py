"""Changes through the Assets HTTP API: folders, metadata, renditions, comments, copy, move, delete."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils import timezone

from repository import assets, tree, values
from repository.api.errors import NotSupported, PreconditionFailed
from repository.api.targets import Target
from repository.errors import ConstraintViolation, InvalidPath, InvalidValue, NodeExists
from repository.paths import DAM, NodeName, NodePath
from repository.profiles import ORIGINAL
from repository.sling.node_names import filtered
from repository.stored_files import IncomingFile, stored
from repository.tree import NodeSpec, TreeNode
from repository.values import Value

USE_DIRECT_UPLOAD = (
    "Assets cannot be created or replaced through this API: use direct binary upload "
    "(POST <folder>.initiateUpload.json)"
)
_API = "/api/assets"
_TITLES = ("jcr:title", "dc:title", "title")
_TO_JCR = {
    "title": "jcr:title",
    "dc:title": "jcr:title",
    "description": "jcr:description",
    "dc:description": "jcr:description",
    "dc:language": "jcr:language",
}
_TO_DC = {
    "title": "dc:title",
    "jcr:title": "dc:title",
    "description": "dc:description",
    "jcr:description": "dc:description",
    "jcr:language": "dc:language",
}
_NOT_WRITTEN = frozenset({"name", "srn:paging", "metadata", "class"})


def create_folder(path: NodePath, properties: Mapping[str, object], user: str) -> TreeNode:
    """A sling:OrderedFolder; title, description and language go to its jcr:content. NodeExists, ParentNotFound."""
    title = next((str(properties[name]) for name in _TITLES if properties.get(name)), None)
    with tree.writing():
        if tree.exists(path):
            raise NodeExists(path)
        made = assets.create_folder(path, title, primary_type="sling:OrderedFolder", user=user)
        more = {name: value for name, value in properties.items() if name not in _TITLES and value is not None}
        if more:
            _describe_folder(made, more, user)
        return made


def update(node: TreeNode, properties: Mapping[str, object], user: str) -> None:
    """Merge into an asset's metadata or a folder's jcr:content; null removes. InvalidValue."""
    with tree.writing():
        if node.is_asset:
            update_metadata(node, {**properties, **_nested(properties)}, user)
        elif node.is_folder:
            _describe_folder(node, properties, user)
        else:
            raise ConstraintViolation(f"{node.path} is neither an asset nor a folder")


def update_metadata(asset: TreeNode, properties: Mapping[str, object], user: str) -> None:
    """Merge into an asset's metadata; null removes. A text given for a Date, Long… is read as one."""
    with tree.writing():
        metadata = tree.get(asset.path / assets.METADATA)
        tree.set_properties(metadata.path, _converted(properties, _TO_DC, metadata), changed=asset.path)
        _touch(asset, user)


def put_rendition(target: Target, file: IncomingFile, user: str) -> bool:
    """Store a rendition made elsewhere; whether it is new. The original is not one that may be replaced."""
    if target.name == ORIGINAL:
        raise NotSupported(USE_DIRECT_UPLOAD)
    path = target.part_path
    with stored([file]) as (kept,), tree.writing():
        folder = tree.get(path.parent)
        is_new = not tree.exists(path)
        spec = assets.file_spec(kept.binary_id, kept.mime_type, user)
        tree.replace_children(folder, {path.name: spec}, changed=target.path, user=user)
    return is_new


def add_comment(target: Target, message: str, annotation_data: str, user: str) -> NodePath:
    properties: dict[str, Value] = {
        "jcr:description": values.storable(message),
        "author": user,
        "jcr:created": values.date(timezone.now()),
    }
    if annotation_data:
        properties["annotationData"] = values.storable(annotation_data)
    folder = target.part_path
    name = filtered(message)[:20]
    with tree.writing():
        tree.ensure(folder, NodeSpec("nt:unstructured"), user=user)
        paths = (folder / (f"{name}_{number}" if number else name) for number in itertools.count())
        path = next(path for path in paths if not tree.exists(path))
        tree.create(path, "nt:unstructured", properties, user=user)
    return path


def delete(target: Target) -> NodePath:
    """Delete a folder, an asset, one rendition or one comment."""
    node = target.existing
    if not target.part:
        tree.delete(node.path)
        return node.path
    if target.name == ORIGINAL or not target.name:
        raise NotSupported("An asset keeps its original: delete the asset")
    with tree.writing():
        path = tree.get(target.part_path).path
        tree.replace_children(tree.get(path.parent), {path.name: None}, changed=target.path)
    return path


@dataclass(frozen=True)
class Transfer:
    """A COPY or MOVE, from its headers; `deep` is X-Depth: infinity."""

    destination: NodePath
    deep: bool
    overwrite: bool

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> "Transfer":
        depth, overwrite = headers.get("X-Depth", "infinity").lower(), headers.get("X-Overwrite", "T").upper()
        if depth not in {"0", "infinity"} or overwrite not in {"T", "F"}:
            raise PreconditionFailed("X-Depth must be 0 or infinity, and X-Overwrite T or F")
        return cls(_destination(headers.get("X-Destination", "")), depth == "infinity", overwrite == "T")


def copy(node: TreeNode, transfer: Transfer, user: str) -> bool:
    """Whether the destination is new. PreconditionFailed when it may not be overwritten."""
    with tree.writing():
        is_new = _make_room(node, transfer)
        if transfer.deep or not node.is_folder:
            assets.copy(node.path, transfer.destination, user)
        else:
            _copy_folder_alone(node, transfer.destination, user)
    return is_new


def move(node: TreeNode, transfer: Transfer) -> bool:
    """Whether the destination is new. A move always takes everything below along."""
    with tree.writing():
        is_new = _make_room(node, transfer)
        assets.move(node.path, transfer.destination)
    return is_new


def _make_room(node: TreeNode, transfer: Transfer) -> bool:
    target = transfer.destination
    if target == node.path or node.path.is_under(target):
        raise ConstraintViolation(f"{node.path} cannot replace {target}, where it is")
    if not tree.exists(target):
        return True
    if not transfer.overwrite:
        raise PreconditionFailed(f"{target} exists, and X-Overwrite is F")
    tree.delete(target)
    return False


def _copy_folder_alone(node: TreeNode, target: NodePath, user: str) -> None:
    properties = {
        name: value for name, value in node.properties.items() if name not in {"jcr:created", "jcr:createdBy"}
    }
    tree.create(target, node.primary_type, properties, mixins=node.mixins, user=user)
    if tree.exists(node.path / assets.CONTENT):
        tree.copy(node.path / assets.CONTENT, target / assets.CONTENT, user)


def _destination(header: str) -> NodePath:
    """X-Destination: a path or URL below /api/assets, percent-encoded."""
    if not header:
        raise PreconditionFailed("The header X-Destination is missing")
    try:
        path = urlsplit(header).path
    except ValueError as err:
        raise InvalidPath(f"The destination {header[:200]!r} is not a URL") from err
    if not path.startswith(f"{_API}/"):
        raise PreconditionFailed(f"The destination must be below {_API}")
    return NodePath(f"{DAM}{NodePath.from_href(path.removeprefix(_API))}")


def _describe_folder(folder: TreeNode, properties: Mapping[str, object], user: str) -> None:
    path = folder.path / assets.CONTENT
    tree.ensure(path, NodeSpec("nt:unstructured"), user=user)
    content = tree.get(path)
    tree.set_properties(path, _converted({**properties, **_nested(properties)}, _TO_JCR, content), changed=folder.path)


def _nested(properties: Mapping[str, object]) -> Mapping[str, object]:
    """A read gives metadata as an object of its own; what was read may be sent back."""
    nested = properties.get("metadata")
    return nested if isinstance(nested, Mapping) else {}


def _converted(properties: Mapping[str, object], renamed: Mapping[str, str], node: TreeNode) -> dict[str, Value | None]:
    converted: dict[str, Value | None] = {}
    for given, value in properties.items():
        if given not in _NOT_WRITTEN:
            name = str(NodeName(renamed.get(given, given)))
            converted[name] = None if value is None else _value(value, node.properties.get(name))
    return converted


def _value(value: object, old: Value | None) -> Value:
    checked = values.checked(value)
    if old is None or values.type_of(old) == values.type_of(checked) or values.type_of(checked) != "String":
        return checked
    plain = values.plain(checked)
    try:
        return values.typed(values.type_of(old), values.texts(checked) if isinstance(plain, list) else str(plain))
    except InvalidValue:
        return checked


def _touch(asset: TreeNode, user: str) -> None:
    modified: dict[str, Value | None] = {
        "jcr:lastModified": values.date(timezone.now()),
        "jcr:lastModifiedBy": user,
    }
    tree.set_properties(asset.path / assets.CONTENT, modified, changed=asset.path)
