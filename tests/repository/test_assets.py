"""Folders and assets: the exact subtree, and what becomes of it when bytes come, move or go."""

import pytest

from repository import assets, nodetypes, tree, values
from repository.assets import AssetState, Conflict
from repository.errors import ConstraintViolation, InvalidName, InvalidValue, NodeExists, ParentNotFound
from repository.models import Binary, BlobDeletion, JobState, ProcessingJob
from repository.paths import DAM, NodePath
from repository.profiles import RequestedRendition
from repository.tree import NodeSpec, TreeNode
from tests.repository.conftest import new_upload

pytestmark = pytest.mark.django_db

DEFAULT_RENDITIONS = [
    "cqdam.metadata.xml",
    "cq5dam.thumbnail.48.48.png",
    "cq5dam.thumbnail.140.100.png",
    "cq5dam.thumbnail.319.319.png",
    "cq5dam.web.1280.1280.jpeg",
    "cq5dam.zoom.2048.2048.jpeg",
]


def job_of(asset: TreeNode) -> ProcessingJob:
    return ProcessingJob.objects.filter(asset_uuid=asset.uuid).latest("generation")


def add_rendition(asset: TreeNode, name: str) -> None:
    binary = Binary.objects.create(
        container="aem-assets", blob=f"renditions/{name}", size=1, mime_type="image/png", created="2024-01-01T00:00Z"
    )
    parent = tree.get(asset.path / assets.RENDITIONS)
    tree.replace_children(parent, {name: assets.file_spec(binary.pk, "image/png", "x")}, changed=asset.path)


def rendition_names(path: NodePath) -> list[str]:
    return [child.name for child in tree.children(path / assets.RENDITIONS)]


def test_a_new_asset_has_the_nodes_types_and_properties_of_aem(asset: TreeNode) -> None:
    found = {node.path.relative_to(asset.path): node for node in tree.subtree(asset.path)}
    assert {path: node.primary_type for path, node in found.items()} == {
        "": "dam:Asset",
        "jcr:content": "dam:AssetContent",
        "jcr:content/metadata": "nt:unstructured",
        "jcr:content/renditions": "nt:folder",
        "jcr:content/renditions/original": "nt:file",
        "jcr:content/renditions/original/jcr:content": "oak:Resource",
        "jcr:content/related": "nt:unstructured",
    }
    assert asset.mixins == ("mix:referenceable",)
    assert set(asset.all_properties) == {
        *("jcr:primaryType", "jcr:mixinTypes", "jcr:uuid", "jcr:created", "jcr:createdBy")
    }
    content = found["jcr:content"].properties
    job = job_of(asset)
    assert content["dam:assetState"] == "processing"
    assert content["dam:processingId"] == content["dam:jobId"] == job.id
    assert content["dam:processingAttempts"] == 1
    assert content["dam:processingRenditions"] == DEFAULT_RENDITIONS
    assert values.type_of(content["dam:processingRequestedDate"]) == "Date"
    assert content["dam:runPostProcess"] is True
    assert content["cq:name"] == "a.jpg"
    assert content["cq:parentPath"] == asset.path.parent
    assert content["jcr:lastModifiedBy"] == "jane"
    assert found["jcr:content/metadata"].mixins == ("cq:Taggable",)
    assert found["jcr:content/metadata"].properties["dc:format"] == "image/jpeg"
    assert found["jcr:content/metadata"].properties["dam:size"] == 1000
    resource = found["jcr:content/renditions/original/jcr:content"]
    assert resource.properties["jcr:mimeType"] == "image/jpeg"
    assert resource.binary
    assert resource.binary.size == 1000
    assert assets.original(asset.path) == resource


def test_its_job_asks_for_the_default_renditions(asset: TreeNode) -> None:
    job = job_of(asset)
    assert (job.state, job.generation) == (JobState.PENDING, 1)
    wanted = {row.name: row.instructions for row in job.renditions.order_by("position")}
    assert list(wanted) == DEFAULT_RENDITIONS
    assert wanted["cqdam.metadata.xml"] == {"fmt": "xmp"}
    assert wanted["cq5dam.thumbnail.140.100.png"] == {"fmt": "png", "width": 140, "height": 100}
    assert wanted["cq5dam.web.1280.1280.jpeg"].items() >= {"fmt": "jpeg", "width": 1280, "height": 1280}.items()


def test_new_bytes_keep_the_node_and_drop_what_was_made_of_the_old(asset: TreeNode) -> None:
    add_rendition(asset, "cq5dam.thumbnail.48.48.png")
    tree.set_properties(asset.path / assets.METADATA, {"dc:title": "Mine", "dam:sha1": "x", "tiff:ImageWidth": 7})
    first = job_of(asset)
    updated = assets.store(asset.path, new_upload(5, "image/png"))
    assert updated.uuid == asset.uuid
    assert rendition_names(asset.path) == ["original"]
    metadata = tree.get(asset.path / assets.METADATA).properties
    assert metadata["dc:title"] == "Mine"
    assert metadata["dam:size"] == 5
    assert metadata["dc:format"] == "image/png"
    assert not {"dam:sha1", "tiff:ImageWidth"} & set(metadata)
    first.refresh_from_db()
    assert first.state == JobState.SUPERSEDED
    assert job_of(asset).generation == 2
    assert {row.blob for row in BlobDeletion.objects.all()} == {
        assets_blob(asset),
        "renditions/cq5dam.thumbnail.48.48.png",
    }


def assets_blob(asset: TreeNode) -> str:
    """The blob that the asset had before; its row is gone."""
    current = assets.original(asset.path).binary
    gone = [row.blob for row in BlobDeletion.objects.all() if row.blob.startswith("originals/")]
    assert current
    assert current.blob not in gone
    return gone[0]


def test_replace_makes_another_asset(asset: TreeNode) -> None:
    replaced = assets.store(asset.path, new_upload(), Conflict.REPLACE, user="joe")
    assert replaced.uuid != asset.uuid
    assert replaced.text("jcr:createdBy") == "joe"
    assert BlobDeletion.objects.count() == 1


def test_an_asset_that_must_not_be_there_is_refused(asset: TreeNode) -> None:
    with pytest.raises(NodeExists):
        assets.store(asset.path, new_upload(), Conflict.REFUSE)
    with pytest.raises(NodeExists):
        assets.store(asset.path.parent, new_upload())
    with pytest.raises(ParentNotFound):
        assets.store(DAM / "missing/a.jpg", new_upload())
    with pytest.raises(InvalidName):
        assets.store(DAM / "a#.jpg", new_upload())
    assert Binary.objects.count() == 1


def test_folders_keep_their_title_below_them(folder: NodePath) -> None:
    made = assets.create_folder(folder / "x", "Ein Titel", user="jane")
    assert made.primary_type == "sling:Folder"
    assert made.uuid
    assert tree.get(folder / "x/jcr:content").text("jcr:title") == "Ein Titel"
    assert tree.count_children(assets.create_folder(folder / "y", primary_type="sling:OrderedFolder").path) == 0
    with pytest.raises(NodeExists):
        assets.create_folder(folder / "x")
    with pytest.raises(InvalidName):
        assets.create_folder(folder / "a?")
    with pytest.raises(InvalidValue):
        assets.create_folder(folder / "z", "a\x00b")
    with pytest.raises(ConstraintViolation):
        assets.create_folder(folder / "z", primary_type="dam:Asset")


def test_a_moved_asset_knows_its_place(asset: TreeNode) -> None:
    target = assets.create_folder(asset.path.parent / "sub").path / "b.jpg"
    moved = assets.move(asset.path, target)
    assert moved.uuid == asset.uuid
    content = tree.get(target / assets.CONTENT)
    assert (content.text("cq:name"), content.text("cq:parentPath")) == ("b.jpg", target.parent)
    assert job_of(asset).state == JobState.PENDING


def test_a_copied_folder_processes_what_was_being_processed(asset: TreeNode, folder: NodePath) -> None:
    done = assets.store(folder / "done.jpg", new_upload())
    tree.set_properties(done.path / assets.CONTENT, {"dam:assetState": AssetState.PROCESSED})
    target = assets.copy(folder, DAM / "copy").path
    copied, copied_done = tree.get(target / "a.jpg"), tree.get(target / "done.jpg")
    assert copied.uuid not in {None, asset.uuid}
    assert job_of(copied).state == JobState.PENDING
    assert tree.get(copied.path / assets.CONTENT).text("cq:parentPath") == target
    assert not ProcessingJob.objects.filter(asset_uuid=copied_done.uuid).exists()


def test_processing_again_starts_with_a_clean_slate(asset: TreeNode) -> None:
    content = tree.get(asset.path / assets.CONTENT)
    failures = NodeSpec(children={"x.png": NodeSpec(properties={"reason": "GenericError"})})
    tree.replace_children(content, {assets.FAILED_RENDITIONS: failures}, changed=asset.path)
    job = assets.process(asset, [RequestedRendition("only.png", {"fmt": "png"})])
    assert job.generation == 2
    assert not tree.exists(content.path / assets.FAILED_RENDITIONS)
    assert tree.get(content.path).properties["dam:processingRenditions"] == ["only.png"]


def test_a_deleted_asset_gives_its_blobs_back(asset: TreeNode) -> None:
    add_rendition(asset, "cq5dam.thumbnail.48.48.png")
    tree.delete(asset.path.parent)
    assert BlobDeletion.objects.count() == 2
    assert not Binary.objects.exists()


def test_every_type_that_is_used_is_declared(asset: TreeNode) -> None:
    for node in tree.subtree(asset.path):
        nodetypes.declared(node.primary_type)
        nodetypes.check_properties(node.primary_type, node.mixins, node.properties)
