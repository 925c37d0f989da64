"""Processing assets again: which renditions are asked for, which stay, which go."""

import pytest

from repository import assets, outcomes, profile_store, reprocessing, tree
from repository.binary_rows import add
from repository.errors import ConstraintViolation, NodeNotFound
from repository.models import JobState, ProcessingJob
from repository.outcomes import Outcome
from repository.paths import DAM, NodePath
from repository.profiles import DEFAULT_PROFILE, METADATA_RENDITION, ImageRendition, Part, Profile
from repository.tree import NodeSpec, TreeNode
from tests.repository.conftest import new_upload

pytestmark = pytest.mark.django_db

METADATA_ONLY = frozenset({Part.METADATA})
PROFILES_ONLY = frozenset({Part.PROFILES})


def newest_job(asset: TreeNode) -> ProcessingJob:
    return ProcessingJob.objects.filter(asset_uuid=asset.uuid).latest("generation")


def names_of(job: ProcessingJob) -> list[str]:
    return list(job.renditions.order_by("position").values_list("name", flat=True))


def finished(asset: TreeNode) -> None:
    """Its jobs have ended."""
    ProcessingJob.objects.filter(asset_uuid=asset.uuid).update(state=JobState.DONE)


def attach(asset: TreeNode, name: str, user: str) -> None:
    file = assets.file_spec(add("aem-assets", f"renditions/{name}", 1, "image/png"), "image/png", user)
    tree.replace_children(tree.get(asset.path / assets.RENDITIONS), {name: file}, changed=asset.path)


def fail(asset: TreeNode, *names: str) -> None:
    failures = {name: NodeSpec("nt:unstructured", {"reason": "GenericError", "message": ""}) for name in names}
    failed = NodeSpec("nt:unstructured", children=failures)
    tree.replace_children(tree.get(asset.path / assets.CONTENT), {"dam:failedRenditions": failed}, changed=asset.path)


def failed_of(asset: TreeNode) -> set[str]:
    return {node.name for node in tree.children(asset.path / assets.CONTENT / assets.FAILED_RENDITIONS)}


def test_the_full_process_asks_for_default_and_profile(asset: TreeNode) -> None:
    finished(asset)
    path = profile_store.create(Profile("P", (ImageRendition("p.png"),))).path
    profile_store.assign(asset.path.parent, NodePath(path))
    started = reprocessing.start([asset.path])
    job = newest_job(asset)
    assert started.assets == (asset.path,)
    assert job.generation == 2
    assert names_of(job) == [*(default.name for default in DEFAULT_PROFILE), "p.png"]
    content = tree.get(asset.path / assets.CONTENT)
    assert content.properties["dam:processingRenditions"] == names_of(job)
    assert content.text("dam:assetState") == "processing"


def test_the_full_process_removes_what_no_profile_asks_for_but_not_what_people_uploaded(asset: TreeNode) -> None:
    finished(asset)
    attach(asset, "old.png", "assetcompute")
    attach(asset, "mine.png", "jane")
    attach(asset, DEFAULT_PROFILE[1].name, "assetcompute")
    reprocessing.start([asset.path])
    left = {node.name for node in tree.children(asset.path / assets.RENDITIONS)}
    assert left == {"original", "mine.png", DEFAULT_PROFILE[1].name}


def test_a_part_keeps_all_else(asset: TreeNode) -> None:
    finished(asset)
    attach(asset, "old.png", "assetcompute")
    fail(asset, METADATA_RENDITION, "cq5dam.web.1280.1280.jpeg")
    reprocessing.start([asset.path], METADATA_ONLY)
    assert names_of(newest_job(asset)) == [METADATA_RENDITION]
    assert tree.exists(asset.path / assets.RENDITIONS / "old.png")
    assert failed_of(asset) == {"cq5dam.web.1280.1280.jpeg"}


def test_a_failure_of_a_part_stands_beside_the_others(asset: TreeNode) -> None:
    finished(asset)
    fail(asset, "cq5dam.web.1280.1280.jpeg")
    reprocessing.start([asset.path], METADATA_ONLY)
    job = newest_job(asset)
    event = Outcome("p1", job.id, METADATA_RENDITION, job.renditions.get().blob, reason="SourceCorrupt")
    outcomes.apply([event], "aem-assets", "/journal", "p1")
    assert failed_of(asset) == {METADATA_RENDITION, "cq5dam.web.1280.1280.jpeg"}
    assert tree.get(asset.path / assets.CONTENT).text("dam:assetState") == "processed"


def test_a_part_takes_over_what_a_job_was_still_to_bring(asset: TreeNode) -> None:
    reprocessing.start([asset.path], METADATA_ONLY)
    assert set(names_of(newest_job(asset))) == {default.name for default in DEFAULT_PROFILE}
    assert ProcessingJob.objects.get(asset_uuid=asset.uuid, generation=1).state == JobState.SUPERSEDED


def test_a_part_keeps_what_has_failed_in_a_job_that_has_not_ended(asset: TreeNode) -> None:
    job = newest_job(asset)
    rendition = job.renditions.get(name="cq5dam.web.1280.1280.jpeg")
    event = Outcome("p1", job.id, rendition.name, rendition.blob, reason="SourceCorrupt", message="half of it")
    outcomes.apply([event], "aem-assets", "/journal", "p1")
    reprocessing.start([asset.path], METADATA_ONLY)
    assert failed_of(asset) == {rendition.name}
    assert rendition.name not in names_of(newest_job(asset))


def test_events_of_the_generation_before_change_nothing(asset: TreeNode) -> None:
    old = newest_job(asset)
    reprocessing.start([asset.path])
    rendition = old.renditions.get(name=METADATA_RENDITION)
    late = Outcome("p1", old.id, rendition.name, rendition.blob, reason="SourceCorrupt")
    outcomes.apply([late], "aem-assets", "/journal", "p1")
    assert newest_job(asset).renditions.filter(state="requested").count() == len(DEFAULT_PROFILE)
    assert failed_of(asset) == set()


def test_profiles_alone_do_nothing_where_there_is_none(asset: TreeNode) -> None:
    finished(asset)
    assert reprocessing.start([asset.path], PROFILES_ONLY).assets == ()
    assert newest_job(asset).generation == 1


def test_folders_are_processed_with_all_that_is_in_them(folder: NodePath) -> None:
    tree.create(folder / "below", "sling:Folder")
    paths = [folder / "a.jpg", folder / "below/b.jpg"]
    for path in paths:
        assets.store(path, new_upload())
    started = reprocessing.start([folder, folder / "below", paths[0]])
    assert started.assets == tuple(paths)
    assert ProcessingJob.objects.count() == 4


def test_nothing_is_done_when_one_path_is_wrong(asset: TreeNode) -> None:
    with pytest.raises(NodeNotFound):
        reprocessing.start([asset.path, DAM / "none"])
    with pytest.raises(ConstraintViolation):
        reprocessing.start([asset.path, asset.path / assets.CONTENT])
    with pytest.raises(ConstraintViolation):
        reprocessing.start([asset.path, NodePath("/conf")])
    assert newest_job(asset).generation == 1


def test_more_assets_than_fit_one_transaction(folder: NodePath) -> None:
    for number in range(reprocessing.AT_ONCE + 3):
        assets.store(folder / f"{number:03}.jpg", new_upload())
    assert len(reprocessing.start([folder]).assets) == reprocessing.AT_ONCE + 3
