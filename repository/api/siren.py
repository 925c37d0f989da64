"""Siren entities of folders, assets, renditions and comments. Pure.

`base` is the scheme and host that the client used: every link is absolute and ends in `.json`, or names the content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repository import values
from repository.paths import DAM, NodePath
from repository.tree import TreeNode
from repository.values import Properties

Entity = dict[str, object]

_API = "/api/assets"
_THUMBNAIL = "/_jcr_content/renditions/cq5dam.thumbnail.319.319.png"
# The API says Dublin Core where the tree says JCR.
_RENAMED = {"jcr:title": "dc:title", "jcr:description": "dc:description", "jcr:language": "dc:language"}
_MESSAGE = {"jcr:description": "message"}
_HIDDEN_NAMESPACES = ("jcr:", "sling:", "rep:")


@dataclass(frozen=True)
class Page:
    """One page of children: `total` of all, `offset` of the first."""

    total: int
    offset: int
    limit: int

    def properties(self) -> Entity:
        return {"total": self.total, "offset": self.offset, "limit": self.limit}


def folder(base: str, node: TreeNode, content: Properties, page: Page, children: Sequence[Entity]) -> Entity:
    """`content` are the properties of its jcr:content."""
    url = f"{base}{api_path(node.path)}.json"
    links = [
        link("self", url),
        *([] if node.path == DAM else [link("parent", f"{base}{api_path(node.path.parent)}.json")]),
        link("content", f"{base}{node.path.href}.infinity.json"),
        *_paging_links(url, page),
    ]
    properties = {"name": node.name, **titles(content), "srn:paging": page.properties()}
    return {"class": ["assets/folder"], "properties": properties, "entities": list(children), "links": links}


def folder_child(base: str, href: str, name: str, content: Properties) -> Entity:
    """`href` is the encoded path of the child, made once of its parent's: encoding is what costs on a list."""
    links = [
        link("self", f"{base}{_API}{href.removeprefix(DAM)}.json"),
        link("content", f"{base}{href}.infinity.json"),
    ]
    properties = {"name": name, **titles(content)}
    return {"rel": ["child"], "class": ["assets/folder"], "properties": properties, "links": links}


def asset(base: str, node: TreeNode, metadata: Properties, page: Page, renditions: Sequence[Entity]) -> Entity:
    properties = {
        "name": node.name,
        **_asset_titles(metadata),
        "metadata": shown_metadata(metadata),
        "srn:paging": page.properties(),
    }
    links = _asset_links(base, node.path.href)
    links.insert(1, link("parent", f"{base}{api_path(node.path.parent)}.json"))
    links += _paging_links(f"{base}{api_path(node.path)}.json", page)
    return {"class": ["assets/asset"], "properties": properties, "entities": list(renditions), "links": links}


def asset_child(base: str, href: str, name: str, metadata: Properties) -> Entity:
    """`href` as in `folder_child`."""
    reduced = {key: values.plain(metadata[key]) for key in ("dc:format", "dam:size") if key in metadata}
    properties = {"name": name, **_asset_titles(metadata), "metadata": reduced}
    return {"rel": ["child"], "class": ["assets/asset"], "properties": properties, "links": _asset_links(base, href)}


def rendition(base: str, asset_path: NodePath, name: str, content: TreeNode | None) -> Entity:
    """`content` is the nt:resource with the bytes."""
    properties: Entity = {"name": name}
    if content and content.binary:
        properties |= {"dc:format": content.text("jcr:mimeType"), "dam:size": content.binary.size}
        properties |= {key: values.plain(value) for key, value in _dates(content.properties).items()}
    links = [
        link("self", f"{base}{api_path(asset_path / 'renditions' / name)}.json"),
        link("parent", f"{base}{api_path(asset_path)}.json"),
        link("content", f"{base}{(asset_path / 'jcr:content/renditions' / name).href}"),
    ]
    return {"rel": ["child"], "class": ["assets/rendition"], "properties": properties, "links": links}


def comment(base: str, asset_path: NodePath, node: TreeNode) -> Entity:
    properties = {_MESSAGE.get(name, name): values.plain(value) for name, value in node.properties.items()}
    links = [
        link("self", f"{base}{api_path(asset_path / 'comments' / node.name)}.json"),
        link("parent", f"{base}{api_path(asset_path)}.json"),
    ]
    return {
        "rel": ["child"],
        "class": ["assets/comment"],
        "properties": {"name": node.name, **properties},
        "links": links,
    }


def collection(base: str, path: NodePath, kind: str, page: Page, children: Sequence[Entity]) -> Entity:
    """The renditions or comments of an asset by themselves; `path` is that of the API's view of them."""
    links = [
        link("self", f"{base}{api_path(path)}.json"),
        link("parent", f"{base}{api_path(path.parent)}.json"),
        *_paging_links(f"{base}{api_path(path)}.json", page),
    ]
    properties = {"name": path.name, "srn:paging": page.properties()}
    return {"class": [kind], "properties": properties, "entities": list(children), "links": links}


def service_document(base: str) -> Entity:
    """What /api.json lists: the one service that there is."""
    assets = {
        "rel": ["child"],
        "class": ["core/service"],
        "properties": {"name": "assets", "dc:title": "Assets"},
        "links": [link("self", f"{base}/api/assets.json")],
    }
    return {
        "class": ["core/services"],
        "properties": {"name": "api", "srn:paging": Page(1, 0, 20).properties()},
        "entities": [assets],
        "links": [link("self", f"{base}/api.json")],
    }


def response(status: int, message: str, path: NodePath, changes: Sequence[tuple[str, str]] = ()) -> Entity:
    """What a write answers; Adobe's upload script reads `properties["status.code"]`."""
    properties = {
        "path": path,
        "location": f"{api_path(path)}.json",
        "parentLocation": f"{api_path(path.parent)}.json",
        "status.code": status,
        "status.message": message,
        "changes": [{"type": kind, "argument": argument} for kind, argument in changes],
        "referer": "",
    }
    return {"class": ["core/response"], "properties": properties}


def link(rel: str, href: str) -> Entity:
    return {"rel": [rel], "href": href}


def api_path(path: NodePath) -> str:
    """/content/dam/a is /api/assets/a; encoded."""
    return f"{_API}{path.href.removeprefix(DAM)}"


def titles(content: Properties) -> Entity:
    return {renamed: values.plain(content[name]) for name, renamed in _RENAMED.items() if name in content}


def shown_metadata(metadata: Properties) -> Entity:
    """Of the registered namespaces; what JCR keeps for itself is left to Sling's JSON."""
    shown = {name: value for name, value in metadata.items() if ":" in name and not name.startswith(_HIDDEN_NAMESPACES)}
    return {name: values.plain(value) for name, value in shown.items()}


def _asset_titles(metadata: Properties) -> Entity:
    return {name: values.plain(metadata[name]) for name in _RENAMED.values() if name in metadata}


def _asset_links(base: str, href: str) -> list[Entity]:
    return [
        link("self", f"{base}{_API}{href.removeprefix(DAM)}.json"),
        link("content", f"{base}{href}"),
        link("thumbnail", f"{base}{href}{_THUMBNAIL}"),
    ]


def _paging_links(url: str, page: Page) -> list[Entity]:
    links = []
    if page.offset + page.limit < page.total and page.limit:
        links.append(link("next", f"{url}?offset={page.offset + page.limit}&limit={page.limit}"))
    if page.offset > 0:
        links.append(link("prev", f"{url}?offset={max(0, page.offset - page.limit)}&limit={page.limit}"))
    return links


def _dates(properties: Mapping[str, values.Value]) -> Properties:
    return {name: properties[name] for name in ("jcr:lastModified", "jcr:lastModifiedBy") if name in properties}
