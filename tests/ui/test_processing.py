"""What people see of an asset's processing."""

from repository.ui.processing import Failure, progress

THUMBNAIL, WEB, METADATA = "cq5dam.thumbnail.48.48.png", "cq5dam.web.1280.1280.jpeg", "cqdam.metadata.xml"
REQUESTED = [METADATA, THUMBNAIL, WEB]


def failure(name: str, reason: str = "SourceCorrupt") -> Failure:
    return Failure(name, reason, "no such luck")


def test_counts_what_was_answered_for_while_it_is_processing() -> None:
    found = progress("processing", REQUESTED, ["original", THUMBNAIL], [failure(WEB)])
    assert (found.state, found.done, found.total) == ("processing", 2, 3)


def test_what_is_about_to_be_replaced_does_not_count_while_it_is_processing() -> None:
    found = progress("processing", REQUESTED, ["original", *REQUESTED], [], ["original", THUMBNAIL, WEB])
    assert (found.state, found.done, found.total) == ("processing", 1, 3)


def test_failures_of_before_count_among_all_renditions() -> None:
    found = progress("processed", [METADATA], ["original", METADATA, THUMBNAIL], [failure(WEB)])
    assert (found.state, len(found.failures), found.done, found.total) == ("partial", 1, 3, 3)


def test_is_ready_when_all_is_there() -> None:
    assert progress("processed", REQUESTED, ["original", *REQUESTED], []).state == "ready"


def test_is_partial_when_a_few_are_missing() -> None:
    found = progress("processed", REQUESTED, ["original", METADATA, THUMBNAIL], [failure(WEB)])
    assert found.state == "partial"
    assert found.first_failure == failure(WEB)


def test_has_failed_without_any_web_rendition() -> None:
    found = progress("processed", REQUESTED, ["original", METADATA], [failure(THUMBNAIL), failure(WEB)])
    assert found.state == "failed"


def test_what_does_not_apply_to_the_type_is_no_failure() -> None:
    inapplicable = [failure(name, "RenditionFormatUnsupported") for name in (THUMBNAIL, WEB)]
    found = progress("processed", REQUESTED, ["original", METADATA], inapplicable)
    assert (found.state, found.done, found.failures) == ("ready", 3, ())


def test_an_unknown_state_is_not_processed() -> None:
    assert progress("unProcessed", [], ["original"], []).state == "unprocessed"
    assert progress("", [], [], []).state == "unprocessed"
