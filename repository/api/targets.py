"""What a URL of the Assets HTTP API means: /api/assets is /content/dam, with renditions and comments below an asset."""

from dataclasses import dataclass

from repository import tree
from repository.errors import NodeNotFound
from repository.paths import DAM, NodePath
from repository.tree import TreeNode

RENDITIONS, COMMENTS = "renditions", "comments"
_FOLDERS = {RENDITIONS: "jcr:content/renditions", COMMENTS: "jcr:content/comments"}
EXTENSION = ".json"


@dataclass(frozen=True)
class Target:
    """`path` below /content/dam; `node` if there is one. `part` and `name` say which rendition or comment of it."""

    path: NodePath
    node: TreeNode | None
    part: str = ""
    name: str = ""

    @property
    def existing(self) -> TreeNode:
        if self.node is None:
            raise NodeNotFound(self.path)
        return self.node

    @property
    def part_path(self) -> NodePath:
        """Where the tree keeps the renditions or comments, or the one that is meant."""
        folder = self.path / _FOLDERS[self.part]
        return folder / self.name if self.name else folder


def locate(rest: str) -> Target:
    """`rest` is what follows /api/assets in the decoded URL, e.g. `/a/b.jpg/renditions/x.png.json`."""
    exact = _located(rest)
    if exact.node and (not exact.name or tree.exists(exact.part_path)):
        return exact
    if not rest.endswith(EXTENSION):
        return exact
    shorter = _located(rest.removesuffix(EXTENSION))
    return shorter if shorter.node else exact


def _located(rest: str) -> Target:
    path = NodePath.from_url(f"{DAM}{rest.rstrip('/')}")
    wanted = [ancestor for ancestor in path.ancestors if ancestor.is_under(DAM)]
    found = tree.get_many([path, *wanted])
    if path in found:
        return Target(path, found[path])
    asset = next((node for node in found.values() if node.is_asset), None)
    if asset is None:
        return Target(path, None)
    part, _, name = path.relative_to(asset.path).partition("/")
    if part not in _FOLDERS or "/" in name:
        return Target(path, None)
    return Target(asset.path, asset, part, name)
