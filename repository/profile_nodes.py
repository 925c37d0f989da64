"""Processing profiles as nodes: what of a subtree is a profile, and what nodes a profile becomes. Pure.

The layout is AEM's: cq:Page for the profile and for each rendition, properties in jcr:content. Where AEM's own layout
is not known, in custom workers, it is ours: resource type dam/processing/profile/worker, `worker` for the URL and a
child `params`. What AEM's log shows of one is read, too: a child `workerParameters`, the URL among them. Numbers are
read as Long and as String, since migration tools write both; 0 means none, as theirs does.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from repository import values
from repository.mime_rules import MimeRules
from repository.paths import NodePath
from repository.profiles import (
    VIDEO_CODEC,
    VIDEO_FORMAT,
    ImageRendition,
    Profile,
    Row,
    VideoRendition,
    WorkerRendition,
)
from repository.tree import NodeSpec, TreeNode
from repository.values import Properties, Value

ROOT: Final = NodePath("/conf/global/settings/dam/processing")
CONTENT: Final = "jcr:content"
PROFILE_TYPE: Final = "dam/processing/profile"
IMAGE_TYPE: Final = "dam/processing/profile/rendition"
VIDEO_TYPE: Final = "dam/processing/profile/video"
WORKER_TYPE: Final = "dam/processing/profile/worker"
_VIDEO_TYPES: Final = frozenset({VIDEO_TYPE, f"{IMAGE_TYPE}/video"})
_PARAMS: Final = "params"
_PARAMS_OF_AEM: Final = "workerParameters"
_URL_OF_AEM: Final = "worker"
_NOT_PARAMS: Final = ("jcr:", "sling:", "cq:")


def profiles_in(nodes: Iterable[TreeNode]) -> Iterator[Profile]:
    """The profiles among the nodes, which are whole subtrees, parents before children."""
    by_path = {node.path: node for node in nodes}
    children: dict[NodePath, list[TreeNode]] = {}
    for node in sorted(by_path.values(), key=lambda node: (node.depth, node.position)):
        children.setdefault(node.path.parent, []).append(node)
    for node in by_path.values():
        content = by_path.get(node.path / CONTENT)
        if content is not None and node.path.parent == ROOT and content.text("sling:resourceType") == PROFILE_TYPE:
            pages = children.get(node.path, [])
            rows = (_row(page, by_path) for page in pages if page.name != CONTENT)
            yield Profile(content.text("jcr:title") or node.name, tuple(row for row in rows if row), node.path)


def _row(page: TreeNode, nodes: Mapping[NodePath, TreeNode]) -> Row | None:
    content = nodes.get(page.path / CONTENT)
    if content is None:
        return None
    kind = content.text("sling:resourceType")
    if kind == WORKER_TYPE:
        return _worker(page.name, content, nodes.get(content.path / _PARAMS))
    parameters = nodes.get(content.path / _PARAMS_OF_AEM)
    if parameters is not None and parameters.text(_URL_OF_AEM):
        return _worker_of_aem(page.name, content, parameters)
    if kind in _VIDEO_TYPES:
        return _video(page.name, content)
    return _image(page.name, content) if kind == IMAGE_TYPE else None


def _image(node: str, content: TreeNode) -> ImageRendition:
    fmt = content.text("fmt").lower().lstrip(".") or content.text("name").rpartition(".")[2].lower()
    return ImageRendition(
        name=content.text("name") or node,
        fmt="jpeg" if fmt == "jpg" else fmt,
        width=_number(content, "wid"),
        height=_number(content, "hei"),
        quality=_number(content, "qlt"),
        smart_crop=content.text("smartCrop") == "true",
        rules=_rules(content),
        node=node,
    )


def _video(node: str, content: TreeNode) -> VideoRendition:
    return VideoRendition(
        name=content.text("name") or node,
        width=_number(content, "wid"),
        height=_number(content, "hei"),
        bitrate=_number(content, "bitrate"),
        rules=_rules(content),
        node=node,
    )


def _worker(node: str, content: TreeNode, params: TreeNode | None) -> WorkerRendition:
    written = params.properties if params else {}
    return WorkerRendition(
        name=content.text("name") or node,
        extension=content.text("extension").lstrip("."),
        worker=content.text("worker"),
        params={key: values.text(value) for key, value in written.items() if not key.startswith(_NOT_PARAMS)},
        creates_metadata=content.text("createMetadataRendition") == "true",
        rules=_rules(content),
        node=node,
    )


def _worker_of_aem(node: str, content: TreeNode, parameters: TreeNode) -> WorkerRendition:
    read = _worker(node, content, parameters)
    params = {key: value for key, value in read.params.items() if key != _URL_OF_AEM}
    return replace(read, worker=parameters.text(_URL_OF_AEM), params=params)


def _number(content: TreeNode, name: str) -> int | None:
    number = values.integer(content.properties.get(name))
    return number if number and number > 0 else None


def _rules(content: TreeNode) -> MimeRules:
    include, exclude = (values.texts(content.properties.get(name)) for name in ("includeMimeTypes", "excludeMimeTypes"))
    return MimeRules(",".join(include), ",".join(exclude))


def profile_properties(profile: Profile) -> Properties:
    return {"jcr:title": values.storable(profile.title), "sling:resourceType": PROFILE_TYPE}


def row_specs(rows: Iterable[Row], known: Mapping[str, Properties]) -> dict[str, NodeSpec]:
    """`known`: what the nodes of these rows say already; properties that are not ours stay."""
    specs: dict[str, NodeSpec] = {}
    for row in rows:
        name = row.node if row.node in known and row.node not in specs else ""
        name = name or free_name(row.file_name.rpartition(".")[0] or row.file_name, {*specs, *known, CONTENT})
        own = _row_properties(row)
        written = {**known.get(row.node, {}), **own}
        kept = {key: value for key, value in written.items() if value is not None}
        params = {key: values.storable(value) for key, value in _params(row).items()}
        children = {_PARAMS: NodeSpec("nt:unstructured", params)} if params else {}
        specs[name] = NodeSpec("cq:Page", children={CONTENT: NodeSpec("nt:unstructured", kept, children=children)})
    return specs


def _params(row: Row) -> Mapping[str, str]:
    return row.params if isinstance(row, WorkerRendition) else {}


def _row_properties(row: Row) -> dict[str, Value | None]:
    """None takes a property away."""
    rules = {"includeMimeTypes": row.rules.include, "excludeMimeTypes": row.rules.exclude}
    named: dict[str, Value | None] = {"name": values.storable(row.name), "jcr:title": values.storable(row.name)}
    shared = named | {name: values.storable(text) for name, text in rules.items()}
    match row:
        case ImageRendition():
            sizes: dict[str, Value | None] = {"fmt": row.fmt, "wid": row.width, "hei": row.height, "qlt": row.quality}
            smart: Value | None = True if row.smart_crop else None
            return {**shared, "sling:resourceType": IMAGE_TYPE, **sizes, "smartCrop": smart}
        case VideoRendition():
            video: dict[str, Value | None] = {
                "fmt": VIDEO_FORMAT,
                "codec": VIDEO_CODEC,
                "wid": row.width,
                "hei": row.height,
                "bitrate": row.bitrate,
            }
            return {**shared, "sling:resourceType": VIDEO_TYPE, **video}
        case WorkerRendition():
            made: dict[str, Value | None] = {
                "extension": row.extension,
                "worker": row.worker,
                "createMetadataRendition": row.creates_metadata,
            }
            return {**shared, "sling:resourceType": WORKER_TYPE, **made}


def free_name(title: str, taken: set[str]) -> str:
    """`My profile` becomes `my-profile`; with a number when there is one already."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "profile"
    names = (stem, *(f"{stem}-{number}" for number in range(1, len(taken) + 2)))
    return next(name for name in names if name not in taken)
