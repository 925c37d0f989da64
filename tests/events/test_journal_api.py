"""Reading a journal over HTTP, as in section 3.1 of the wire contract."""

from urllib.parse import urljoin

import httpx
import pytest

from tests.adobe import JournalReader
from tests.events.conftest import Publish
from tests.server import wait_until


def numbers(answer: httpx.Response) -> list[int]:
    return [entry["event"]["n"] for entry in answer.json()["events"]]


def publish_some(publish: Publish, count: int) -> None:
    for n in range(count):
        assert publish({"n": n}).status_code == 200


def test_from_the_oldest_on_and_to_the_end(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish_some(publish, 3)
    first = adobe.get(journal)
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/json"
    assert numbers(first) == [0, 1, 2]
    page = first.json()["_page"]
    assert page == {"last": first.json()["events"][-1]["position"], "count": 3}

    end = adobe.get(urljoin(journal, first.links["next"]["url"]))
    assert end.status_code == 204
    assert end.content == b""
    assert int(end.headers["retry-after"]) > 0
    assert urljoin(journal, end.links["next"]["url"]) == str(end.request.url)  # the same, at the end
    assert "validate" in end.links

    publish_some(publish, 1)
    assert numbers(adobe.get(urljoin(journal, end.links["next"]["url"]))) == [0]


def test_links_are_relative_to_the_origin(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish_some(publish, 1)
    links = adobe.get(journal).links
    assert {"next", "validate", "events", "count", "latest", "page", "seek"} <= set(links)
    assert all(link["url"].startswith("/events/") for link in links.values())
    assert links["page"]["url"].endswith("?since={position}&limit={count}")
    assert links["seek"]["url"].endswith("?seek={duration}&limit={count}")


def test_an_empty_journal_is_204_with_a_next_link(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    for query in ("", "?latest=true", "?latest=true&limit=5", "?seek=-PT1H"):
        answer = adobe.get(journal + query)
        assert answer.status_code == 204
        assert "next" in answer.links
    publish_some(publish, 1)
    assert numbers(adobe.get(urljoin(journal, answer.links["next"]["url"]))) == [0]


def test_since_is_exclusive(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish_some(publish, 3)
    positions = [entry["position"] for entry in adobe.get(journal).json()["events"]]
    assert positions == sorted(positions)
    assert numbers(adobe.get(journal, params={"since": positions[0]})) == [1, 2]
    assert adobe.get(journal, params={"since": positions[2]}).status_code == 204


def test_limit_is_exact_and_carried_over(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish_some(publish, 5)
    first = adobe.get(journal, params={"limit": 2})
    assert numbers(first) == [0, 1]
    assert "limit=2" in first.links["next"]["url"]
    second = adobe.get(urljoin(journal, first.links["next"]["url"]))
    assert numbers(second) == [2, 3]
    assert numbers(adobe.get(journal, params={"limit": 100})) == [0, 1, 2, 3, 4]


def test_latest_jumps_to_the_end(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish_some(publish, 2)
    latest = adobe.get(journal, params={"latest": "true", "limit": 1})
    assert latest.status_code == 204
    assert "limit=1" in latest.links["next"]["url"]
    publish({"n": 7})
    publish({"n": 8})
    assert numbers(adobe.get(urljoin(journal, latest.links["next"]["url"]))) == [7]


def test_seek_goes_back_in_time(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish_some(publish, 2)
    assert numbers(adobe.get(journal, params={"seek": "-PT2H"})) == [0, 1]
    assert numbers(adobe.get(journal, params={"seek": "-P1DT2H30M", "limit": 1})) == [0]
    wait_until(
        lambda: adobe.get(journal, params={"seek": "-PT0.01S"}).status_code == 204, 5, "they are older than that"
    )


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=²",
        "limit=",
        "since=nonsense",
        "since=puffin:x:y",
        "since=",
        "seek=PT2H",
        "seek=-P",
        "seek=-PT",
        "seek=yesterday",
        "seek=-P99999999999D",
        "latest=perhaps",
        "since=x&seek=-PT2H",
        "latest=true&seek=-PT2H",
    ],
)
def test_wrong_parameters(adobe: httpx.Client, journal: str, query: str) -> None:
    answer = adobe.get(f"{journal}?{query}")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error_code", "message"}


def test_a_position_of_another_journal_is_refused(
    adobe: httpx.Client, journal: str, publish: Publish, subscription: dict[str, str]
) -> None:
    publish_some(publish, 1)
    position = adobe.get(journal).json()["_page"]["last"]
    other = adobe.post("/events/c/p/other/registrations", json=subscription).json()["_links"]["rel:events"]["href"]
    assert adobe.get(other, params={"since": position}).status_code == 400


def test_pages_end_at_one_and_a_half_megabytes(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    for n in range(8):
        publish({"n": n, "data": "x" * 400_000})
    reader = JournalReader(adobe, journal)
    pages: list[list[int]] = []
    while page := reader.page():
        pages.append([entry["event"]["n"] for entry in page])
    assert pages == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_one_event_larger_than_a_page_comes_alone(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish({"n": 0, "data": "x" * 1_700_000})
    publish_some(publish, 1)
    assert len(JournalReader(adobe, journal).page()) == 1


def test_events_come_back_as_they_were_sent(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    event = {"userData": {"nul": "\0", "emoji": "🦊", "float": 1.0, "deep": [[{}]], "big": 2**63, "null": None}}
    publish(event)
    assert adobe.get(journal).json()["events"][0]["event"] == event


def test_who_may_read(adobe: httpx.Client, journal: str) -> None:
    def status(**headers: str) -> tuple[int, str]:
        kept = {
            name: value for name, value in adobe.headers.items() if name.startswith("x-") or name == "authorization"
        }
        answer = httpx.get(journal, headers={**kept, **{k.replace("_", "-"): v for k, v in headers.items()}})
        return answer.status_code, answer.json().get("error_code", "") if answer.content else ""

    assert status() == (204, "")
    assert status(authorization="") == (401, "401010")
    assert status(authorization="Bearer nonsense") == (401, "401013")
    assert status(x_api_key="") == (403, "403000")
    assert status(x_api_key="somebody-else") == (403, "403003")
    assert status(x_ims_org_id="other@AdobeOrg") == (403, "403025")


def test_unknown_journals_and_paths_are_404(adobe: httpx.Client, journal: str) -> None:
    for url in (journal[:-4] + "0000", journal.replace("consumer", "other"), "/events/x/y", "/events/"):
        answer = adobe.get(url)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "404")
    assert adobe.post(journal).status_code == 405


def test_the_sibling_paths(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    publish_some(publish, 3)
    first = adobe.get(journal, params={"limit": 1})
    path = journal.partition("/events/")[2]
    assert numbers(adobe.get(f"/events-fast/{path}")) == [0, 1, 2]
    assert adobe.get(urljoin(journal, first.links["count"]["url"])).json() == {"count": 2}
    assert adobe.get(f"/count/{path}").json() == {"count": 3}
    assert adobe.get(urljoin(journal, first.links["validate"]["url"])).status_code == 200
    assert adobe.get(f"/events-validate/{path}", params={"since": "nonsense"}).status_code == 400


def test_clients_see_the_host_that_they_used(adobe: httpx.Client, subscription: dict[str, str]) -> None:
    answer = adobe.post(
        "/events/c/p/hosts/registrations", json=subscription, headers={"host": "events.example:81"}
    ).json()
    assert answer["_links"]["rel:events"]["href"].startswith("http://events.example:81/events/organizations/c/")
