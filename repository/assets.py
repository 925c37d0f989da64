"""Folders and assets: the dam:Asset subtree, as AEM as a Cloud Service lays it out.

Every change of an asset's bytes asks for new renditions in the same transaction; the asset is `processing` from then
on, until the last of them is attached or failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils import timezone

from repository import asset_profiles, binary_rows, jobs, names, nodetypes, property_changes, tree, values, versions
from repository.errors import ConstraintViolation, NodeExists, NodeNotFound
from repository.identifiers import new_uuid
from repository.jobs import EnqueuedJob
from repository.paths import NodePath
from repository.profiles import ORIGINAL, RequestedRendition
from repository.texts import _
from repository.tree import NodeSpec, TreeNode
from repository.values import Properties, Value

CONTENT: Final = "jcr:content"
METADATA: Final = "jcr:content/metadata"
RENDITIONS: Final = "jcr:content/renditions"
FAILED_RENDITIONS: Final = "dam:failedRenditions"
# What the extraction says of the bytes, and new bytes therefore make untrue.
_OF_THE_BYTES: Final = ("dam:sha1", "dam:extracted", "tiff:ImageWidth", "tiff:ImageLength")


class AssetState(StrEnum):
    PROCESSING = "processing"
    PROCESSED = "processed"
    UNPROCESSED = "unProcessed"


class Conflict(StrEnum):
    """What becomes of an asset that is there already."""

    UPDATE = "update"  # same node and uuid, other bytes
    VERSION = "version"  # as UPDATE, after a version was made of it
    REPLACE = "replace"  # deleted, and made anew with a new uuid
    REFUSE = "refuse"  # NodeExists


@dataclass(frozen=True)
class Upload:
    """Bytes that are in the blob storage, complete; `size` in bytes."""

    container: str
    blob: str
    size: int
    mime_type: str


def create_folder(
    path: NodePath, title: str | None = None, *, primary_type: str = "sling:Folder", user: str = "admin"
) -> TreeNode:
    """A folder; its title is `jcr:content/jcr:title`. NodeExists, ParentNotFound, InvalidName, ConstraintViolation."""
    names.folder_name(path.name)
    if not nodetypes.is_folder(primary_type):
        raise ConstraintViolation(_("%(primary_type)s is not the type of a folder"), primary_type=primary_type)
    content = {CONTENT: NodeSpec("nt:unstructured", {"jcr:title": values.storable(title)})} if title else {}
    return tree.create(path, primary_type, children=content, user=user)


def store(
    path: NodePath,
    upload: Upload,
    conflict: Conflict = Conflict.UPDATE,
    *,
    label: str = "",
    comment: str = "",
    user: str = "admin",
) -> TreeNode:
    """Make an asset of uploaded bytes, or give them to the one that is there, and ask for its renditions.

    NodeExists (it is no asset, or REFUSE), ParentNotFound, InvalidName.
    """
    names.asset_name(path.name)
    with tree.writing():
        present = tree.find(path)
        if present and (not present.is_asset or conflict is Conflict.REFUSE):
            raise NodeExists(path)
        if present and conflict is Conflict.REPLACE:
            tree.delete(path)
            present = None
        if present is None:
            return _create(path, upload, user)
        if conflict is Conflict.VERSION:
            versions.create(path, label=label, comment=comment, user=user)
        return _update(present, upload, user)


def process(
    asset: TreeNode, renditions: Sequence[RequestedRendition] | None = None, user: str | None = None
) -> EnqueuedJob:
    """Ask for renditions (default: all that the asset should have); the asset is `processing` until they have ended."""
    with tree.writing():
        wanted = asset_profiles.requested_for(asset) if renditions is None else renditions
        return _start(asset, wanted, user)


def process_partly(asset: TreeNode, renditions: Sequence[RequestedRendition], user: str | None = None) -> EnqueuedJob:
    """Ask for some renditions anew; the others stay, and what failed among them stays failed.

    A job that has not ended yet is superseded, so what it was still to bring is asked for again with them, and what
    failed in it already, which nobody has noted on the asset, is kept.
    """
    with tree.writing():
        chosen = {rendition.name for rendition in renditions}
        left = [waiting for waiting in jobs.unfinished(_uuid(asset)) if waiting.name not in chosen]
        kept = _failures_besides(asset, chosen)
        job = _start(asset, [*renditions, *left], user)
        if kept:
            failed = NodeSpec("nt:unstructured", children=kept)
            tree.replace_children(tree.get(asset.path / CONTENT), {FAILED_RENDITIONS: failed}, changed=asset.path)
        return job


def failures_of_newest_jobs(asset_uuid: str) -> dict[str, NodeSpec]:
    """As they stand below an asset's `dam:failedRenditions` once it is processed."""
    return {
        name: NodeSpec("nt:unstructured", {"reason": reason, "message": message})
        for name, reason, message in jobs.failures(asset_uuid)
    }


def move(source: NodePath, target: NodePath) -> TreeNode:
    """Move a folder, an asset or any other node; an asset's cq:name and cq:parentPath follow. As `tree.move`."""
    with tree.writing():
        moved = tree.move(source, target)
        if moved.is_asset and tree.exists(target / CONTENT):
            tree.set_properties(target / CONTENT, _place(target), changed=target)
        return moved


def copy(source: NodePath, target: NodePath, user: str = "admin") -> TreeNode:
    """Copy a folder, an asset or any other node; renditions that were still being made are asked for again."""
    with tree.writing():
        copied = tree.copy(source, target, user)
        for node in tree.subtree(target):
            if node.primary_type == "dam:AssetContent":
                _adopt(node)
        return copied


def original(path: NodePath) -> TreeNode:
    """The nt:resource with the bytes of an asset. NodeNotFound."""
    node = tree.get(path / RENDITIONS / ORIGINAL / CONTENT)
    if node.binary is None:
        raise NodeNotFound(node.path)
    return node


def file_spec(binary_id: int, mime_type: str, user: str, metadata: Properties | None = None) -> NodeSpec:
    """An nt:file with its resource, as originals and renditions are."""
    described = NodeSpec("nt:unstructured", metadata, ("dam:Metadata",)) if metadata else None
    resource = NodeSpec(
        "oak:Resource",
        {"jcr:mimeType": mime_type, **_modified(user)},
        binary_id=binary_id,
        children={"metadata": described} if described else {},
    )
    return NodeSpec("nt:file", children={CONTENT: resource})


def _create(path: NodePath, upload: Upload, user: str) -> TreeNode:
    """With its job, written at once: hundreds of uploads in a row wait for exactly this."""
    binary_id = binary_rows.add(upload.container, upload.blob, upload.size, upload.mime_type)
    uuid, wanted = new_uuid(), asset_profiles.requested_for_new(path.parent, upload.mime_type)
    job = jobs.enqueue(uuid, wanted)
    metadata = NodeSpec("nt:unstructured", _of_upload(upload) | _modified(user), ("cq:Taggable",))
    file = file_spec(binary_id, upload.mime_type, user)
    content = NodeSpec(
        "dam:AssetContent",
        {**_place(path), **_modified(user), **_processing(job, wanted, None)},
        children={
            "metadata": metadata,
            "renditions": NodeSpec("nt:folder", children={ORIGINAL: file}),
            "related": NodeSpec("nt:unstructured"),
        },
    )
    properties = content.properties or {}
    property_changes.keep(job.id, property_changes.ASKED, path / CONTENT, {}, properties)
    return tree.create(path, "dam:Asset", uuid=uuid, children={CONTENT: content}, user=user)


def _update(asset: TreeNode, upload: Upload, user: str) -> TreeNode:
    binary_id = binary_rows.add(upload.container, upload.blob, upload.size, upload.mime_type)
    folder = tree.get(asset.path / RENDITIONS)
    outdated: dict[str, NodeSpec | None] = {child.name: None for child in tree.children(folder.path)}
    outdated[ORIGINAL] = file_spec(binary_id, upload.mime_type, user)
    tree.replace_children(folder, outdated, changed=asset.path, user=user)
    unknown: dict[str, Value | None] = dict.fromkeys(_OF_THE_BYTES)
    tree.set_properties(asset.path / METADATA, {**unknown, **_of_upload(upload)}, changed=asset.path)
    process(asset, user=user)
    return tree.get(asset.path)


def _start(asset: TreeNode, wanted: Sequence[RequestedRendition], user: str | None) -> EnqueuedJob:
    job = jobs.enqueue(_uuid(asset), wanted)
    content = tree.get(asset.path / CONTENT)
    changed = tree.set_properties(content.path, _processing(job, wanted, user), changed=asset.path)
    property_changes.keep(job.id, property_changes.ASKED, content.path, content.properties, changed.properties)
    tree.replace_children(content, {FAILED_RENDITIONS: None}, changed=asset.path)
    return job


def _failures_besides(asset: TreeNode, chosen: set[str]) -> dict[str, NodeSpec]:
    failed = tree.children(asset.path / CONTENT / FAILED_RENDITIONS)
    noted = {node.name: NodeSpec("nt:unstructured", node.properties) for node in failed}
    unfinished = jobs.with_live_jobs([_uuid(asset)])
    known = {**noted, **(failures_of_newest_jobs(_uuid(asset)) if unfinished else {})}
    return {name: failure for name, failure in known.items() if name not in chosen}


def _adopt(content: TreeNode) -> None:
    """Give the copy of an asset what it needs of its own."""
    tree.set_properties(content.path, _place(content.path.parent))
    if content.text("dam:assetState") == AssetState.PROCESSING:
        process(tree.get(content.path.parent))


def _processing(job: EnqueuedJob, renditions: Sequence[RequestedRendition], user: str | None) -> Properties:
    return {
        "dam:assetState": AssetState.PROCESSING,
        "dam:processingId": job.id,
        "dam:jobId": job.id,
        "dam:processingAttempts": job.generation,
        "dam:processingRequestedDate": values.date(timezone.now()),
        "dam:processingRenditions": [rendition.name for rendition in renditions],
        "dam:runPostProcess": True,
        "dam:runDMProcess": True,
        **(_modified(user) if user else {}),
    }


def _uuid(asset: TreeNode) -> str:
    if asset.uuid is None:
        raise ConstraintViolation(_("%(path)s is not referenceable"), path=asset.path)
    return asset.uuid


def _place(path: NodePath) -> Properties:
    return {"cq:name": path.name, "cq:parentPath": str(path.parent)}


def _modified(user: str) -> Properties:
    return {"jcr:lastModified": values.date(timezone.now()), "jcr:lastModifiedBy": user}


def _of_upload(upload: Upload) -> Properties:
    return {"dc:format": upload.mime_type, "dam:size": upload.size}
