"""The outbox of processing jobs."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from repository import assets, jobs, outcomes, submission, tree
from repository.models import JobState, ProcessingJob, RenditionState
from repository.profiles import RequestedRendition
from repository.tree import TreeNode

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)


def job_of(asset: TreeNode) -> ProcessingJob:
    return ProcessingJob.objects.filter(asset_uuid=asset.uuid).latest("generation", "created")


def state_of(asset: TreeNode) -> str:
    return tree.get(asset.path / assets.CONTENT).text("dam:assetState")


def test_a_job_is_claimed_once_until_its_lease_ends(asset: TreeNode) -> None:
    job = job_of(asset)
    assert jobs.claim(10, LEASE) == [job.id]
    assert jobs.claim(10, LEASE) == []
    ProcessingJob.objects.update(next_attempt_at=timezone.now())
    assert jobs.claim(10, LEASE) == [job.id]
    job.refresh_from_db()
    assert job.attempts == 2


def test_claims_are_limited(asset: TreeNode, folder: str) -> None:
    assets.copy(asset.path, asset.path.parent / "b.jpg")
    assert len(jobs.claim(1, LEASE)) == 1
    assert len(jobs.claim(1, LEASE)) == 1
    assert jobs.claim(1, LEASE) == []


def test_a_submitted_job_is_not_sent_again(asset: TreeNode) -> None:
    job = job_of(asset)
    jobs.claim(1, LEASE)
    jobs.submitted(job.id, "a" * 32, LEASE)
    ProcessingJob.objects.update(next_attempt_at=timezone.now())
    assert jobs.claim(1, LEASE) == []
    job.refresh_from_db()
    assert (job.state, job.activation_id) == (JobState.SUBMITTED, "a" * 32)


def test_a_late_answer_of_process_does_not_reopen_a_job(asset: TreeNode) -> None:
    job = job_of(asset)
    jobs.end([job.id], JobState.DONE)
    jobs.submitted(job.id, "x", LEASE)
    jobs.postpone(job.id, LEASE, "ServiceUnavailable", "")
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_postponed_job_waits(asset: TreeNode) -> None:
    job = job_of(asset)
    jobs.claim(1, LEASE)
    jobs.postpone(job.id, timedelta(seconds=30), "ServiceUnavailable", "busy")
    assert jobs.claim(1, LEASE) == []
    jobs.postpone(job.id, timedelta(0), "ServiceUnavailable", "busy")
    assert jobs.claim(1, LEASE) == [job.id]


def test_the_request_has_signed_urls_and_says_whose_it_is(asset: TreeNode) -> None:
    (claimed,) = submission.claim(8)
    job = job_of(asset)
    source = assets.original(asset.path).binary
    assert source
    assert claimed.job == job.id
    assert claimed.attempt == 1
    assert claimed.body["source"].items() >= {"name": "a.jpg", "mimetype": "image/jpeg", "size": 1000}.items()
    assert f"/{source.blob}?" in claimed.body["source"]["url"]
    assert "sp=r&" in claimed.body["source"]["url"]
    assert claimed.body["userData"] == {"aem": {"job": job.id, "asset": asset.uuid, "generation": 1}}
    wanted = list(job.renditions.order_by("position"))
    for sent, row in zip(claimed.body["renditions"], wanted, strict=True):
        assert sent.items() >= {"name": row.name, **row.instructions}.items()
        assert len(sent["target"]["urls"]) == 1
        assert f"/{row.blob}?" in sent["target"]["urls"][0]
        assert "comp=block&blockid=" in sent["target"]["urls"][0]
        assert sent["target"]["maxPartSize"] <= 100 * 1024 * 1024
        assert sent["userData"]["aem"].items() >= {"job": job.id, "rendition": row.name, "blob": row.blob}.items()


def test_jobs_with_a_custom_worker_are_signed_for_https(asset: TreeNode, settings: LazySettings) -> None:
    worker = {"worker": "https://x.adobeioruntime.net/api/v1/web/p/a"}
    assets.process(asset, [RequestedRendition("x.png", worker)])
    (claimed,) = submission.claim(8)
    (sent,) = claimed.body["renditions"]
    assert sent["worker"] == worker["worker"]
    assert claimed.body["source"]["url"].startswith(settings.AZURE_BLOB_HTTPS_ENDPOINT)
    assert sent["target"]["urls"][0].startswith(settings.AZURE_BLOB_HTTPS_ENDPOINT)


def test_a_job_whose_asset_is_gone_is_ended(asset: TreeNode) -> None:
    tree.delete(asset.path)
    assert submission.claim(8) == []
    assert job_of(asset).state == JobState.SUPERSEDED


def test_a_job_that_is_given_up_says_why_on_the_asset(asset: TreeNode) -> None:
    job = job_of(asset)
    outcomes.give_up(job.id, "ServiceUnavailable", "Asset Compute is down")
    outcomes.give_up(job.id, "GenericError", "again")
    assert state_of(asset) == "unProcessed"
    failed = tree.children(asset.path / assets.CONTENT / assets.FAILED_RENDITIONS)
    assert len(failed) == job.renditions.count()
    assert {(node.text("reason"), node.text("message")) for node in failed} == {
        ("ServiceUnavailable", "Asset Compute is down")
    }


def test_a_job_without_events_is_asked_again_and_finally_fails(asset: TreeNode, settings: LazySettings) -> None:
    settings.JOB_MAX_RESUBMISSIONS = 1
    first = job_of(asset)
    first.renditions.filter(name="cqdam.metadata.xml").update(state=RenditionState.ATTACHED)
    let_time_out()
    first.refresh_from_db()
    assert first.state == JobState.SUPERSEDED
    second = job_of(asset)
    assert (second.state, second.generation, second.resubmissions) == (JobState.PENDING, 1, 1)
    assert second.renditions.count() == 5
    assert state_of(asset) == "processing"
    let_time_out()
    second.refresh_from_db()
    assert second.state == JobState.FAILED
    assert state_of(asset) == "unProcessed"
    failed = tree.children(asset.path / assets.CONTENT / assets.FAILED_RENDITIONS)
    assert {node.text("reason") for node in failed} == {"Timeout"}
    assert len(failed) == 5


def let_time_out() -> None:
    ProcessingJob.objects.filter(state=JobState.PENDING).update(
        state=JobState.SUBMITTED, next_attempt_at=timezone.now() - timedelta(seconds=1)
    )
    submission.resubmit_overdue()


def test_jobs_in_time_are_left_alone(asset: TreeNode) -> None:
    job = job_of(asset)
    jobs.submitted(job.id, "", LEASE)
    submission.resubmit_overdue()
    assert job_of(asset) == job


def test_a_job_is_sent_with_the_same_request_again(asset: TreeNode) -> None:
    (first,) = submission.claim(8)
    ProcessingJob.objects.update(next_attempt_at=timezone.now())
    (second,) = submission.claim(8)
    assert second.body == first.body
    assert second.attempt == 2


def test_an_asset_without_an_original_is_not_processed_for_ever(asset: TreeNode) -> None:
    tree.delete(asset.path / assets.RENDITIONS / "original")
    assert submission.claim(8) == []
    assert state_of(asset) == "unProcessed"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="elsewhere the lease may be that of another server")
def test_a_restarted_server_takes_over_what_the_dead_one_had_claimed(asset: TreeNode) -> None:
    jobs.claim(1, LEASE)
    submission.take_over()
    assert jobs.claim(1, LEASE) == [job_of(asset).id]
    jobs.postpone(job_of(asset).id, LEASE, "ServiceUnavailable", "busy")
    submission.take_over()
    assert jobs.claim(1, LEASE) == []
