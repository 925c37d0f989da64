"""The JSON documents of the OpenAPI family, as live clients read them."""

from collections.abc import Sequence

import orjson

from repository import assets, tree, values
from repository.adobe.identifiers import urn
from repository.api.siren import shown_metadata
from repository.paths import CONTENT, NodePath
from repository.tree import TreeNode

Document = dict[str, object]
_RENAMED = {"tiff:ImageWidth": "tiff:imageWidth", "tiff:ImageLength": "tiff:imageLength"}


def metadata(asset: TreeNode, host: str) -> Document:
    """Both halves: what people write (assetMetadata) and what the repository knows (repositoryMetadata)."""
    below = tree.get_many([asset.path / assets.CONTENT, asset.path / assets.METADATA])
    content, described = below.get(asset.path / assets.CONTENT), below.get(asset.path / assets.METADATA)
    properties = described.properties if described else {}
    return {
        "assetId": urn(asset),
        "assetMetadata": shown_metadata(properties),
        "repositoryMetadata": {
            **_repository(asset, host),
            **_changes(asset, content),
            "repo:size": values.text(properties.get("dam:size"), "0"),
            "dc:format": values.text(properties.get("dc:format")),
            **{_RENAMED.get(name, name): values.plain(properties[name]) for name in _TECHNICAL if name in properties},
            "aem:assetState": content.text("dam:assetState") if content else "",
        },
    }


def asset_metadata(asset: TreeNode) -> Document:
    """What people write of it."""
    described = tree.find(asset.path / assets.METADATA)
    return dict(shown_metadata(described.properties)) if described else {}


def folder(node: TreeNode, title: str) -> Document:
    return {"folderId": urn(node), "name": node.name, "path": node.path, "title": title or node.name}


def titled(nodes: Sequence[TreeNode]) -> list[Document]:
    """Folders with their titles, in one more query."""
    contents = tree.get_many([node.path / assets.CONTENT for node in nodes])
    titles = {path.parent: content.text("jcr:title") for path, content in contents.items()}
    return [folder(node, titles.get(node.path, "")) for node in nodes]


def renditions(asset: TreeNode, base: str) -> list[Document]:
    files = tree.children(asset.path / assets.RENDITIONS)
    contents = tree.get_many([file.path / assets.CONTENT for file in files])
    return [_rendition(asset, file, contents.get(file.path / assets.CONTENT), base) for file in files]


def encoded(document: Document | Sequence[Document]) -> bytes:
    return orjson.dumps(document)


_TECHNICAL = ("dam:sha1", "tiff:ImageWidth", "tiff:ImageLength")


def _repository(asset: TreeNode, host: str) -> Document:
    above = tree.get_many([path for path in asset.path.ancestors if path.is_under(CONTENT)])
    return {
        "repo:assetId": urn(asset),
        "repo:assetClass": "file",
        "repo:repositoryId": host,
        "repo:name": asset.name,
        "repo:path": asset.path,
        "repo:version": "1",
        "repo:state": "ACTIVE",
        "repo:ancestors": [urn(above[path]) for path in sorted(above, key=len) if above[path].uuid],
    }


def _changes(asset: TreeNode, content: TreeNode | None) -> Document:
    created, creator = asset.text("jcr:created"), asset.text("jcr:createdBy")
    return {
        "repo:createDate": created,
        "repo:createdBy": creator,
        "repo:modifyDate": content.text("jcr:lastModified", created) if content else created,
        "repo:modifiedBy": content.text("jcr:lastModifiedBy", creator) if content else creator,
    }


def _rendition(asset: TreeNode, file: TreeNode, content: TreeNode | None, base: str) -> Document:
    path = NodePath.stored(f"/{urn(asset)}/renditions/{file.name}")
    found: Document = {"name": file.name, "href": f"{base}/adobe/assets{path.href}"}
    if content and content.binary:
        found |= {"format": content.text("jcr:mimeType"), "size": content.binary.size}
    return found
