"""What a card or a row shows of a folder or an asset, read in a fixed number of statements for a whole page of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from django.db import connection

from repository import tree, values
from repository.paths import NodePath
from repository.tree import BinaryRef, TreeNode
from repository.ui import filetypes
from repository.ui.processing import ORIGINAL, Failure, Progress, progress

CONTENT: Final = "jcr:content"
METADATA: Final = "jcr:content/metadata"
RENDITIONS: Final = "jcr:content/renditions"
FAILED: Final = "jcr:content/dam:failedRenditions"
ORIGINAL_FILE: Final = f"{RENDITIONS}/{ORIGINAL}/jcr:content"
THUMBNAIL: Final = "cq5dam.thumbnail.319.319.png"
THUMBNAIL_FILE: Final = f"{RENDITIONS}/{THUMBNAIL}/jcr:content"


@dataclass(frozen=True)
class Folder:
    path: NodePath
    title: str
    count: int

    kind = "folder"

    @property
    def url(self) -> str:
        return f"/assets.html{self.path.href}"


@dataclass(frozen=True)
class Asset:
    """Pixels are 0 and `thumbnail` is empty while they are unknown. `size` in bytes."""

    path: NodePath
    title: str
    mime_type: str
    size: int
    width: int
    height: int
    modified: datetime | None
    thumbnail: str
    progress: Progress

    kind = "asset"

    @property
    def url(self) -> str:
        return f"/assetdetails.html{self.path.href}"

    @property
    def type_label(self) -> str:
        return filetypes.label(self.mime_type, self.path.name)

    @property
    def type_icon(self) -> str:
        return filetypes.icon(self.mime_type)

    @property
    def see_through(self) -> bool:
        return filetypes.is_see_through(self.mime_type)

    @property
    def state(self) -> str:
        return self.progress.state


Item = Folder | Asset


def items(nodes: Sequence[TreeNode]) -> list[Item]:
    """In the order of `nodes`, which are folders and assets."""
    assets = [node for node in nodes if node.is_asset]
    folders = [node for node in nodes if not node.is_asset]
    made: dict[NodePath, Item] = {}
    made |= {item.path: item for item in _folders(folders)} if folders else {}
    made |= {item.path: item for item in _assets(assets)} if assets else {}
    return [made[node.path] for node in nodes]


def folder(node: TreeNode) -> Folder:
    return next(iter(_folders([node])))


def rendition_url(asset: NodePath, rendition: str, stamp: str) -> str:
    """`stamp` changes when the rendition does, so that a browser never shows the one before."""
    path = (asset / RENDITIONS / rendition).href
    return f"{path}?v={stamp}" if stamp else path


def stamp_of(file: TreeNode) -> str:
    """Differs between two binaries of the same rendition."""
    return str(file.binary.id) if file.binary else ""


def _folders(nodes: Sequence[TreeNode]) -> Iterable[Folder]:
    contents = tree.get_many(node.path / CONTENT for node in nodes)
    counts = _child_counts([node.id for node in nodes])
    for node in nodes:
        content = contents.get(node.path / CONTENT)
        title = content.text("jcr:title") if content else node.text("jcr:title")
        yield Folder(node.path, title or node.name, counts.get(node.id, 0) - (1 if content else 0))


def _child_counts(ids: Sequence[int]) -> dict[int, int]:
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT parent_id, COUNT(*) FROM repository_node WHERE parent_id IN ({marks}) GROUP BY parent_id", ids
        )
        return dict(cursor.fetchall())


def _assets(nodes: Sequence[TreeNode]) -> Iterable[Asset]:
    parts = (CONTENT, METADATA, RENDITIONS, FAILED, ORIGINAL_FILE, THUMBNAIL_FILE)
    found = tree.get_many(node.path / part for node in nodes for part in parts)
    lists = [found[path] for node in nodes for path in (node.path / RENDITIONS, node.path / FAILED) if path in found]
    children = _children_of([node.id for node in lists])
    for node in nodes:
        yield _asset(node, {part: found.get(node.path / part) for part in parts}, children)


def _asset(
    node: TreeNode, parts: dict[str, TreeNode | None], children: dict[int, dict[str, values.Properties]]
) -> Asset:
    content, metadata, original, thumbnail = (parts[p] for p in (CONTENT, METADATA, ORIGINAL_FILE, THUMBNAIL_FILE))
    binary = original.binary if original else None
    properties = metadata.properties if metadata else {}
    return Asset(
        path=node.path,
        title=values.text(properties.get("dc:title")) or node.name,
        mime_type=_mime_type(properties, binary),
        size=binary.size if binary else 0,
        width=values.integer(properties.get("tiff:ImageWidth")) or 0,
        height=values.integer(properties.get("tiff:ImageLength")) or 0,
        modified=_modified(node, content),
        thumbnail=rendition_url(node.path, THUMBNAIL, stamp_of(thumbnail)) if thumbnail else "",
        progress=_progress(content, parts[RENDITIONS], parts[FAILED], children),
    )


def _mime_type(metadata: values.Properties, binary: BinaryRef | None) -> str:
    return values.text(metadata.get("dc:format")) or (binary.mime_type if binary else "")


def _modified(node: TreeNode, content: TreeNode | None) -> datetime | None:
    changed = values.moment(content.properties.get("jcr:lastModified")) if content else None
    return changed or values.moment(node.properties.get("jcr:created"))


def _progress(
    content: TreeNode | None,
    renditions: TreeNode | None,
    failed: TreeNode | None,
    children: dict[int, dict[str, values.Properties]],
) -> Progress:
    attached = children.get(renditions.id, {}) if renditions else {}
    failures = children.get(failed.id, {}) if failed else {}
    return progress(
        content.text("dam:assetState") if content else "",
        values.texts(content.properties.get("dam:processingRenditions")) if content else [],
        attached.keys(),
        [failure_of(name, properties) for name, properties in failures.items()],
        _older(attached, content) if content and content.text("dam:assetState") == "processing" else (),
    )


def _older(attached: Mapping[str, values.Properties], content: TreeNode) -> list[str]:
    """Renditions that were there when others were requested; each that is attached is a node of its own."""
    requested = values.moment(content.properties.get("dam:processingRequestedDate"))
    made = {name: values.moment(properties.get("jcr:created")) for name, properties in attached.items()}
    return [name for name, moment in made.items() if moment and requested and moment <= requested]


def failure_of(name: str, properties: values.Properties) -> Failure:
    """From a child of dam:failedRenditions."""
    return Failure(name, values.text(properties.get("reason")), values.text(properties.get("message")))


def _children_of(parents: Sequence[int]) -> dict[int, dict[str, values.Properties]]:
    """Name and properties of the children of each of these nodes, in order."""
    if not parents:
        return {}
    marks = ", ".join(["%s"] * len(parents))
    found: dict[int, dict[str, values.Properties]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parent_id, name, properties FROM repository_node"
            f" WHERE parent_id IN ({marks}) ORDER BY parent_id, position",
            parents,
        )
        for parent, name, properties in cursor.fetchall():
            found[parent][name] = orjson.loads(properties)
    return found
