"""Versions of assets."""

import pytest

from repository import assets, tree, versions
from repository.assets import AssetState, Conflict
from repository.errors import ConstraintViolation, NodeNotFound
from repository.models import Binary, BlobDeletion, JobState, ProcessingJob
from repository.paths import NodePath
from repository.tree import TreeNode
from tests.repository.conftest import new_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def processed(asset: TreeNode) -> TreeNode:
    tree.set_properties(asset.path / assets.CONTENT, {"dam:assetState": AssetState.PROCESSED})
    tree.set_properties(asset.path / assets.METADATA, {"dc:title": "First"})
    ProcessingJob.objects.update(state=JobState.DONE)
    return asset


def size(path: NodePath) -> int:
    binary = assets.original(path).binary
    assert binary
    return binary.size


def test_a_version_is_listed_with_label_and_comment(asset: TreeNode) -> None:
    assert versions.listed(asset.path) == []
    made = versions.create(asset.path, label="Draft", comment="Before the crop", user="jane")
    versions.create(asset.path)
    first, second = versions.listed(asset.path)
    assert first == made
    assert (first.name, first.label, first.comment, first.created_by) == ("1.0", "Draft", "Before the crop", "jane")
    assert (second.name, second.label) == ("1.1", "")
    assert first.created


def test_the_asset_becomes_versionable(asset: TreeNode) -> None:
    made = versions.create(asset.path)
    node = tree.get(asset.path)
    assert "mix:versionable" in node.mixins
    assert node.uuid == asset.uuid
    assert node.properties["jcr:isCheckedOut"] is True
    assert node.text("jcr:baseVersion") == made.id
    assert tree.by_uuid(node.text("jcr:versionHistory"))


def test_a_label_is_given_once(asset: TreeNode) -> None:
    versions.create(asset.path, label="Draft")
    with pytest.raises(ConstraintViolation):
        versions.create(asset.path, label="Draft")
    assert len(versions.listed(asset.path)) == 1


def test_only_assets_have_versions(folder: NodePath) -> None:
    with pytest.raises(ConstraintViolation):
        versions.create(folder)
    assert versions.listed(folder) == []
    with pytest.raises(NodeNotFound):
        versions.listed(folder / "missing")


def test_new_bytes_as_a_version_keep_the_old(processed: TreeNode) -> None:
    updated = assets.store(processed.path, new_upload(5), Conflict.VERSION, label="v1", comment="c")
    assert updated.uuid == processed.uuid
    assert size(processed.path) == 5
    (made,) = versions.listed(processed.path)
    assert made.label == "v1"
    frozen = tree.get(made.path / "jcr:frozenNode/jcr:content/renditions/original/jcr:content")
    assert frozen.binary
    assert frozen.binary.size == 1000
    assert frozen.text("jcr:frozenPrimaryType") == "oak:Resource"
    assert not BlobDeletion.objects.exists()


@pytest.mark.parametrize("by", ["id", "name", "label"])
def test_restoring_brings_bytes_and_metadata_back(processed: TreeNode, by: str) -> None:
    before = {node.path: (node.primary_type, node.mixins) for node in tree.subtree(processed.path / assets.CONTENT)}
    made = versions.create(processed.path, label="v1")
    assets.store(processed.path, new_upload(5))
    tree.set_properties(processed.path / assets.METADATA, {"dc:title": "Second"})
    restored = versions.restore(processed.path, getattr(made, by))
    assert restored.uuid == processed.uuid
    assert size(processed.path) == 1000
    assert tree.get(processed.path / assets.METADATA).text("dc:title") == "First"
    after = {node.path: (node.primary_type, node.mixins) for node in tree.subtree(processed.path / assets.CONTENT)}
    assert after == before
    assert [version.name for version in versions.listed(processed.path)] == ["1.0", "1.1"]
    assert tree.get(processed.path / assets.CONTENT).text("dam:assetState") == "processed"
    assert not ProcessingJob.objects.filter(state=JobState.PENDING).exists()


def test_a_version_that_was_being_processed_is_processed_again(asset: TreeNode) -> None:
    made = versions.create(asset.path)
    versions.restore(asset.path, made.name)
    assert ProcessingJob.objects.filter(asset_uuid=asset.uuid, state=JobState.PENDING).count() == 1
    assert ProcessingJob.objects.filter(asset_uuid=asset.uuid, state=JobState.SUPERSEDED).count() == 1


def test_unknown_versions_are_not_restored(asset: TreeNode) -> None:
    versions.create(asset.path)
    with pytest.raises(NodeNotFound):
        versions.restore(asset.path, "9.9")


def test_versions_go_with_the_asset(processed: TreeNode) -> None:
    assets.store(processed.path, new_upload(5), Conflict.VERSION)
    assert Binary.objects.count() == 2
    tree.delete(processed.path.parent)
    assert not Binary.objects.exists()
    assert BlobDeletion.objects.count() == 2
    assert processed.uuid
    assert not tree.exists(tree.version_history(processed.uuid))


def test_a_copy_has_no_versions(processed: TreeNode, folder: NodePath) -> None:
    versions.create(processed.path)
    copied = assets.copy(processed.path, folder / "copy.jpg")
    assert copied.mixins == ("mix:referenceable",)
    assert versions.listed(copied.path) == []
