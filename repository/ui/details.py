"""What the page of one asset shows: its renditions in every state, its metadata, its versions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from repository import tree, values, versions
from repository.paths import NodePath
from repository.tree import TreeNode
from repository.ui import filetypes
from repository.ui.items import FAILED, METADATA, RENDITIONS, Asset, failure_of, items, rendition_url, stamp_of
from repository.ui.metadata_fields import Field, main_fields, other_fields
from repository.ui.processing import ORIGINAL, Failure
from repository.ui.timeline import Moment, timeline
from repository.versions import FROZEN, Version

RenditionState = Literal["stored", "processing", "failed", "inapplicable", "missing"]
# What a browser can show by itself, and so the original may stand for its preview.
SHOWABLE: Final = frozenset(
    ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/svg+xml", "image/bmp"),
)
_PREVIEWS: Final = ("cq5dam.web.1280.1280.jpeg", "cq5dam.zoom.2048.2048.jpeg", "cq5dam.thumbnail.319.319.png")
_FROZEN_ORIGINAL: Final = f"{FROZEN}/{RENDITIONS}/{ORIGINAL}/jcr:content"


@dataclass(frozen=True)
class Rendition:
    """`size` in bytes, pixels 0 while unknown; `failure` says why there is none, or no newer one."""

    name: str
    state: RenditionState
    mime_type: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    url: str = ""
    failure: Failure | None = None

    @property
    def type_label(self) -> str:
        return filetypes.label(self.mime_type, self.name)

    @property
    def type_icon(self) -> str:
        return filetypes.icon(self.mime_type)

    @property
    def is_showable(self) -> bool:
        return self.state == "stored" and self.mime_type in SHOWABLE

    @property
    def see_through(self) -> bool:
        return filetypes.is_see_through(self.mime_type)


@dataclass(frozen=True)
class OldVersion:
    """A version with its original: what it looked like then."""

    version: Version
    original: Rendition


@dataclass(frozen=True)
class Details:
    """`versions` and `timeline`: the newest first."""

    asset: Asset
    renditions: list[Rendition]
    main_fields: list[Field]
    other_fields: list[Field]
    versions: list[OldVersion]
    timeline: list[Moment]

    @property
    def preview(self) -> Rendition | None:
        """The best that there is to look at: the web rendition, else the original if browsers can show it."""
        showable = {rendition.name: rendition for rendition in self.renditions if rendition.is_showable}
        names = _PREVIEWS if self.asset.state == "failed" else (*_PREVIEWS, ORIGINAL)
        return next((showable[name] for name in names if name in showable), None)


def details(node: TreeNode) -> Details:
    asset = items([node])[0]
    if not isinstance(asset, Asset):
        raise TypeError(f"{node.path} is no asset")
    metadata = tree.find(node.path / METADATA)
    properties = metadata.properties if metadata else {}
    listed = versions.listed(node.path)[::-1]
    return Details(
        asset,
        list(_renditions(node.path, asset)),
        main_fields(properties),
        other_fields(properties),
        list(_with_originals(listed)),
        timeline(node, listed),
    )


def _renditions(path: NodePath, asset: Asset) -> Iterable[Rendition]:
    """The original, then what was asked for in that order, then what is there unasked."""
    requested = values.texts(tree.get(path / "jcr:content").properties.get("dam:processingRenditions"))
    stored = {node.name: node for node in tree.children(path / RENDITIONS)}
    failed = {node.name: failure_of(node.name, node.properties) for node in tree.children(path / FAILED)}
    files = tree.get_many(path / RENDITIONS / name / part for name in stored for part in _FILE_PARTS)
    for name in dict.fromkeys((ORIGINAL, *requested, *stored, *failed)):
        if name in stored:
            failure = failed.get(name)
            shown = failure if failure and failure.is_applicable else None
            yield replace(_stored(path, name, asset, files), failure=shown)
        elif name in failed:
            state: RenditionState = "failed" if failed[name].is_applicable else "inapplicable"
            yield Rendition(name, state, failure=failed[name])
        else:
            yield Rendition(name, "processing" if asset.state == "processing" else "missing")


_FILE_PARTS = ("jcr:content", "jcr:content/metadata")


def _stored(path: NodePath, name: str, asset: Asset, files: dict[NodePath, TreeNode]) -> Rendition:
    folder = path / RENDITIONS / name
    file, metadata = (files.get(folder / part) for part in _FILE_PARTS)
    binary = file.binary if file else None
    pixels = metadata.properties if metadata else {}
    width, height = (values.integer(pixels.get(key)) or 0 for key in ("tiff:ImageWidth", "tiff:ImageLength"))
    mime_type = binary.mime_type if binary else ""
    if name == ORIGINAL:
        width, height, mime_type = asset.width, asset.height, asset.mime_type or mime_type
    url = rendition_url(path, name, stamp_of(file)) if file else ""
    return Rendition(name, "stored", mime_type, binary.size if binary else 0, width, height, url)


def _with_originals(listed: Iterable[Version]) -> Iterable[OldVersion]:
    listed = list(listed)
    files = tree.get_many(version.path / _FROZEN_ORIGINAL for version in listed)
    for version in listed:
        file = files.get(version.path / _FROZEN_ORIGINAL)
        binary = file.binary if file else None
        if file is None or binary is None:
            yield OldVersion(version, Rendition(ORIGINAL, "missing"))
        else:
            yield OldVersion(version, Rendition(ORIGINAL, "stored", binary.mime_type, binary.size, url=file.path.href))
