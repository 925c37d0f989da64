"""The processing profiles of the repository, and the folders that they are applied to."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from repository import nodetypes, tree, values
from repository.errors import ConstraintViolation, NodeNotFound
from repository.paths import NodePath
from repository.profile_nodes import CONTENT, ROOT, free_name, profile_properties, profiles_in, row_specs
from repository.profiles import DEFAULT_PROFILE, FPO_RENDITION, ImageRendition, Profile, Row
from repository.texts import _
from repository.tree import NodeSpec

ASSIGNMENT: Final = "processingProfile"


@dataclass(frozen=True)
class Assignment:
    """The profile that holds for a folder: `profile` is a path, `folder` where it was assigned."""

    profile: NodePath
    folder: NodePath


def listed() -> list[Profile]:
    """All profiles, in the order of their nodes."""
    return list(profiles_in(tree.subtree(ROOT)))


def read(path: NodePath) -> Profile:
    """NodeNotFound when there is no profile at this path."""
    found = list(profiles_in(tree.subtree(path))) if path.parent == ROOT and path.name != CONTENT else []
    if not found:
        raise NodeNotFound(path)
    return found[0]


def create(profile: Profile, user: str = "admin") -> Profile:
    """Store a new profile under a name made of its title."""
    with tree.writing():
        path = ROOT / _free_name(profile.title)
        content = NodeSpec("nt:unstructured", profile_properties(profile))
        tree.create(path, "cq:Page", children={CONTENT: content, **row_specs(profile.rows, {})}, user=user)
        return read(path)


def replace(path: NodePath, profile: Profile, user: str = "admin") -> Profile:
    """Give a stored profile another title and other rows; what else its nodes say stays. NodeNotFound."""
    with tree.writing():
        old = read(path)
        contents = tree.get_many(child.path / CONTENT for child in tree.children(path) if child.name != CONTENT)
        known = {content.parent.name: node.properties for content, node in contents.items()}
        rows = [_in_its_place(row, old.rows, profile.rows) for row in profile.rows]
        specs = row_specs(rows, known)
        gone: dict[str, NodeSpec | None] = {row.node: None for row in old.rows if row.node not in specs}
        tree.replace_children(tree.get(path), {**gone, **specs}, changed=path, user=user)
        tree.set_properties(path / CONTENT, profile_properties(profile), changed=path)
        return read(path)


def _in_its_place(row: Row, old: Sequence[Row], new: Sequence[Row]) -> Row:
    """A row that names no node, in the node of the one that it replaces: that of its kind and file name.

    Of “Create FPO Rendition” only the quality is known; what else was written into its node stays.
    """
    taken = {other.node for other in new}
    replaced = next((one for one in old if one.kind == row.kind and one.file_name == row.file_name), None)
    if row.node or replaced is None or replaced.node in taken:
        return row
    if isinstance(row, ImageRendition) and isinstance(replaced, ImageRendition) and row.name == FPO_RENDITION:
        return dataclasses.replace(replaced, quality=row.quality)
    return dataclasses.replace(row, node=replaced.node)


def standard_rows() -> tuple[Row, ...]:
    """The pictures of the hidden default profile as rows, to start a profile from."""
    pictures = [default for default in DEFAULT_PROFILE if "width" in default.instructions]
    return tuple(ImageRendition(default.name, **default.instructions) for default in pictures)


def copy(path: NodePath, title: str, user: str = "admin") -> Profile:
    """A copy under another title, everything else alike. NodeNotFound."""
    with tree.writing():
        read(path)
        target = ROOT / _free_name(title)
        tree.copy(path, target, user)
        tree.set_properties(target / CONTENT, {"jcr:title": values.storable(title)}, changed=target)
        return read(target)


def delete(path: NodePath) -> None:
    """Delete a profile; folders that it was applied to have none then. NodeNotFound."""
    with tree.writing():
        read(path)
        for folder in folders_with(path):
            assign(folder, None)
        tree.delete(path)


def assignment_of(folder: NodePath) -> Assignment | None:
    """The profile of a folder: its own, or that of the nearest ancestor that has one."""
    levels = [*folder.ancestors, folder]
    found = tree.get_many(path for level in levels for path in (level, level / CONTENT))
    for level in reversed(levels):
        for node in (found.get(level / CONTENT), found.get(level)):
            assigned = node.text(ASSIGNMENT).strip() if node else ""
            if assigned.startswith("/"):
                return Assignment(NodePath.stored(assigned), level)
    return None


def profile_for(folder: NodePath) -> Profile | None:
    """The profile that holds for the assets of a folder; None without one, or when it was deleted."""
    assigned = assignment_of(folder)
    if assigned is None or assigned.profile.parent != ROOT:
        return None
    return next(profiles_in(tree.subtree(assigned.profile)), None)


def assign(folder: NodePath, profile: NodePath | None) -> None:
    """Apply a profile to a folder, or with None take the folder's own away. NodeNotFound, ConstraintViolation."""
    with tree.writing():
        node = tree.get(folder)
        if not node.is_folder:
            raise ConstraintViolation(_("%(folder)s is no folder"), folder=folder)
        if profile is not None:
            read(profile)
        if ASSIGNMENT in node.properties:
            tree.set_properties(folder, {ASSIGNMENT: None})
        if tree.exists(folder / CONTENT):
            tree.set_properties(folder / CONTENT, {ASSIGNMENT: profile and str(profile)}, changed=folder)
        elif profile is not None:
            tree.create(folder / CONTENT, nodetypes.UNSTRUCTURED, {ASSIGNMENT: str(profile)})


def folders_with(profile: NodePath) -> list[NodePath]:
    """The folders that a profile was applied to."""
    return [folder for folder, assigned in assignments().items() if assigned == profile]


def assignments() -> dict[NodePath, NodePath]:
    """Every folder that a profile was applied to, with the path of the profile."""
    found = {}
    for path, properties in _assigned():
        folder = path.parent if path.name == CONTENT else path
        if path.name == CONTENT or folder not in found:
            found[folder] = NodePath.stored(properties)
    return found


def _free_name(title: str) -> str:
    return free_name(title, {"create", *(node.name for node in tree.children(ROOT))})


def _assigned() -> Iterator[tuple[NodePath, str]]:
    if connection.vendor == "postgresql":
        value, condition = f"properties ->> '{ASSIGNMENT}'", f"jsonb_exists(properties, '{ASSIGNMENT}')"
    else:
        value = f"json_extract(properties, '$.{ASSIGNMENT}')"
        condition = f"properties LIKE '%%\"{ASSIGNMENT}\"%%'"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT path, {value} FROM repository_node WHERE {condition} ORDER BY path", [])
        rows = cursor.fetchall()
    for path, assigned in rows:
        if isinstance(assigned, str) and assigned.startswith("/"):
            yield NodePath.stored(path), assigned
