"""The page `/events` over HTTP."""

import base64
import json

import httpx
import pytest

from tests.adobe import ingress_body
from tests.events.conftest import Publish
from tests.server import ServerProcess


def words(answer: httpx.Response) -> str:
    """Without the places at which a long name may break."""
    return answer.text.replace("<wbr>", "")


def registration(journal: str) -> str:
    return journal.rpartition("/")[2]


def test_entries_are_shown_newest_first_and_found_by_type_and_text(
    client: httpx.Client, journal: str, publish: Publish
) -> None:
    publish({"type": "rendition_created", "requestId": "first", "rendition": {"name": "a.png"}})
    publish(
        {
            "type": "rendition_failed",
            "requestId": "second",
            "rendition": {"name": "b.png"},
            "errorReason": "SourceCorrupt",
        }
    )
    owner = registration(journal)
    page = words(client.get("/events", params={"registration": owner}))
    assert page.index("b.png") < page.index("a.png")
    failed = words(client.get("/events.rows.html", params={"registration": owner, "type": "rendition_failed"}))
    assert "SourceCorrupt" in failed
    assert "a.png" not in failed
    assert "a.png" in words(client.get("/events.rows.html", params={"registration": owner, "q": "first"}))
    after = client.get("/events.rows.html", params={"registration": owner, "after": 1}).text
    assert 'data-key="2"' in after
    assert 'data-key="1"' not in after


def test_an_entry_is_shown_in_full(client: httpx.Client, journal: str, publish: Publish) -> None:
    publish({"type": "rendition_created", "requestId": "r", "source": "https://x.example/?sig=SECRET&a=1"})
    page = client.get("/events.entry.html", params={"registration": registration(journal), "entry": 1}).text
    assert "puffin:" in page
    assert "SECRET" not in page
    assert client.get("/events", params={"registration": registration(journal), "entry": 9}).status_code == 404


def test_entries_of_any_text_and_depth_are_shown(
    client: httpx.Client, adobe: httpx.Client, journal: str, provider: str
) -> None:
    for text in ('{"type": "half \\ud800 a pair"}', '{"type": "deep", "userData": ' + "[" * 980 + "]" * 980 + "}"):
        body = ingress_body({}, provider) | {"event": base64.b64encode(text.encode()).decode()}
        adobe.post("/api/events", json=body).raise_for_status()
    owner = registration(journal)
    assert client.get("/events", params={"registration": owner}).status_code == 200
    assert "half ? a pair" in client.get("/events.entry.html", params={"registration": owner, "entry": 1}).text
    deep = client.get("/events.entry.html", params={"registration": owner, "entry": 2}).text
    assert "nested too deep to be shown" in deep


def test_readers_and_how_far_they_are_behind(
    client: httpx.Client, adobe: httpx.Client, journal: str, publish: Publish
) -> None:
    publish({"type": "rendition_created", "requestId": "r"})
    adobe.get(journal, headers={"user-agent": "my-reader/1"}).raise_for_status()
    publish({"type": "rendition_created", "requestId": "s"})
    consumers = client.get("/events.consumers.html").text
    own = consumers[consumers.index(registration(journal)) :]
    assert own.index("my-reader/1") < own.index("1 behind")


def test_a_test_event_is_published_at_the_ingress(client: httpx.Client, adobe: httpx.Client) -> None:
    adobe.post("/register").raise_for_status()
    event = {"type": "rendition_created", "requestId": "made-by-hand"}
    answer = client.post("/events.publish.json", data={"event": json.dumps(event)})
    assert answer.status_code == 200, answer.text
    assert "made-by-hand" in client.get("/events").text
    adobe.post("/unregister")
    assert client.post("/events.publish.json", data={"event": json.dumps(event)}).status_code == 409


@pytest.mark.parametrize(("text", "words"), [("{", "not JSON"), ("[]", "a JSON object")])
def test_a_bad_test_event_is_refused_with_its_reason(client: httpx.Client, text: str, words: str) -> None:
    answer = client.post("/events.publish.json", data={"event": text})
    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_the_api_below_the_page_is_the_api_still(
    adobe: httpx.Client, client: httpx.Client, server: ServerProcess
) -> None:
    assert adobe.get("/events/consumer/registrations").headers["content-type"].startswith("application/hal+json")
    assert client.get("/events").headers["content-type"].startswith("text/html")
    assert httpx.get(f"{server.url}/events").status_code == 401


def test_what_does_not_exist(client: httpx.Client) -> None:
    assert client.get("/events?registration=none").status_code == 404
    assert client.get("/events.rows.html?before=x").status_code == 404
