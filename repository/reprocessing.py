"""Processing assets again: all of it, or the default renditions, the metadata or the profile's renditions alone.

Each asset gets a job of its own, and with it a new generation: events of jobs before it change nothing any more.
Source: help/assets/reprocessing.md.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils import timezone

from repository import asset_profiles, assets, tree
from repository.errors import ConstraintViolation, NodeNotFound
from repository.outcomes import SYSTEM_USER
from repository.paths import DAM, NodePath
from repository.profiles import FULL, ORIGINAL, Part
from repository.tree import NodeSpec, TreeNode

AT_ONCE: Final = 50  # assets in one transaction, so that uploads meanwhile need not wait for all

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reprocessing:
    """What was started: `id` names it in logs, `assets` are those that have a job now."""

    id: str
    assets: tuple[NodePath, ...]


def start(
    paths: Sequence[NodePath],
    parts: frozenset[Part] = FULL,
    *,
    post_process: bool = False,
    description: str = "",
    user: str = "admin",
) -> Reprocessing:
    """Process assets again; of a folder, all that is in it, at any depth.

    NodeNotFound or ConstraintViolation, and nothing is done, when a path is neither an asset nor a folder.
    """
    wanted = list(dict.fromkeys(asset for path in paths for asset in _assets_at(path)))
    job_id = new_job_id()
    logger.info("Reprocessing %s (%s): %d assets, %s", job_id, description, len(wanted), ", ".join(sorted(parts)))
    started = [path for some in _chunks(wanted) for path in _process(some, parts, user)]
    if post_process:
        logger.info("Reprocessing %s: a post-processing workflow would run now; there is none here", job_id)
    return Reprocessing(job_id, tuple(started))


def new_job_id() -> str:
    """In the form of AEM's job ids: the minute, then a unique name."""
    return f"{timezone.now():%Y/%-m/%-d/%-H/%-M}/{uuid.uuid4()}_0"


def _chunks(paths: Sequence[NodePath]) -> Iterator[Sequence[NodePath]]:
    for first in range(0, len(paths), AT_ONCE):
        yield paths[first : first + AT_ONCE]


def _assets_at(path: NodePath) -> Iterable[NodePath]:
    node = tree.find(path)
    if node is None:
        raise NodeNotFound(path)
    if node.is_asset:
        return [path]
    if not node.is_folder or not (path == DAM or path.is_under(DAM)):
        raise ConstraintViolation(f"{path} is neither an asset nor a folder of assets")
    return _assets_below(path)


def _assets_below(folder: NodePath) -> list[NodePath]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path FROM repository_node WHERE path >= %s AND path < %s AND primary_type = 'dam:Asset'"
            " ORDER BY path",
            folder.below,
        )
        return [NodePath.stored(row[0]) for row in cursor.fetchall()]


def _process(paths: Sequence[NodePath], parts: frozenset[Part], user: str) -> list[NodePath]:
    """Those that are still there and have anything to ask for."""
    with tree.writing():
        found = tree.get_many(paths)
        there = [found[path] for path in paths if path in found and found[path].is_asset]
        return [asset.path for asset in there if _process_asset(asset, parts, user)]


def _process_asset(asset: TreeNode, parts: frozenset[Part], user: str) -> bool:
    if not tree.exists(asset.path / assets.CONTENT):
        return False
    wanted = asset_profiles.requested_for(asset, parts)
    if parts == FULL:
        _remove_stale(asset, {rendition.name for rendition in wanted})
        assets.process(asset, wanted, user)
    elif wanted:
        assets.process_partly(asset, wanted, user)
    return bool(wanted)


def _remove_stale(asset: TreeNode, wanted: set[str]) -> None:
    """Renditions that a job made and that no profile asks for any more; what people uploaded stays."""
    folder = tree.find(asset.path / assets.RENDITIONS)
    if folder is None:
        return
    others = [child.path for child in tree.children(folder.path) if child.name not in {ORIGINAL, *wanted}]
    files = tree.get_many(path / assets.CONTENT for path in others)
    made = [file.path.parent for file in files.values() if file.text("jcr:lastModifiedBy") == SYSTEM_USER]
    stale: dict[str, NodeSpec | None] = {path.name: None for path in made}
    if stale:
        tree.replace_children(folder, stale, changed=asset.path, user=SYSTEM_USER)
