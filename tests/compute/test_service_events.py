"""From `/process` to the journal: what the events say, when they are seen, and that there is one for each rendition."""

import re
import time

import httpx
import pytest

from tests.adobe import JournalReader, png_source, rendition


def process(adobe: httpx.Client, *renditions: dict[str, object], **more: object) -> str:
    answer = adobe.post("/process", json={"source": png_source(), "renditions": list(renditions), **more})
    return str(answer.raise_for_status().json()["requestId"])


def test_what_a_created_event_says(adobe: httpx.Client, journal: JournalReader) -> None:
    instructions = rendition("a.png", userData={"i": 1}, unknown=["kept"], url="https://x/legacy")
    request_id = process(adobe, {**instructions, "target": "https://x/never-used"}, userData={"id": "π\0"})
    (event,) = journal.wait_for(1, request_id=request_id)
    assert event["type"] == "rendition_created"
    assert event["requestId"] == request_id
    assert event["source"] == png_source()
    assert event["userData"] == {"id": "π\0"}
    assert event["rendition"] == instructions  # all but `target`
    assert event["metadata"]["tiff:imageWidth"] == 16
    assert event["metadata"]["dc:format"] == "image/png"
    assert event["data"].startswith("data:image/png;base64,")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["date"])
    assert not {"errorReason", "errorMessage"} & set(event)


def test_what_a_failed_event_says(adobe: httpx.Client, journal: JournalReader) -> None:
    request_id = process(adobe, rendition("a.xyz", fmt="no-such-format", userData={"i": 1}))
    (event,) = journal.wait_for(1, request_id=request_id)
    assert (event["type"], event["errorReason"]) == ("rendition_failed", "RenditionFormatUnsupported")
    assert event["errorMessage"]
    assert event["userData"] == {"i": 1}  # of the rendition, when the request has none
    assert not {"metadata", "data"} & set(event)


def test_a_source_that_cannot_be_had(adobe: httpx.Client, journal: JournalReader) -> None:
    source = f"{adobe.base_url}register"  # is no GET
    request_id = process(adobe, rendition("a.png"), rendition("b.png"), source=source)
    events = journal.wait_for(2, request_id=request_id)
    assert {event["type"] for event in events} == {"rendition_failed"}
    assert {event["source"] for event in events} == {source}


def test_nothing_is_seen_too_early_and_nothing_is_lost_to_latest(adobe: httpx.Client, journal: JournalReader) -> None:
    url = journal.url.partition("?")[0]
    for _ in range(5):
        request_id = process(adobe, rendition("a.png"))
        answered = time.monotonic()
        (event,) = JournalReader(adobe, f"{url}?latest=true").wait_for(1, request_id=request_id)
        assert event["requestId"] == request_id
        assert time.monotonic() - answered > 0.2  # 0.25 s, less the way of the answer

    # The client that starts to read only after the event is there must not miss it.
    assert request_id in {event["requestId"] for event in JournalReader(adobe, f"{url}?latest=true").rest()}


def test_each_rendition_has_one_event(adobe: httpx.Client, journal: JournalReader) -> None:
    jobs = [process(adobe, *[rendition(f"{n}.png", userData=n) for n in range(6)]) for _ in range(10)]
    events = journal.wait_for(60, request_id=set(jobs))
    assert sorted((event["requestId"], event["userData"]) for event in events) == sorted(
        (request_id, n) for request_id in jobs for n in range(6)
    )
    assert journal.rest() == []


def test_the_same_request_sent_again_at_once_joins_the_first(adobe: httpx.Client, journal: JournalReader) -> None:
    body = {"source": png_source(), "renditions": [rendition("a.png")]}
    answers = [adobe.post("/process", json=body, headers={"x-request-id": "again"}).json() for _ in range(3)]
    first = answers[0]["activationId"]
    journal.wait_for(1, request_id="again")
    later = adobe.post("/process", json=body, headers={"x-request-id": "again"}).json()
    assert later["activationId"] != first  # the first was finished: this is a new request
    journal.wait_for(1, request_id="again")


def test_null_renditions_are_dropped_and_a_source_may_be_missing(adobe: httpx.Client, journal: JournalReader) -> None:
    answer = adobe.post("/process", json={"renditions": [None, rendition("a.png")], "source": None})
    (event,) = journal.wait_for(1, request_id=answer.json()["requestId"])
    assert event["type"] == "rendition_failed"
    assert "source" not in event


@pytest.mark.parametrize("spelling", ["mimetype", "mimeType", "type"])
def test_every_spelling_of_the_source_type(adobe: httpx.Client, journal: JournalReader, spelling: str) -> None:
    source = {"url": png_source(), "name": "x.png", spelling: "image/png", "headers": {"x": "y"}}
    request_id = process(adobe, rendition("a.png"), source=source)
    (event,) = journal.wait_for(1, request_id=request_id)
    assert (event["type"], event["source"]) == ("rendition_created", png_source())
