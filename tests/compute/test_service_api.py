"""`/register`, `/unregister`, `/process`: every status and body of section 1 of the wire contract."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adobe import (
    CLIENT_ID,
    ORG_ID,
    JournalReader,
    access_token,
    add_integration,
    adobe_client,
    headers,
    png_source,
    rendition,
)
from tests.server import ServerProcess

OPERATIONS = ["/register", "/unregister", "/process"]


@pytest.fixture
def anonymous(server: ServerProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as client:
        yield client


def job(**changes: Any) -> dict[str, Any]:
    return {"source": png_source(), "renditions": [rendition("a.png")], **changes}


def test_register_gives_the_same_journal_again(adobe: httpx.Client) -> None:
    first, second = adobe.post("/register"), adobe.post("/register")
    assert first.status_code == 200
    assert set(first.json()) == {"ok", "journal", "requestId"}
    assert first.json()["ok"] is True
    assert first.json()["journal"] == second.json()["journal"]
    assert adobe.get(first.json()["journal"]).status_code in {200, 204}  # readable at once
    assert first.headers["x-request-id"] == first.json()["requestId"]


def test_the_journal_is_under_the_host_that_the_client_used(adobe: httpx.Client) -> None:
    journal = adobe.post("/register", headers={"host": "localhost:81"}).json()["journal"]
    assert journal.startswith("http://localhost:81/events/organizations/")


def test_process_answers_with_an_activation(adobe: httpx.Client) -> None:
    answer = adobe.post("/process", json=job())
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert re.fullmatch("[0-9a-f]{32}", answer.json()["activationId"])
    assert answer.headers["x-request-id"] == answer.json()["requestId"]
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", OPERATIONS)
def test_the_request_id_is_echoed_or_made(anonymous: httpx.Client, path: str) -> None:
    given = anonymous.post(path, headers={"x-request-id": "my id/1"})
    assert given.headers["x-request-id"] == given.json()["requestId"] == "my id/1"
    made = anonymous.post(path)
    assert made.headers["x-request-id"] == made.json()["requestId"] != ""


@pytest.mark.parametrize("path", OPERATIONS)
def test_401(anonymous: httpx.Client, server: ServerProcess, path: str) -> None:
    good = headers(access_token(server.url))
    without = {name: {k: v for k, v in good.items() if k != name} for name in good}
    for wrong in (
        {},
        without["authorization"],
        without["x-api-key"],
        {**good, "authorization": "Bearer nonsense"},
        {**good, "x-api-key": "somebody-else"},
    ):
        answer = anonymous.post(path, headers=wrong)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"  # without, Java's client breaks off
        assert answer.json()["ok"] is False
        assert answer.json()["message"]
        assert answer.json()["requestId"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("path", OPERATIONS)
def test_403(anonymous: httpx.Client, server: ServerProcess, path: str) -> None:
    unsubscribed = headers(access_token(server.url, scope="openid,AdobeID"))
    foreign = {**headers(access_token(server.url)), "x-gw-ims-org-id": "other@AdobeOrg"}
    for wrong in (unsubscribed, foreign):
        answer = anonymous.post(path, headers=wrong)
        assert (answer.status_code, answer.json()["ok"]) == (403, False)


def test_either_organization_header_will_do_but_one_must_be_there(
    anonymous: httpx.Client, server: ServerProcess
) -> None:
    bearer = {"authorization": f"Bearer {access_token(server.url)}", "x-api-key": CLIENT_ID}
    for name in ("x-gw-ims-org-id", "x-ims-org-id"):
        assert anonymous.post("/register", headers={**bearer, name: ORG_ID}).status_code == 200
    assert anonymous.post("/register", headers=bearer).status_code == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"\xff", "JSON"),
        (b"{}", "renditions"),
        (b'{"renditions": []}', "renditions"),
        (b'{"renditions": [null]}', "renditions"),
        (b'{"renditions": {}}', "renditions: must be a list"),
        (b'{"renditions": ["png"]}', "renditions[0]"),
        (b'{"renditions": [{"fmt": "png"}], "source": {}}', "source.url"),
        (b'{"renditions": [{"fmt": "png"}], "source": ""}', "source.url"),
        (b'{"renditions": [{"fmt": "png"}], "source": 5}', "source"),
        (b'{"renditions": [{"fmt": 5}]}', "renditions[0].fmt"),
        (b'{"renditions": [{"target": "file:///etc/passwd"}]}', "renditions[0].target: must be a http or https URL"),
        (b'{"renditions": [{"target": 5}]}', "renditions[0].target: must be a text"),
        (b'{"renditions": [{"target": {"urls": []}}]}', "renditions[0].target.urls: must have at least one entry"),
        (b'{"renditions": [{"target": {"urls": ["x"]}}]}', "renditions[0].target.urls[0]: must be a http or https URL"),
        (b'{"renditions": [{"fmt": "png"}, {"worker": "nowhere"}]}', "renditions[1].worker"),
    ],
)
def test_400(adobe: httpx.Client, body: bytes, words: str) -> None:
    answer = adobe.post("/process", content=body)
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert words in answer.json()["message"]


def test_a_body_that_is_too_large(adobe: httpx.Client) -> None:
    assert adobe.post("/process", json=job(userData="x" * 9_000_000)).status_code == 413


@pytest.mark.parametrize("path", OPERATIONS)
def test_405(adobe: httpx.Client, path: str) -> None:
    answer = adobe.get(path)
    assert (answer.status_code, answer.json()["ok"]) == (405, False)
    assert answer.headers["allow"] == "POST"


def test_429_has_an_empty_body_and_says_when(tmp_path: Path) -> None:
    environment = {"AEMULATOR_PROCESS_RATE_LIMIT": "2", "AEMULATOR_RENDER_PROCESSES": "1"}
    with ServerProcess(tmp_path / "data", environment=environment) as server, adobe_client(server.url) as adobe:
        adobe.post("/register")
        assert [adobe.post("/process", json=job()).status_code for _ in range(2)] == [200, 200]
        refused = adobe.post("/process", json=job())
        assert (refused.status_code, refused.content) == (429, b"")
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert adobe.post("/register").status_code == 200


def test_unregister_and_what_comes_after(server: ServerProcess) -> None:
    add_integration(server.data_dir, "leaving")
    with adobe_client(server.url, "leaving") as adobe:
        unknown = adobe.post("/unregister")
        assert (unknown.status_code, unknown.json()["ok"]) == (404, True)
        early = adobe.post("/process", json=job())
        assert (early.status_code, early.json()["ok"]) == (404, False)

        journal = adobe.post("/register").json()["journal"]
        assert adobe.post("/unregister").json()["ok"] is True
        assert adobe.post("/process", json=job()).status_code == 404
        assert adobe.post("/unregister").status_code == 404
        assert adobe.get(journal).status_code == 404

        again = adobe.post("/register").json()["journal"]
        assert again != journal
        adobe.post("/process", json=job())
        assert len(JournalReader(adobe, again).wait_for(1)) == 1


def test_clients_of_one_organization_have_journals_of_their_own(adobe: httpx.Client, server: ServerProcess) -> None:
    add_integration(server.data_dir, "neighbour")
    with adobe_client(server.url, "neighbour") as neighbour:
        journal = neighbour.post("/register").json()["journal"]
        assert journal != adobe.post("/register").json()["journal"]
        adobe.post("/process", json=job())
        request_id = neighbour.post("/process", json=job()).json()["requestId"]
        events = JournalReader(neighbour, journal).wait_for(1)
        assert [event["requestId"] for event in events] == [request_id]
