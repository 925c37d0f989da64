"""/adobe/assets/import: files from URLs, of hosts that the settings allow."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.compute.storage import Storage
from tests.repository.author import fresh_folder, node, upload
from tests.server import wait_until

FROM_URL = "/adobe/assets/import/fromUrl"
LARGE = bytes(range(256)) * 40_000  # more than two blocks

Json = dict[str, Any]


@pytest.fixture(scope="module")
def origin() -> Iterator[Storage]:
    """The server that the files come from."""
    with Storage() as running:
        yield running


@pytest.fixture
def folder(client: httpx.Client) -> str:
    return fresh_folder(client)


def begun(client: httpx.Client, folder: str, *files: Json, url: str = FROM_URL) -> str:
    answer = client.post(url, json={"folder": folder, "files": list(files), "sourceName": "a test"})
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "PROCESSING"
    assert answer.headers["location"] == f"/adobe/assets/import/jobs/{answer.json()['jobId']}/status"
    return str(answer.json()["jobId"])


def result(client: httpx.Client, job: str) -> Json:
    jobs = f"/adobe/assets/import/jobs/{job}"

    def ended() -> bool:
        return bool(client.get(f"{jobs}/status").json()["status"] != "PROCESSING")

    wait_until(ended, 30, "the import has ended")
    found: Json = client.get(f"{jobs}/result").json()
    return found


def test_files_become_assets_with_their_metadata(client: httpx.Client, folder: str, origin: Storage) -> None:
    one, two = origin.source("/one", b"some text"), origin.source("/two", LARGE)
    origin.content_types["/two"] = "application/x-own; charset=x"
    job = begun(
        client,
        folder,
        {"fileName": "ä one.txt", "url": one, "assetMetadata": {"dc:title": "One", "dc:subject": ["a", "b"]}},
        {"fileName": "two", "url": two},
        {"fileName": "three.png", "url": one, "mimeType": "image/x-mine"},
    )
    done = result(client, job)
    assert (done["status"], [item["status"] for item in done["items"]]) == ("COMPLETED", ["COMPLETED"] * 3)
    assert client.get(f"{folder}/ä one.txt").text == "some text"
    assert client.get(f"{folder}/two").content == LARGE
    described = node(client, f"{folder}/ä one.txt/jcr:content/metadata")
    assert (described["dc:title"], described["dc:subject"]) == ("One", ["a", "b"])
    types = [client.head(f"{folder}/{name}").headers["content-type"] for name in ("ä one.txt", "two", "three.png")]
    assert [kind.partition(";")[0] for kind in types] == ["text/plain", "application/x-own", "image/x-mine"]
    asset_id = done["items"][0]["assetId"]
    assert client.get(f"/adobe/assets/{asset_id}/metadata").json()["repositoryMetadata"]["repo:name"] == "ä one.txt"


def test_the_other_spelling_and_a_folder_by_its_id(client: httpx.Client, folder: str, origin: Storage) -> None:
    file = {"fileName": "x.txt", "url": origin.source("/x", b"x")}
    (made,) = client.post("/adobe/folders", json=[{"path": f"{folder}/own"}]).json()
    job = begun(client, made["folderId"], file, url="/adobe/assets/import/from-url")
    assert result(client, job)["items"][0]["path"] == f"{folder}/own/x.txt"


def test_what_cannot_be_had_fails_alone(client: httpx.Client, folder: str, origin: Storage) -> None:
    upload(client, folder, "taken.txt", b"first")
    good = origin.source("/good", b"good")
    origin.redirects |= {"/elsewhere": "http://192.0.2.1/x", "/circle": "/circle", "/hop": "/good"}
    wrong = {
        "missing.txt": f"{origin.url}/missing",
        "elsewhere.txt": f"{origin.url}/elsewhere",
        "circle.txt": f"{origin.url}/circle",
        "nobody.txt": "http://127.0.0.1:9/x",
        "taken.txt": good,
    }
    files = [{"fileName": name, "url": url} for name, url in wrong.items()]
    job = begun(client, folder, *files, {"fileName": "hop.txt", "url": f"{origin.url}/hop"})
    done = result(client, job)
    errors = {item["fileName"]: item.get("error", "") for item in done["items"]}
    assert done["status"] == "COMPLETED"
    assert "404" in errors["missing.txt"]
    assert "192.0.2.1" in errors["elsewhere.txt"]
    assert "redirects" in errors["circle.txt"]
    assert "127.0.0.1:9" in errors["nobody.txt"]
    assert errors["taken.txt"]
    assert errors["hop.txt"] == ""
    assert client.get(f"{folder}/taken.txt").text == "first"
    job = begun(client, folder, {"fileName": "alone.txt", "url": f"{origin.url}/missing"})
    assert result(client, job)["status"] == "FAILED"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"files": [{"fileName": "a", "url": "http://localhost/"}]}, "folder"),
        ({"folder": "/content/dam", "files": []}, "files"),
        ({"folder": "/content/dam", "files": [{"fileName": "a"}]}, "url"),
        ({"folder": "/content/dam", "files": [{"fileName": "a", "url": "http://example.org/"}]}, "IMPORT_HOSTS"),
        ({"folder": "/content/dam", "files": [{"fileName": "a", "url": "http://169.254.169.254/"}]}, "IMPORT_HOSTS"),
        ({"folder": "/content/dam", "files": [{"fileName": "a", "url": "file:///etc/passwd"}]}, "http"),
        ({"folder": "/content/dam", "files": [{"fileName": "a", "url": "http://[x"}]}, "URL"),
        ({"folder": "/content/dam", "files": [{"fileName": "a/../b", "url": "http://localhost/"}]}, ""),
        ({"folder": "/content/dam", "files": [{"fileName": "a", "url": "http://localhost/"}] * 301}, "300"),
        ([], ""),
    ],
)
def test_what_breaks_the_rules_is_a_problem(client: httpx.Client, body: object, words: str) -> None:
    answer = client.post(FROM_URL, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert words in answer.json()["detail"]


def test_what_is_not_there(client: httpx.Client, folder: str) -> None:
    file = {"fileName": "a", "url": "http://localhost/"}
    for missing in (f"{folder}/x", f"urn:aaid:aem:{uuid4()}", "/conf"):
        assert client.post(FROM_URL, json={"folder": missing, "files": [file]}).status_code == 404
    for what in ("status", "result"):
        assert client.get(f"/adobe/assets/import/jobs/{uuid4()}/{what}").status_code == 404
