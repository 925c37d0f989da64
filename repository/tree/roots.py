"""The nodes that are always there, as a fresh AEM has them."""

from typing import Final

from django.db import connection

from repository.errors import ConstraintViolation
from repository.paths import ROOT, NodePath
from repository.texts import _
from repository.tree.locks import writing
from repository.tree.node import NodeSpec
from repository.tree.reading import exists

_FOLDER: Final = NodeSpec("sling:Folder")

ROOTS: Final[dict[NodePath, NodeSpec]] = {
    NodePath("/content"): NodeSpec("sling:OrderedFolder"),
    NodePath("/content/dam"): NodeSpec(
        "sling:Folder", children={"jcr:content": NodeSpec("nt:unstructured", {"jcr:title": "Assets"})}
    ),
    NodePath("/conf"): _FOLDER,
    NodePath("/conf/global"): _FOLDER,
    NodePath("/conf/global/settings"): _FOLDER,
    NodePath("/conf/global/settings/dam"): _FOLDER,
    NodePath("/conf/global/settings/dam/processing"): NodeSpec(
        "cq:Page", children={"jcr:content": NodeSpec("nt:unstructured", {"mergeList": True})}
    ),
    NodePath("/home"): _FOLDER,
    NodePath("/tmp"): _FOLDER,
    NodePath("/jcr:system"): NodeSpec("rep:system"),
    NodePath("/jcr:system/jcr:versionStorage"): NodeSpec("rep:versionStorage"),
}


def ensure_roots() -> None:
    """Make those that are missing: on the first start, and after everything was deleted."""
    from repository.tree.creating import ensure

    with writing():
        if not exists(ROOT):
            _insert_root()
        for path, spec in ROOTS.items():
            ensure(path, spec, user="system")


def generation() -> int:
    """Another number each time that the tree was emptied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM repository_node WHERE path = '/'")
        row: tuple[int] | None = cursor.fetchone()
    return row[0] if row else 0


def check_not_root(path: NodePath) -> None:
    """Only nodes that are not always there can be moved or deleted."""
    if path == ROOT or path in ROOTS:
        raise ConstraintViolation(_("%(path)s cannot be moved or deleted"), path=path)


def _insert_root() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO repository_node (path, name, depth, position, primary_type, mixins, properties)"
            " VALUES ('/', '', 0, 0, 'rep:root', '', '{}')"
        )
