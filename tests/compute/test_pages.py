"""The pages under `/compute` over HTTP; what cancelling and sending again do to the events."""

import threading
import uuid
from collections.abc import Mapping

import httpx
import pytest

from tests.adobe import JournalReader, png_source, rendition
from tests.compute.custom_worker import custom_worker
from tests.server import ServerProcess, wait_until


def process(adobe: httpx.Client, *renditions: Mapping[str, object]) -> tuple[str, str]:
    """The activation id and the request id."""
    body = {"source": png_source(), "renditions": list(renditions), "userData": {"of": "pages"}}
    answer = adobe.post("/process", json=body, headers={"x-request-id": uuid.uuid4().hex}).raise_for_status().json()
    return answer["activationId"], answer["requestId"]


def test_the_list_finds_by_request_and_the_activation_shows_its_renditions(
    adobe: httpx.Client, journal: JournalReader, client: httpx.Client
) -> None:
    activation, request_id = process(
        adobe, rendition("shown.png"), {"fmt": "nonsense", "name": "bad", "target": "https://x.example"}
    )
    journal.wait_for(2, request_id=request_id)
    found = client.get("/compute", params={"q": request_id}).text
    assert f'data-id="{activation}"' in found
    page = client.get(f"/compute/{activation}").text
    assert "shown.png" in page
    assert "RenditionFormatUnsupported" in page
    assert "Partly failed" in page
    failed = client.get("/compute", params={"state": "failed", "q": request_id}).text
    assert f'data-id="{activation}"' in failed
    assert f'data-id="{activation}"' not in client.get("/compute", params={"state": "done", "q": request_id}).text


def test_pages_of_the_list_follow_each_other_without_gaps(
    adobe: httpx.Client, journal: JournalReader, client: httpx.Client
) -> None:
    for _ in range(3):
        journal.wait_for(1, request_id=process(adobe, rendition("one.png"))[1])
    keys = [line.split('"')[0] for line in client.get("/compute.rows.html").text.split('data-key="')[1:]]
    assert len(keys) >= 3
    older = client.get("/compute.rows.html", params={"before": keys[0]}).text
    assert f'data-key="{keys[1]}"' in older
    assert f'data-key="{keys[0]}"' not in older
    newer = client.get("/compute.rows.html", params={"after": keys[1]}).text
    assert f'data-key="{keys[0]}"' in newer
    assert f'data-key="{keys[1]}"' not in newer


def test_what_is_cancelled_has_one_event_whatever_the_worker_says_later(
    adobe: httpx.Client, journal: JournalReader, client: httpx.Client
) -> None:
    called, go_on = threading.Event(), threading.Event()

    def answer(call: object) -> tuple[int, object]:
        called.set()
        assert go_on.wait(20)
        call.send_event(str(adobe.base_url).rstrip("/"), call.body["renditions"][0])  # type: ignore[attr-defined]
        return 200, {}

    with custom_worker(answer) as worker:
        own = {"worker": worker.url, "name": "slow", "target": "https://blob.example/put"}
        activation, request_id = process(adobe, own)
        assert called.wait(20)
        cancelled = client.post(f"/compute/{activation}/cancel")
        assert cancelled.status_code == 200, cancelled.text
        (event,) = journal.wait_for(1, request_id=request_id)
        assert (event["type"], event["errorMessage"]) == ("rendition_failed", "Cancelled by admin")
        go_on.set()
        assert client.post(f"/compute/{activation}/cancel").status_code == 409
    wait_until(lambda: "Failed" in client.get(f"/compute/{activation}").text, 10, "the activation has ended")
    assert [one for one in journal.rest() if one["requestId"] == request_id] == []


def test_what_is_sent_again_is_a_new_activation_with_its_own_events(
    adobe: httpx.Client, journal: JournalReader, client: httpx.Client
) -> None:
    activation, request_id = process(adobe, rendition("again.png"))
    journal.wait_for(1, request_id=request_id)
    again = client.post(f"/compute/{activation}/again").raise_for_status().json()["url"].rpartition("/")[2]
    assert again != activation
    (event,) = journal.wait_for(1)
    assert event["requestId"] != request_id
    assert event["rendition"]["name"] == "again.png"
    assert event["userData"] == {"of": "pages"}


def test_signatures_are_not_shown(adobe: httpx.Client, journal: JournalReader, client: httpx.Client) -> None:
    target = {"fmt": "png", "name": "x", "target": "https://blob.example/x?sp=w&sig=VERYSECRET"}
    activation, request_id = process(adobe, target)
    assert "VERYSECRET" not in client.get(f"/compute/{activation}").text
    client.post(f"/compute/{activation}/cancel")
    journal.wait_for(1, request_id=request_id)


@pytest.mark.parametrize("path", ["/compute", "/compute.rows.html", "/compute/none", "/compute.queues.html"])
def test_nobody_sees_them_without_signing_in(server: ServerProcess, path: str) -> None:
    assert httpx.get(f"{server.url}{path}").status_code == 401


def test_what_does_not_exist(client: httpx.Client) -> None:
    assert client.get("/compute/none").status_code == 404
    assert client.post("/compute/none/cancel").status_code == 404
    assert client.get("/compute.rows.html?before=nonsense").status_code == 404
    assert client.get("/compute/none/cancel").status_code == 405
