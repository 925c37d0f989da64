"""Versions of assets, in JCR's version storage: frozen copies of the subtree, which share the binaries.

/jcr:system/jcr:versionStorage/12/34/<uuid>   nt:versionHistory
    jcr:versionLabels                         label = Reference to the version
    jcr:rootVersion
    1.0                                       nt:version: jcr:created, jcr:predecessors
        jcr:frozenNode                        the asset: jcr:frozenPrimaryType, jcr:frozenUuid, …
"""

import uuid as uuids
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from repository import changes, jobs, tree, values
from repository.errors import ConstraintViolation, NodeNotFound
from repository.paths import ROOT, NodePath
from repository.tree import NodeSpec, TreeNode
from repository.values import Properties

LABELS: Final = "jcr:versionLabels"
ROOT_VERSION: Final = "jcr:rootVersion"
FROZEN: Final = "jcr:frozenNode"
COMMENT: Final = "cq:versionComment"
_FROZEN_FACTS: Final = ("jcr:frozenPrimaryType", "jcr:frozenMixinTypes", "jcr:frozenUuid")

Convert = Callable[[TreeNode, Iterable[tuple[str, NodeSpec]]], NodeSpec]


@dataclass(frozen=True)
class Version:
    """`id` is the uuid of the nt:version, `name` its number, e.g. `1.0`."""

    id: str
    name: str
    path: NodePath
    created: datetime | None
    created_by: str
    label: str
    comment: str


def create(path: NodePath, *, label: str = "", comment: str = "", user: str = "admin") -> Version:
    """Freeze an asset as it is now. ConstraintViolation if the label is taken; NodeNotFound."""
    with tree.writing():
        node = tree.get(path)
        history = _history(node)
        base = _latest(history)
        if label and label in tree.get(history.path / LABELS).properties:
            raise ConstraintViolation(f"There is already a version with the label {label}")
        version_id = str(uuids.uuid4())
        properties: Properties = {"jcr:predecessors": values.references([base.uuid or ""])}
        if comment:
            properties[COMMENT] = values.storable(comment)
        made = tree.create(
            history.path / _next_name(history),
            "nt:version",
            properties,
            mixins=("mix:referenceable",),
            uuid=version_id,
            children={FROZEN: _frozen(tree.subtree(path))},
            user=user,
        )
        if label:
            tree.set_properties(history.path / LABELS, {values.storable(label): values.reference(version_id)})
        _mark_versioned(node, history, version_id)
        return _version(made, {version_id: label})


def listed(path: NodePath) -> list[Version]:
    """The versions of an asset, oldest first; empty if it has none. NodeNotFound."""
    node = tree.get(path)
    history = tree.version_history(node.uuid) if node.uuid else None
    if history is None or not tree.exists(history):
        return []
    labels = tree.get(history / LABELS).properties
    by_id = {values.text(reference): label for label, reference in labels.items()}
    made = tree.children(history, types=["nt:version"])
    return [_version(version, by_id) for version in made if version.name != ROOT_VERSION]


def restore(path: NodePath, version: str, user: str = "admin") -> TreeNode:
    """Give an asset the content of a version: its id, its name or its label. NodeNotFound.

    What the asset was is kept as a version first, as AEM does. A rendition that was still being made then is asked
    for again.
    """
    with tree.writing():
        chosen = _chosen(path, version)
        create(path, comment=f"Before restoring {chosen.name}", user=user)
        asset = tree.get(path)
        thawed = _thawed(tree.subtree(chosen.path / FROZEN))
        jobs.supersede(asset.uuid or "")
        tree.replace_children(asset, {**dict.fromkeys(_names(path)), **thawed.children}, changed=path, user=user)
        _resume(tree.get(path))
        return tree.get(path)


def historic(node: TreeNode, version: str) -> TreeNode | None:
    """What a node was in a version (its label or name) of the asset that it is or is part of; None if it was not there.

    Source: sling-org-apache-sling-jcr-resource, JcrItemResourceFactory.
    """
    asset, below = node, ""
    while "mix:versionable" not in asset.mixins:
        above = tree.find(asset.path.parent) if asset.path != ROOT else None
        if above is None:
            return None
        asset, below = above, f"/{asset.name}{below}"
    made = listed(asset.path)
    found = next((one for one in made if one.label == version), None) if version else None
    found = found or next((one for one in made if one.name == version), None)
    return tree.find(NodePath(f"{found.path}/{FROZEN}{below}")) if found else None


def _resume(asset: TreeNode) -> None:
    from repository import assets

    content = tree.get(asset.path / assets.CONTENT)
    if content.text("dam:assetState") == assets.AssetState.PROCESSING:
        assets.process(asset)


def _names(path: NodePath) -> list[str]:
    return [child.name for child in tree.children(path)]


def _chosen(path: NodePath, version: str) -> Version:
    for made in listed(path):
        if version in {made.id, made.name, made.label}:
            return made
    raise NodeNotFound(f"{path} in version {version}")


def _history(node: TreeNode) -> TreeNode:
    if not node.is_asset or node.uuid is None:
        raise ConstraintViolation(f"{node.path} cannot have versions")
    path = tree.version_history(node.uuid)
    for ancestor in (path.parent.parent, path.parent):
        tree.ensure(ancestor, NodeSpec("rep:versionStorage"), user="system")
    root = NodeSpec("nt:version", mixins=("mix:referenceable",))
    tree.ensure(
        path,
        NodeSpec(
            "nt:versionHistory",
            {"jcr:versionableUuid": node.uuid},
            ("mix:referenceable",),
            children={LABELS: NodeSpec("nt:versionLabels"), ROOT_VERSION: root},
        ),
        user="system",
    )
    return tree.get(path)


def _latest(history: TreeNode) -> TreeNode:
    return tree.children(history.path, types=["nt:version"], order="-position", limit=1)[0]


def _next_name(history: TreeNode) -> str:
    return f"1.{tree.count_children(history.path, types=['nt:version']) - 1}"


def _mark_versioned(node: TreeNode, history: TreeNode, version_id: str) -> None:
    tree.add_mixin(node.path, "mix:versionable")
    properties: Properties = {
        "jcr:isCheckedOut": True,
        "jcr:versionHistory": values.reference(history.uuid or ""),
        "jcr:baseVersion": values.reference(version_id),
        "jcr:predecessors": values.references([version_id]),
    }
    tree.set_properties(node.path, properties, system=True)
    changes.record([node.path], "modified")


def _version(node: TreeNode, labels: dict[str, str]) -> Version:
    return Version(
        id=node.uuid or "",
        name=node.name,
        path=node.path,
        created=values.moment(node.properties.get("jcr:created")),
        created_by=node.text("jcr:createdBy"),
        label=labels.get(node.uuid or "", ""),
        comment=node.text(COMMENT),
    )


def _frozen(nodes: list[TreeNode]) -> NodeSpec:
    """The subtree as nt:frozenNodes; `nodes` begin with its top and have parents before children."""
    return _rebuilt(nodes, _freeze)


def _thawed(nodes: list[TreeNode]) -> NodeSpec:
    return _rebuilt(nodes, _thaw)


def _rebuilt(nodes: list[TreeNode], convert: Convert) -> NodeSpec:
    below: dict[int | None, list[TreeNode]] = {}
    for node in nodes[1:]:
        below.setdefault(node.parent_id, []).append(node)

    def build(node: TreeNode) -> NodeSpec:
        return convert(node, ((child.name, build(child)) for child in below.get(node.id, [])))

    return build(nodes[0])


def _freeze(node: TreeNode, children: Iterable[tuple[str, NodeSpec]]) -> NodeSpec:
    facts: Properties = {"jcr:frozenPrimaryType": values.name(node.primary_type)}
    if node.mixins:
        facts["jcr:frozenMixinTypes"] = {"$type": "Name", "$value": list(node.mixins)}
    if node.uuid:
        facts["jcr:frozenUuid"] = node.uuid
    return NodeSpec("nt:frozenNode", {**node.properties, **facts}, binary_id=_binary_id(node), children=dict(children))


def _thaw(node: TreeNode, children: Iterable[tuple[str, NodeSpec]]) -> NodeSpec:
    return NodeSpec(
        node.text("jcr:frozenPrimaryType"),
        {name: value for name, value in node.properties.items() if name not in _FROZEN_FACTS},
        tuple(values.texts(node.properties.get("jcr:frozenMixinTypes"))),
        _binary_id(node),
        children=dict(children),
    )


def _binary_id(node: TreeNode) -> int | None:
    return node.binary.id if node.binary else None
