"""What is told of each hit: `simple`, `full` or `selective`."""

from collections.abc import Sequence

from django.conf import settings

from repository import tree, values
from repository.paths import NodePath
from repository.querybuilder.candidates import Candidate, split_property
from repository.querybuilder.errors import InvalidQuery
from repository.querybuilder.predicates import Query
from repository.sling.json_values import Json, json_value, rendered
from repository.sling.traversal import ALL, TooManyResources, collect
from repository.tree import TreeNode
from repository.values import Properties

_CONTENT, _METADATA = "jcr:content", "jcr:content/metadata"
_TITLES = (("jcr:content", "jcr:title"), ("jcr:content/metadata", "dc:title"), ("", "jcr:title"))
_MODIFIED = (("jcr:content", "jcr:lastModified"), ("jcr:content", "cq:lastModified"), ("", "jcr:lastModified"))
_MOMENT = "%Y-%m-%d %H:%M:%S"

Hit = dict[str, Json]


def describe(hits: Sequence[Candidate], query: Query) -> list[Hit]:
    kind = query.settings.get("hits", "simple")
    nodes = [hit.node for hit in hits]
    if kind == "full":
        return [_full(node, _depth(query)) for node in nodes]
    if kind == "selective":
        return _selective(nodes, query.settings.get("properties", "").replace("+", " ").split())
    return _simple(nodes)


def _simple(nodes: Sequence[TreeNode]) -> list[Hit]:
    below = _read(nodes, (_CONTENT, _METADATA))
    return [_summary(node, below) for node in nodes]


def _summary(node: TreeNode, below: dict[NodePath, TreeNode]) -> Hit:
    title = _first(node, below, _TITLES)
    hit: Hit = {"path": node.path, "excerpt": "", "name": node.name, "title": values.text(title) or node.name}
    for name, value in (
        ("lastModified", _first(node, below, _MODIFIED)),
        ("created", node.properties.get("jcr:created")),
    ):
        moment = values.moment(value)
        if moment:
            hit[name] = moment.strftime(_MOMENT)
    return hit


def _first(node: TreeNode, below: dict[NodePath, TreeNode], places: Sequence[tuple[str, str]]) -> values.Value | None:
    for relative, name in places:
        properties = _properties(node, relative, below)
        if name in properties:
            return properties[name]
    return None


def _full(node: TreeNode, depth: int) -> Hit:
    """The node as Sling's JSON, and its path; with less depth than asked for where that would be too much."""
    limit, dates = settings.SLING_JSON_MAXIMUM_RESULTS, settings.SLING_ECMA_DATES
    try:
        found = collect(node, depth, limit, dates)
    except TooManyResources as err:
        found = collect(node, err.allowed_depth, limit, dates)
    return {"jcr:path": node.path, **found.nested()}


def _selective(nodes: Sequence[TreeNode], names: Sequence[str]) -> list[Hit]:
    relatives = {split_property(name)[0] for name in names} - {""}
    below = _read(nodes, tuple(relatives))
    return [_selected(node, names, below) for node in nodes]


def _selected(node: TreeNode, names: Sequence[str], below: dict[NodePath, TreeNode]) -> Hit:
    hit: Hit = {}
    for asked in names:
        relative, name = split_property(asked)
        if (relative, name) == ("", "jcr:path"):
            hit["jcr:path"] = node.path
        elif (relative, name) == ("", "*"):
            hit |= rendered(node.all_properties, settings.SLING_ECMA_DATES)
        else:
            _select(hit, relative, name, _properties(node, relative, below))
    return hit


def _select(hit: Hit, relative: str, name: str, properties: Properties) -> None:
    """Put a property into the hit, nested as it is in the tree."""
    if name not in properties:
        return
    place = hit
    for segment in filter(None, relative.split("/")):
        inner = place.setdefault(segment, {})
        if not isinstance(inner, dict):
            return
        place = inner
    place[name] = json_value(properties[name], settings.SLING_ECMA_DATES)


def _properties(node: TreeNode, relative: str, below: dict[NodePath, TreeNode]) -> Properties:
    found = below.get(NodePath.stored(f"{node.path.removesuffix('/')}/{relative}")) if relative else node
    return found.all_properties if found else {}


def _read(nodes: Sequence[TreeNode], relatives: Sequence[str]) -> dict[NodePath, TreeNode]:
    paths = [f"{node.path.removesuffix('/')}/{relative}" for node in nodes for relative in relatives]
    return tree.get_many(map(NodePath.stored, paths))


def _depth(query: Query) -> int:
    """`p.nodedepth`: 0 is everything; without it the node alone."""
    text = query.settings.get("nodedepth")
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidQuery(f"p.nodedepth must be a whole number: {text[:60]!r}")
    return int(text) or ALL
