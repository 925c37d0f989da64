"""Asset and folder ids of the OpenAPI family: `urn:aaid:aem:` and the node's uuid. Pure, but for the look-up."""

import re

from repository import tree
from repository.errors import NodeNotFound
from repository.tree import TreeNode

PREFIX = "urn:aaid:aem:"
PATTERN = rf"{PREFIX}[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}"
_ID = re.compile(PATTERN)


def urn(node: TreeNode) -> str:
    return f"{PREFIX}{node.uuid}"


def asset(asset_id: str) -> TreeNode:
    """The asset of an id. NodeNotFound, also for what is no asset."""
    node = tree.by_uuid(asset_id.removeprefix(PREFIX).lower()) if _ID.fullmatch(asset_id) else None
    if node is None or not node.is_asset:
        raise NodeNotFound(asset_id)
    return node
