"""Why a rendition is not there: every reason in words, with its remedy."""

import pytest

from repository import asset_absences, profile_store, reprocessing, tree
from repository.absences import Absence, Asked, HoldingProfile, OtherProfile, Situation, absences
from repository.mime_rules import MimeRules
from repository.models import JobRendition, JobState, RenditionState
from repository.paths import NodePath
from repository.profiles import DEFAULT_PROFILE, ImageRendition, Profile, Verdict, WorkerRendition, verdicts
from repository.tree import TreeNode

DEFAULTS = frozenset(default.name for default in DEFAULT_PROFILE)
WORKER = "https://worker.example/api/v1/web/pkg/circle"


def found(
    *asked: Asked,
    profile: HoldingProfile | None = None,
    others: tuple[OtherProfile, ...] = (),
    stored: frozenset[str] = DEFAULTS,
) -> list[Absence]:
    return absences(Situation("image/jpeg", "/content/dam/a", stored, asked, profile, others))


def holding(*rows: ImageRendition) -> HoldingProfile:
    judged = verdicts("image/jpeg", Profile("Web", rows))
    return HoldingProfile("Web", "/tools/processing-profiles/web.html", "/content/dam", True, judged)


def test_nothing_is_absent_when_everything_is_stored() -> None:
    assert found() == []
    assert found(Asked("cq5dam.web.1280.1280.jpeg", "attached", "done")) == []


@pytest.mark.parametrize(
    ("reason", "message", "worker", "expected"),
    [
        ("RenditionFormatUnsupported", "no", "", "unsupported-format"),
        ("SourceUnsupported", "", "", "unsupported-source"),
        ("SourceFormatUnsupported", "", "", "unsupported-source"),
        ("SourceCorrupt", "truncated", "", "corrupt"),
        ("RenditionTooLarge", "", "", "too-large"),
        ("Timeout", "No event came", "", "no-event"),
        ("ServiceUnavailable", "Asset Compute answered 503", "", "job-refused"),
        ("GenericError", "it broke", "", "failed"),
        ("GenericError", f"The worker {WORKER} answered 401: no", WORKER, "unauthorized"),
        ("GenericError", f"The worker {WORKER} answered 403: no", WORKER, "unauthorized"),
        ("GenericError", f"The worker {WORKER} answered 404: no", WORKER, "endpoint-unknown"),
        ("GenericError", f"The worker {WORKER} answered 429", WORKER, "too-many-requests"),
        ("GenericError", f"The worker {WORKER} sent no event within 300 seconds", WORKER, "worker-silent"),
        ("GenericError", f"The worker {WORKER} cannot be called: refused", WORKER, "unreachable"),
        ("GenericError", "Unknown error", WORKER, "worker-failed"),
        ("GenericError", "Unknown error", "http://worker.example/circle", "not-https"),
        ("my_reason", "of my own", WORKER, "worker-failed"),
    ],
)
def test_a_failed_rendition_says_why(reason: str, message: str, worker: str, expected: str) -> None:
    (absence,) = found(Asked("x.png", "failed", "done", reason, message, worker))
    assert absence.reason == expected
    assert absence.words.endswith(".")
    assert absence.remedy.endswith(".")
    assert reason in absence.detail


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked("x.png", "requested", "pending"), "to-be-sent"),
        (Asked("x.png", "requested", "pending", attempts=2, job_message="503"), "not-sent"),
        (Asked("x.png", "requested", "submitted"), "queued"),
        (Asked("x.png", "requested", "submitted", worker=WORKER), "queued"),
        (Asked("x.png", "requested", "superseded"), "superseded"),
    ],
)
def test_a_rendition_that_is_waited_for(asked: Asked, expected: str) -> None:
    (absence,) = found(asked)
    assert absence.reason == expected


def test_what_the_profile_leaves_out() -> None:
    rows = (
        ImageRendition("excluded.png", rules=MimeRules(exclude="image/.*")),
        ImageRendition("others.png", rules=MimeRules(include="video/.*")),
        ImageRendition("twice.png"),
        ImageRendition("twice.png"),
    )
    judged = {absence.rendition: absence for absence in found(profile=holding(*rows))}
    assert [judged[name].reason for name in ("excluded.png", "others.png", "twice.png")] == [
        "excluded",
        "not-included",
        "not-asked",
    ]
    assert "image/.*" in judged["excluded.png"].remedy
    assert judged["others.png"].link == "/tools/processing-profiles/web.html"


def test_expressions_that_cannot_be_read_are_told() -> None:
    verdict = Verdict("x.png", "not-included", "*/*", ("*/*",))
    profile = HoldingProfile("Web", "/p", "/content/dam", True, [verdict])
    (absence,) = found(profile=profile)
    assert "*/*" in absence.detail


def test_a_profile_that_was_deleted() -> None:
    (absence,) = found(profile=HoldingProfile("gone", "/p", "/content/dam", is_there=False))
    assert absence.reason == "profile-missing"


def test_a_profile_of_another_folder() -> None:
    other = OtherProfile("Web", "/p", ("/content/dam/b",), ("web.webp",))
    (absence,) = found(others=(other,))
    assert (absence.rendition, absence.reason) == ("web.webp", "profile-not-here")
    assert "/content/dam/b" in absence.words
    assert found(others=(other,), profile=holding()) == []


def test_an_asset_that_was_never_processed() -> None:
    assert {absence.reason for absence in found(stored=frozenset())} == {"not-processed"}


@pytest.mark.django_db
def test_of_an_asset_in_the_repository(asset: TreeNode) -> None:
    rows = (
        WorkerRendition("circle", "png", WORKER),
        ImageRendition("video-only.png", rules=MimeRules(include="video/.*")),
    )
    profile = profile_store.create(Profile("Mine", rows))
    before = {absence.rendition: absence.reason for absence in asset_absences.of_asset(asset)}
    assert before["circle.png"] == "profile-not-here"
    profile_store.assign(asset.path.parent, NodePath(profile.path))
    assert reasons(asset)["circle.png"] == "not-asked"
    reprocessing.start([asset.path])
    assert reasons(asset)["circle.png"] == "to-be-sent"
    failing = JobRendition.objects.get(name="circle.png", job__asset_uuid=asset.uuid, job__state=JobState.PENDING)
    failing.state, failing.reason, failing.message = RenditionState.FAILED, "GenericError", "The worker answered 401"
    failing.save()
    assert reasons(asset)["circle.png"] == "unauthorized"
    assert reasons(asset)["video-only.png"] == "not-included"


def reasons(asset: TreeNode) -> dict[str, str]:
    return {absence.rendition: absence.reason for absence in asset_absences.of_asset(tree.get(asset.path))}
