"""Which renditions an asset gets, by its type and the profile of its folder; and why others it does not."""

from dataclasses import dataclass

from repository import profile_store, profiles, tree
from repository.paths import NodePath
from repository.profile_store import Assignment
from repository.profiles import FULL, Part, Profile, RequestedRendition, Verdict
from repository.tree import TreeNode

_METADATA = "jcr:content/metadata"
_ORIGINAL = "jcr:content/renditions/original/jcr:content"


@dataclass(frozen=True)
class Explanation:
    """Why an asset has the renditions that it has.

    `profile` is None when no folder above has one, or, with an `assignment`, when the assigned one does not exist.
    """

    mime_type: str
    assignment: Assignment | None
    is_inherited: bool
    profile: Profile | None
    verdicts: tuple[Verdict, ...]

    @property
    def is_dangling(self) -> bool:
        return self.assignment is not None and self.profile is None


def requested_for(asset: TreeNode, parts: frozenset[Part] = FULL) -> list[RequestedRendition]:
    """What to ask Asset Compute for, now."""
    profile = profile_store.profile_for(asset.path.parent)
    return list(profiles.requested(mime_type_of(asset), profile, parts))


def requested_for_new(folder: NodePath, mime_type: str) -> list[RequestedRendition]:
    """The same for an asset that is about to be made in a folder."""
    return list(profiles.requested(mime_type, profile_store.profile_for(folder)))


def explanation(asset: TreeNode) -> Explanation:
    mime_type = mime_type_of(asset)
    assigned = profile_store.assignment_of(asset.path.parent)
    profile = profile_store.profile_for(asset.path.parent)
    inherited = assigned is not None and assigned.folder != asset.path.parent
    found = profiles.verdicts(mime_type, profile) if profile else []
    return Explanation(mime_type, assigned, inherited, profile, tuple(found))


def mime_type_of(asset: TreeNode) -> str:
    """What the metadata says, which the extraction corrects; before that, what the upload said."""
    found = tree.get_many([asset.path / _METADATA, asset.path / _ORIGINAL])
    metadata, original = found.get(asset.path / _METADATA), found.get(asset.path / _ORIGINAL)
    known = metadata.text("dc:format") if metadata else ""
    return known or (original.binary.mime_type if original and original.binary else "")
