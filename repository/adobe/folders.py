"""Folders of the OpenAPI family: list with a cursor, create and delete several at once."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from repository import assets, nodetypes, tree
from repository.adobe import documents
from repository.adobe.documents import Document
from repository.api.errors import BadRequest
from repository.errors import ConstraintViolation, InvalidPath, NodeNotFound
from repository.paths import DAM, NodeName, NodePath
from repository.tree import TreeNode

MAX_LIMIT = 50


def listed(parameters: Mapping[str, str]) -> Document:
    """`path` (default /content/dam), `limit` up to 50, `cursor` of the page before."""
    node = _folder(parameters.get("path") or DAM)
    limit = _limit(parameters.get("limit"))
    after = _cursor_name(parameters["cursor"]) if parameters.get("cursor") else None
    found = tree.children(node.path, after=after, limit=limit + 1, order="name", types=nodetypes.FOLDER_TYPES)
    page = found[:limit]
    answer: Document = {"self": documents.titled([node])[0], "children": documents.titled(page)}
    if len(found) > limit:
        answer["cursor"] = _cursor(page[-1].name)
    return answer


def create(wanted: Iterable[Mapping[str, Any]], user: str) -> list[Document]:
    """All of them or none. NodeExists, ParentNotFound, InvalidName."""
    with tree.writing():
        made = [assets.create_folder(_below_dam(one["path"]), one.get("title") or None, user=user) for one in wanted]
    return documents.titled(made)


def delete(paths: Iterable[str], *, everything: bool) -> None:
    """All of them or none; a folder that is not empty only with `everything`."""
    with tree.writing():
        for path in paths:
            folder = _folder(path)
            if not everything and any(child.name != assets.CONTENT for child in tree.children(folder.path, limit=2)):
                raise ConstraintViolation(f"The folder {folder.path} is not empty: ask for recursive")
            tree.delete(folder.path)


def _folder(path: str) -> TreeNode:
    node = tree.get(_below_dam(path))
    if not node.is_folder:
        raise NodeNotFound(path)
    return node


def _below_dam(text: str) -> NodePath:
    path = NodePath(text.rstrip("/"))
    if path != DAM and not path.is_under(DAM):
        raise InvalidPath(f"{path} is not below {DAM}")
    return path


def _limit(text: str | None) -> int:
    if not text:
        return MAX_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_LIMIT):
        raise BadRequest(f"limit must be a whole number from 1 to {MAX_LIMIT}")
    return int(text)


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _cursor_name(cursor: str) -> str:
    try:
        return str(NodeName(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()))
    except (binascii.Error, ValueError) as err:
        raise BadRequest("The cursor is not one of this API") from err
