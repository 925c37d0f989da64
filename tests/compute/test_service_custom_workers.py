"""Custom workers: one call for each URL, and one event for each rendition whatever the worker does."""

import threading
import time
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import httpx
import pytest

from tests.adobe import CLIENT_ID, ORG_ID, JournalReader, png_source, rendition
from tests.compute.custom_worker import Call, custom_worker
from tests.server import wait_until

ACTIVATION = {"activationId": "0123456789abcdef0123456789abcdef"}


def process(adobe: httpx.Client, *renditions: dict[str, Any], **more: object) -> str:
    answer = adobe.post("/process", json={"source": png_source(), "renditions": list(renditions), **more})
    return str(answer.raise_for_status().json()["requestId"])


def custom(worker: str, name: str, **more: object) -> dict[str, Any]:
    return {"worker": worker, "name": name, "target": "https://blob.example/put", "userData": {"of": name}, **more}


def unfinished(adobe: httpx.Client) -> int:
    return int(adobe.get("/_aemulator/health").json()["parts"]["invocations"]["unfinished"])


def test_one_call_for_each_worker_with_all_its_renditions(adobe: httpx.Client, journal: JournalReader) -> None:
    def answer(call: Call) -> tuple[int, object]:
        for entry in call.body["renditions"]:
            assert call.send_event(str(adobe.base_url).rstrip("/"), entry, activationIds=["w"]) == 200
        return 200, ACTIVATION

    with custom_worker(answer) as one, custom_worker(answer) as other:
        own = [custom(one.url, "a", crop="yes", width="100"), custom(one.url, "b")]
        request_id = process(adobe, own[0], rendition("core.png"), custom(other.url, "c"), own[1], userData={"id": 1})
        events = journal.wait_for(4, request_id=request_id)
        assert {event["rendition"]["name"] for event in events} == {"a", "b", "c", "core.png"}
        assert {event["type"] for event in events} == {"rendition_created"}
        (call,) = one.calls
        assert call.body["renditions"] == own
        assert call.body["source"] == {"url": png_source()}
        assert call.body["userData"] == {"id": 1}
        assert call.body["times"]["process"] > 1_700_000_000_000
        assert call.headers["authorization"] == adobe.headers["authorization"]
        assert call.headers["x-gw-ims-org-id"] == ORG_ID
        assert call.headers["x-api-key"] == CLIENT_ID
        assert call.headers["x-request-id"] == request_id
        assert [entry["name"] for entry in other.calls[0].body["renditions"]] == ["c"]


def test_the_source_object_goes_to_the_worker_as_it_is(adobe: httpx.Client, journal: JournalReader) -> None:
    source = {"url": png_source(), "name": "x.png", "mimeType": "image/png", "size": 5, "own": True}
    with custom_worker(lambda _: (418, b"no")) as worker:
        journal.wait_for(1, request_id=process(adobe, custom(worker.url, "a"), source=source))
        assert worker.calls[0].body["source"] == source


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_worker_that_refuses_fails_its_renditions_at_once(
    adobe: httpx.Client, journal: JournalReader, status: int
) -> None:
    with custom_worker(lambda _: (status, {"message": "Missing Oauth token"})) as worker:
        request_id = process(adobe, custom(worker.url, "a"), custom(worker.url, "b"), rendition("core.png"))
        events = {event["rendition"]["name"]: event for event in journal.wait_for(3, request_id=request_id)}
        assert events["core.png"]["type"] == "rendition_created"
        for name in "ab":
            assert (events[name]["type"], events[name]["errorReason"]) == ("rendition_failed", "GenericError")
            assert f"answered {status}" in events[name]["errorMessage"]
            assert "Missing Oauth token" in events[name]["errorMessage"]
            assert events[name]["userData"] == {"of": name}
        assert len(worker.calls) == 1


def test_a_worker_that_is_overloaded_is_called_again(adobe: httpx.Client, journal: JournalReader) -> None:
    def answer(call: Call) -> tuple[int, object]:
        if len(worker.calls) < 2:
            return 503, b"busy"
        call.send_event(str(adobe.base_url).rstrip("/"), call.body["renditions"][0])
        return 200, ACTIVATION

    with custom_worker(answer) as worker:
        (event,) = journal.wait_for(1, request_id=process(adobe, custom(worker.url, "a")))
        assert event["type"] == "rendition_created"
        assert len(worker.calls) == 2


def test_a_worker_is_called_again_when_it_wants_to_be(adobe: httpx.Client, journal: JournalReader) -> None:
    called: list[float] = []

    def answer(call: Call) -> tuple[int, object]:
        called.append(time.monotonic())
        if len(called) < 2:
            return 429, b""
        call.send_event(str(adobe.base_url).rstrip("/"), call.body["renditions"][0])
        return 200, ACTIVATION

    with custom_worker(answer) as worker:
        worker.headers["retry-after"] = "1"
        (event,) = journal.wait_for(1, request_id=process(adobe, custom(worker.url, "a")))
    assert event["type"] == "rendition_created"
    assert called[1] - called[0] >= 1


def test_a_worker_that_wants_to_be_called_after_the_deadline_has_failed(
    adobe: httpx.Client, journal: JournalReader
) -> None:
    with custom_worker(lambda _: (429, b"")) as worker:
        worker.headers["retry-after"] = "86400"
        (event,) = journal.wait_for(1, request_id=process(adobe, custom(worker.url, "a")))
        assert "answered 429" in event["errorMessage"]
        assert len(worker.calls) == 1


def test_a_worker_that_is_not_there(adobe: httpx.Client, journal: JournalReader) -> None:
    (event,) = journal.wait_for(1, request_id=process(adobe, custom("http://127.0.0.1:9/worker", "a")))
    assert event["type"] == "rendition_failed"
    assert "cannot be called" in event["errorMessage"]


def test_a_silent_worker_fails_at_the_deadline_and_its_late_event_is_dropped(
    adobe: httpx.Client, journal: JournalReader
) -> None:
    with custom_worker(lambda _: (200, ACTIVATION)) as worker:
        request_id = process(adobe, custom(worker.url, "a"), custom(worker.url, "b"))
        events_url = str(adobe.base_url).rstrip("/")
        wait_until(lambda: worker.calls, 10, "the worker is called")
        (call,) = worker.calls
        assert call.send_event(events_url, call.body["renditions"][0]) == 200
        events = {event["rendition"]["name"]: event for event in journal.wait_for(2, request_id=request_id)}
        assert events["a"]["type"] == "rendition_created"
        assert events["b"]["type"] == "rendition_failed"
        assert "sent no event within 1.5 seconds" in events["b"]["errorMessage"]
        assert events["b"]["activationIds"] == [ACTIVATION["activationId"]]

        for entry in call.body["renditions"]:  # late for one, a second time for the other
            assert call.send_event(events_url, entry) == 200
        assert journal.rest() == []


def test_a_worker_that_hangs_fails_at_the_deadline(adobe: httpx.Client, journal: JournalReader) -> None:
    release = threading.Event()

    def hang(call: Call) -> tuple[int, object]:
        release.wait(30)
        return 200, ACTIVATION

    with custom_worker(hang) as worker:
        (event,) = journal.wait_for(1, request_id=process(adobe, custom(worker.url, "a")))
        release.set()
    assert (event["type"], event["errorReason"]) == ("rendition_failed", "GenericError")
    assert "does not answer" in event["errorMessage"]


def test_a_worker_whose_answer_never_ends(adobe: httpx.Client, journal: JournalReader) -> None:
    closed = threading.Event()

    def drip() -> Iterator[bytes]:
        while not closed.wait(0.05):
            yield b" "

    with custom_worker(lambda _: (200, drip())) as slow, custom_worker(lambda _: (200, repeat(bytes(1 << 20)))) as fast:
        request_id = process(adobe, custom(slow.url, "slow"), custom(fast.url, "fast"))
        events = {event["rendition"]["name"]: event for event in journal.wait_for(2, request_id=request_id)}
        closed.set()
    assert "does not answer" in events["slow"]["errorMessage"]
    assert "the answer has more than" in events["fast"]["errorMessage"]


def test_words_that_no_database_takes(adobe: httpx.Client, journal: JournalReader) -> None:
    with custom_worker(lambda _: (500, b"no \0 \xed\xa0\x80 good")) as worker:
        (event,) = journal.wait_for(1, request_id=process(adobe, custom(worker.url, "a")))
    assert "answered 500: no \N{REPLACEMENT CHARACTER}" in event["errorMessage"]


def test_a_worker_that_sends_before_it_refuses_has_its_word(adobe: httpx.Client, journal: JournalReader) -> None:
    def answer(call: Call) -> tuple[int, object]:
        call.send_event(str(adobe.base_url).rstrip("/"), call.body["renditions"][0])
        return 500, b"died afterwards"

    with custom_worker(answer) as worker:
        request_id = process(adobe, custom(worker.url, "a"), custom(worker.url, "b"))
        events = {event["rendition"]["name"]: event["type"] for event in journal.wait_for(2, request_id=request_id)}
    assert events == {"a": "rendition_created", "b": "rendition_failed"}
    assert journal.rest() == []


def test_a_plain_worker_may_say_little_about_the_rendition(adobe: httpx.Client, journal: JournalReader) -> None:
    """No activation id in the answer, only the name in the events, a failure of its own kind."""

    def answer(call: Call) -> tuple[int, object]:
        failure = {"type": "rendition_failed", "errorReason": "my_reason", "errorMessage": "mine", "metadata": None}
        call.send_event(str(adobe.base_url).rstrip("/"), {"name": "b"}, **failure)
        call.send_event(str(adobe.base_url).rstrip("/"), {"name": "a"})
        return 202, b"ok"

    with custom_worker(answer) as worker:
        request_id = process(adobe, custom(worker.url, "a"), custom(worker.url, "b"))
        events = journal.wait_for(2, request_id=request_id)
        assert [event.get("errorReason") for event in events] == ["my_reason", None]
        wait_until(lambda: unfinished(adobe) == 0, 10, "the service knows that the worker is done")
        assert journal.rest() == []


def test_events_of_custom_workers_are_not_seen_too_early(adobe: httpx.Client, journal: JournalReader) -> None:
    url = journal.url.partition("?")[0]

    def answer(call: Call) -> tuple[int, object]:
        call.send_event(str(adobe.base_url).rstrip("/"), call.body["renditions"][0])
        return 200, ACTIVATION

    with custom_worker(answer) as worker:
        for _ in range(3):
            request_id = process(adobe, custom(worker.url, "a"))
            JournalReader(adobe, f"{url}?latest=true").wait_for(1, request_id=request_id)
