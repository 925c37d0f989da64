"""What events do to assets: each once, whatever comes twice, late, or for what is gone."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from repository import assets, jobs, outcomes, property_changes, tree
from repository.metadata import Metadata
from repository.models import Binary, BlobDeletion, JobRendition, JobState, JournalCursor, ProcessingJob
from repository.outcomes import Outcome, StoredRendition
from repository.paths import DAM, NodeName
from repository.tree import NodeSpec, TreeNode
from tests.repository.conftest import new_upload

pytestmark = pytest.mark.django_db

CONTAINER, JOURNAL = "aem-assets", "/events/journal"


def job_of(asset: TreeNode) -> ProcessingJob:
    return ProcessingJob.objects.filter(asset_uuid=asset.uuid).latest("generation", "created")


def made(row: JobRendition, position: str | None = None, size: int = 10) -> Outcome:
    stored = StoredRendition(row.blob, size, "image/png", "ab", 48, 32)
    return Outcome(position or f"p-{row.pk}", row.job_id, row.name, row.blob, stored=stored, size=size)


def failed(row: JobRendition, reason: str = "SourceCorrupt", size: int | None = None) -> Outcome:
    return Outcome(f"p-{row.pk}", row.job_id, row.name, row.blob, reason=reason, message="broken", size=size)


def apply(*found: Outcome, position: str = "last") -> None:
    outcomes.apply(found, CONTAINER, JOURNAL, position)


def state_of(asset: TreeNode) -> str:
    return tree.get(asset.path / assets.CONTENT).text("dam:assetState")


def renditions(asset: TreeNode) -> set[str]:
    return {child.name for child in tree.children(asset.path / assets.RENDITIONS)} - {"original"}


def test_the_last_event_makes_the_asset_processed(asset: TreeNode) -> None:
    rows = list(job_of(asset).renditions.all())
    apply(*[made(row) for row in rows[:-1]])
    assert state_of(asset) == "processing"
    apply(made(rows[-1]))
    assert state_of(asset) == "processed"
    assert renditions(asset) == {row.name for row in rows}
    assert job_of(asset).state == JobState.DONE
    assert not tree.exists(asset.path / assets.CONTENT / assets.FAILED_RENDITIONS)


def test_an_attached_rendition_is_a_file_with_its_size_and_pixels(asset: TreeNode) -> None:
    row = job_of(asset).renditions.get(name="cq5dam.thumbnail.48.48.png")
    apply(made(row))
    file = asset.path / assets.RENDITIONS / row.name
    assert tree.get(file).primary_type == "nt:file"
    resource = tree.get(file / "jcr:content")
    assert resource.binary
    assert (resource.binary.blob, resource.binary.size, resource.binary.sha1) == (row.blob, 10, "ab")
    assert resource.text("jcr:mimeType") == "image/png"
    assert tree.get(file / "jcr:content/metadata").properties == {"tiff:ImageWidth": 48, "tiff:ImageLength": 32}


def test_failures_say_why_and_the_asset_is_processed_all_the_same(asset: TreeNode) -> None:
    rows = list(job_of(asset).renditions.all())
    apply(*[made(row) for row in rows[1:]], failed(rows[0]))
    assert state_of(asset) == "processed"
    node = tree.get(asset.path / assets.CONTENT / assets.FAILED_RENDITIONS / rows[0].name)
    assert node.properties == {"reason": "SourceCorrupt", "message": "broken"}
    assert renditions(asset) == {row.name for row in rows[1:]}


def test_an_event_that_comes_twice_has_one_effect(asset: TreeNode) -> None:
    row = job_of(asset).renditions.all()[0]
    apply(made(row))
    apply(made(row))
    apply(made(row, position="another"), failed(row))
    assert renditions(asset) == {row.name}
    assert Binary.objects.filter(blob=row.blob).count() == 1
    assert not BlobDeletion.objects.exists()
    assert not tree.exists(asset.path / assets.CONTENT / assets.FAILED_RENDITIONS)


def test_events_that_come_twice_on_one_page_leave_the_blob_where_it_is(asset: TreeNode) -> None:
    row, other = job_of(asset).renditions.all()[:2]
    late = replace(failed(row), position="late")
    apply(made(row), made(row, position="another"), late, failed(other), made(other, position="too late"))
    assert renditions(asset) == {row.name}
    assert [deletion.blob for deletion in BlobDeletion.objects.all()] == [other.blob]


def test_a_strange_event_does_not_delete_what_a_worker_may_be_writing(asset: TreeNode) -> None:
    row = job_of(asset).renditions.all()[0]
    apply(replace(made(row, position="strange"), job="no-such-job"))
    assert not BlobDeletion.objects.exists()


def test_an_event_of_an_older_generation_is_ignored_and_its_blob_deleted(asset: TreeNode) -> None:
    late = job_of(asset).renditions.all()[0]
    assets.process(asset)
    apply(made(late))
    assert renditions(asset) == set()
    assert BlobDeletion.objects.get().blob == late.blob
    assert job_of(asset).state == JobState.PENDING


def test_an_event_of_a_deleted_asset_only_gives_its_blob_back(asset: TreeNode) -> None:
    rows = list(job_of(asset).renditions.all())
    tree.delete(asset.path)
    BlobDeletion.objects.all().delete()
    apply(*[made(row) for row in rows])
    assert {row.blob for row in BlobDeletion.objects.all()} == {row.blob for row in rows}
    assert job_of(asset).state == JobState.DONE


def test_a_moved_asset_gets_its_renditions(asset: TreeNode) -> None:
    rows = job_of(asset).renditions.all()
    moved = assets.move(asset.path, DAM / "moved.jpg")
    apply(*[made(row) for row in rows])
    assert state_of(moved) == "processed"


def test_a_forged_event_deletes_no_original(asset: TreeNode) -> None:
    original = assets.original(asset.path).binary
    assert original
    stored = StoredRendition(original.blob, 1, "image/png")
    apply(Outcome("forged-1", "no-such-job", "x", original.blob, stored=stored))
    apply(
        Outcome(
            "forged-2", "no-such-job", "x", "originals/of/others", stored=replace(stored, blob="originals/of/others")
        )
    )
    assert not BlobDeletion.objects.exists()


def test_a_rendition_too_large_for_its_target_is_asked_for_with_a_larger_one(asset: TreeNode) -> None:
    job = job_of(asset)
    rows = list(job.renditions.all())
    apply(failed(rows[0], "RenditionTooLarge"), *[made(row) for row in rows[1:]])
    assert state_of(asset) == "processing"
    job.refresh_from_db()
    assert job.state == JobState.DONE
    (again,) = job_of(asset).renditions.all()
    assert (again.name, again.job.generation) == (rows[0].name, 1)
    assert again.capacity >= 2 * rows[0].capacity
    assert again.blob != rows[0].blob
    apply(made(again, position="again"))
    assert state_of(asset) == "processed"
    assert renditions(asset) == {row.name for row in rows}


def test_a_rendition_that_is_always_too_large_fails_in_the_end(asset: TreeNode) -> None:
    for attempt in range(20):
        pending = [row for row in outcomes_wanted(asset) if row.name == "cqdam.metadata.xml"]
        if not pending:
            break
        apply(replace(failed(pending[0], "RenditionTooLarge", size=10**12), position=f"large-{attempt}"))
    else:
        pytest.fail("it is asked for without end")
    apply(*[made(row) for row in outcomes_wanted(asset)])
    assert state_of(asset) == "processed"
    node = tree.get(asset.path / assets.CONTENT / assets.FAILED_RENDITIONS / "cqdam.metadata.xml")
    assert node.text("reason") == "RenditionTooLarge"


def outcomes_wanted(asset: TreeNode) -> list[JobRendition]:
    return list(JobRendition.objects.filter(job__asset_uuid=asset.uuid, job__state__in=jobs.LIVE, state="requested"))


def test_metadata_is_merged_and_peoples_words_stay(asset: TreeNode) -> None:
    tree.set_properties(asset.path / assets.METADATA, {"dc:title": "Mine"})
    row = job_of(asset).renditions.get(name="cqdam.metadata.xml")
    history = NodeSpec("nt:unstructured", children={"1": NodeSpec("nt:unstructured", {"stEvt:action": "saved"})})
    extracted = Metadata(
        {"dc:title": "File's", "dc:creator": ["A"], NodeName("tiff:ImageWidth"): 8}, {"xmpMM:History": history}
    )
    apply(replace(made(row), metadata=extracted))
    node = tree.get(asset.path / assets.METADATA)
    assert node.text("dc:title") == "Mine"
    assert node.properties["dc:creator"] == ["A"]
    assert node.properties["tiff:ImageWidth"] == 8
    assert tree.get(node.path / "xmpMM:History/1").text("stEvt:action") == "saved"
    kept = next(one for one in property_changes.of(job_of(asset)) if one["path"] == node.path)
    assert (kept["step"], kept["kind"], kept["before"]) == (7, "modified", {})
    assert kept["after"] == {"dc:creator": ["A"], "tiff:ImageWidth": 8}


def test_what_processing_changes_is_kept_with_its_job(asset: TreeNode) -> None:
    for row in job_of(asset).renditions.all():
        apply(failed(row))
    assets.process(tree.get(asset.path))
    first, second = ProcessingJob.objects.filter(asset_uuid=asset.uuid).order_by("generation")
    asked, ended = property_changes.of(first)
    assert (asked["step"], asked["kind"], asked["before"]) == (1, "created", None)
    assert (asked["after"]["dam:assetState"], asked["after"]["dam:jobId"]) == ("processing", first.id)
    assert (ended["step"], ended["before"]) == (7, {"dam:assetState": "processing"})
    assert ended["after"] == {"dam:assetState": "processed"}
    (again,) = property_changes.of(second)
    assert (again["step"], again["kind"]) == (1, "modified")
    assert (again["before"]["dam:assetState"], again["after"]["dam:assetState"]) == ("processed", "processing")
    assert (again["before"]["dam:jobId"], again["after"]["dam:jobId"]) == (first.id, second.id)


def test_the_cursor_moves_with_the_page(asset: TreeNode) -> None:
    apply(position="p-7")
    apply(position="p-9")
    assert JournalCursor.objects.get().position == "p-9"


def test_nothing_of_a_page_that_fails_stays(asset: TreeNode) -> None:
    row = job_of(asset).renditions.get(name="cqdam.metadata.xml")
    broken = replace(made(row), metadata=Metadata({"bad\x00name": "x"}))
    with pytest.raises(ValueError, match="bad"):
        apply(broken)
    assert renditions(asset) == set()
    assert not JournalCursor.objects.exists()
    apply(made(row))
    assert renditions(asset) == {row.name}


class TestAnyOrder(TestCase):
    """Whatever order the events come in, how often, and in which pages: the end is the same."""

    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def test_events_in_any_order_pages_and_number(self, data: st.DataObject) -> None:
        asset = assets.store(DAM / "any.jpg", new_upload())
        rows = list(job_of(asset).renditions.all())
        lost = data.draw(st.sets(st.sampled_from(range(len(rows))), max_size=3))
        events = [failed(row) if index in lost else made(row) for index, row in enumerate(rows)]
        repeated = data.draw(st.lists(st.sampled_from(events), max_size=6))
        stream = data.draw(st.permutations(events + repeated))
        size = data.draw(st.integers(1, len(stream)))
        for start in range(0, len(stream), size):
            apply(*stream[start : start + size])
        assert state_of(asset) == "processed"
        assert renditions(asset) == {row.name for index, row in enumerate(rows) if index not in lost}
        attached = {row.blob for row in Binary.objects.filter(blob__startswith="renditions/")}
        assert len(attached) == len(rows) - len(lost)
        assert not BlobDeletion.objects.filter(blob__in=attached).exists()
