"""GET of the Assets HTTP API: one entity and a page of its children, in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.utils import timezone

from repository import nodetypes, tree, values
from repository.api import siren
from repository.api.errors import BadRequest
from repository.api.siren import Entity, Page
from repository.api.targets import COMMENTS, RENDITIONS, Target
from repository.errors import NodeNotFound
from repository.paths import NodePath
from repository.tree import TreeNode
from repository.values import Properties

DEFAULT_LIMIT = 20
MAX_LIMIT = 5000
_SHOWN_TYPES = (*nodetypes.FOLDER_TYPES, "dam:Asset")
_CONTENT, _METADATA = "jcr:content", "jcr:content/metadata"


@dataclass(frozen=True)
class Query:
    """`shown` are raw properties that the client asks for beside the usual ones."""

    offset: int
    limit: int
    shown: tuple[str, ...] = ()

    @classmethod
    def parse(cls, parameters: Mapping[str, str], shown: Iterable[str]) -> "Query":
        return cls(
            _number(parameters, "offset", 0, 2**31),
            _number(parameters, "limit", DEFAULT_LIMIT, MAX_LIMIT),
            tuple(shown),
        )


def entity(base: str, target: Target, query: Query) -> Entity:
    """NodeNotFound also for an asset outside its on and off time."""
    node = target.existing
    if node.is_asset:
        _check_on_time(node)
    if target.part == RENDITIONS:
        return _rendition(base, target) if target.name else _renditions(base, target, query)
    if target.part == COMMENTS:
        return _comment(base, target) if target.name else _comments(base, target, query)
    if node.is_asset:
        return _asset(base, node, query)
    if node.is_folder:
        return _folder(base, node, query)
    raise NodeNotFound(node.path)


def _folder(base: str, node: TreeNode, query: Query) -> Entity:
    page = Page(tree.count_children(node.path, types=_SHOWN_TYPES), query.offset, query.limit)
    found = tree.children(node.path, offset=query.offset, limit=query.limit, types=_SHOWN_TYPES)
    below = tree.get_many([_described_at(child) for child in found] + [node.path / _CONTENT])
    href = node.path.href
    children = [_child(base, href, child, _properties(below, _described_at(child))) for child in found]
    content = _properties(below, node.path / _CONTENT)
    result = siren.folder(base, node, content, page, children)
    return _with_shown(result, query, [node.properties, content])


def _asset(base: str, node: TreeNode, query: Query) -> Entity:
    below = tree.get_many([node.path / _CONTENT, node.path / _METADATA])
    metadata = _properties(below, node.path / _METADATA)
    folder = node.path / "jcr:content/renditions"
    page = Page(tree.count_children(folder), query.offset, query.limit)
    result = siren.asset(base, node, metadata, page, _rendition_entities(base, node, query))
    return _with_shown(result, query, [node.properties, _properties(below, node.path / _CONTENT), metadata])


def _renditions(base: str, target: Target, query: Query) -> Entity:
    page = Page(tree.count_children(target.part_path), query.offset, query.limit)
    children = _rendition_entities(base, target.existing, query)
    return siren.collection(base, target.path / RENDITIONS, "assets/renditions", page, children)


def _rendition_entities(base: str, asset: TreeNode, query: Query) -> list[Entity]:
    files = tree.children(asset.path / "jcr:content/renditions", offset=query.offset, limit=query.limit)
    contents = tree.get_many([file.path / _CONTENT for file in files])
    return [siren.rendition(base, asset.path, file.name, contents.get(file.path / _CONTENT)) for file in files]


def _rendition(base: str, target: Target) -> Entity:
    file = tree.get(target.part_path)
    return siren.rendition(base, target.path, file.name, tree.find(file.path / _CONTENT))


def _comments(base: str, target: Target, query: Query) -> Entity:
    page = Page(tree.count_children(target.part_path), query.offset, query.limit)
    found = tree.children(target.part_path, offset=query.offset, limit=query.limit)
    children = [siren.comment(base, target.path, node) for node in found]
    return siren.collection(base, target.path / COMMENTS, "assets/comments", page, children)


def _comment(base: str, target: Target) -> Entity:
    return siren.comment(base, target.path, tree.get(target.part_path))


def _child(base: str, parent_href: str, node: TreeNode, described: Properties) -> Entity:
    href = f"{parent_href}{NodePath.stored(f'/{node.name}').href}"
    return (siren.asset_child if node.is_asset else siren.folder_child)(base, href, node.name, described)


def _described_at(node: TreeNode) -> NodePath:
    """Where the title of a child is."""
    return NodePath.stored(f"{node.path}/{_METADATA if node.is_asset else _CONTENT}")


def _properties(found: Mapping[NodePath, TreeNode], path: NodePath) -> Properties:
    return found[path].properties if path in found else {}


def _with_shown(result: Entity, query: Query, sources: Sequence[Properties]) -> Entity:
    """Add the raw properties that were asked for, each from the first of the nodes that has it."""
    shown = {name: values.plain(source[name]) for source in reversed(sources) for name in query.shown if name in source}
    return {**result, "properties": {**cast("Entity", result["properties"]), **shown}}


def _check_on_time(asset: TreeNode) -> None:
    content = tree.find(asset.path / _CONTENT)
    if content is None:
        return
    now = timezone.now()
    on, off = values.moment(content.properties.get("onTime")), values.moment(content.properties.get("offTime"))
    if (on and now < on) or (off and now >= off):
        raise NodeNotFound(asset.path)


def _number(parameters: Mapping[str, str], name: str, default: int, greatest: int) -> int:
    text = parameters.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise BadRequest(f"The parameter {name} must be a whole number from 0")
    return min(int(text), greatest)
