"""/adobe/assets: metadata, renditions, binaries, deletion by id."""

from typing import Any

import httpx
import pytest

from tests.repository.author import fresh_folder, node, upload
from tests.server import ServerProcess


@pytest.fixture
def asset(client: httpx.Client) -> str:
    return upload(client, fresh_folder(client), "ä b.txt", b"hello")


@pytest.fixture
def url(client: httpx.Client, asset: str) -> str:
    return f"/adobe/assets/urn:aaid:aem:{node(client, asset)['jcr:uuid']}"


def metadata(client: httpx.Client, url: str) -> dict[str, Any]:
    answer = client.get(f"{url}/metadata")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_metadata_has_two_halves(client: httpx.Client, asset: str, url: str) -> None:
    found = metadata(client, url)
    assert url.endswith(found["assetId"])
    assert found["assetMetadata"]["dc:format"] == "text/plain"
    repository = found["repositoryMetadata"]
    assert repository["repo:path"] == asset
    assert repository["repo:name"] == "ä b.txt"
    assert repository["repo:size"] == "5"
    assert (repository["repo:state"], repository["repo:assetClass"]) == ("ACTIVE", "file")
    assert repository["repo:repositoryId"] == client.base_url.netloc.decode()
    assert all(ancestor.startswith("urn:aaid:aem:") for ancestor in repository["repo:ancestors"])
    assert repository["repo:createDate"].endswith("Z")


def test_the_path_that_clients_make_of_adobes_tutorial(client: httpx.Client, url: str) -> None:
    assert client.get(f"{url.removeprefix('/adobe')}/metadata").status_code == 200
    assert client.get(f"{url.replace(':', '%3A')}/metadata").status_code == 200


def test_etags(client: httpx.Client, url: str) -> None:
    etag = client.get(f"{url}/metadata").headers["etag"]
    assert client.get(f"{url}/metadata", headers={"If-None-Match": etag}).status_code in {200, 304}
    patch = {"assetMetadata": {"dc:title": "One"}}
    assert client.patch(f"{url}/metadata", json=patch, headers={"If-Match": '"old"'}).status_code == 412
    assert client.patch(f"{url}/metadata", json=patch, headers={"If-Match": "*"}).status_code == 200


def test_metadata_is_merged(client: httpx.Client, url: str) -> None:
    changes = {"dc:title": "T", "dc:subject": ["a", "b"], "my:flag": True}
    answer = client.patch(f"{url}/metadata", json={"assetMetadata": changes})
    assert answer.status_code == 200
    assert answer.json()["assetMetadata"] | changes == answer.json()["assetMetadata"]
    client.patch(f"{url}/metadata", json={"assetMetadata": {"dc:title": None}})
    found = metadata(client, url)
    assert "dc:title" not in found["assetMetadata"]
    assert found["assetMetadata"]["dc:subject"] == ["a", "b"]


@pytest.mark.parametrize(
    "body", ["{}", "[]", "{", '{"assetMetadata":[]}', '{"assetMetadata":{"dc:title":{"a":1}}}', "null"]
)
def test_a_body_that_breaks_the_rules_is_a_problem(client: httpx.Client, url: str, body: str) -> None:
    answer = client.patch(f"{url}/metadata", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_renditions_and_binaries(server: ServerProcess, client: httpx.Client, url: str) -> None:
    items = client.get(f"{url}/renditions").json()["items"]
    original = next(item for item in items if item["name"] == "original")
    assert original["size"] == 5
    for binary in (original["href"], f"{url}/original/as/any%20name.txt", f"{url}/renditions/original/as/x"):
        answer = client.get(binary)
        assert (answer.status_code, answer.content) == (200, b"hello"), binary
    assert client.get(f"{url}/original/as/x", headers={"Range": "bytes=1-2"}).content == b"el"
    assert client.get(f"{url}/renditions/no.png").status_code == 404
    anonymous = httpx.get(f"{server.url}{url}/original/as/x")
    assert (anonymous.status_code, anonymous.headers["content-type"]) == (401, "application/problem+json")


def test_deletion(client: httpx.Client, asset: str, url: str) -> None:
    assert client.delete(url).status_code == 200
    assert client.get(asset).status_code == 404
    assert client.delete(url).status_code == 404


@pytest.mark.parametrize(
    "wrong", ["urn:aaid:aem:x", "urn:aaid:aem:4ccd2a00-7a73-4bb0-aaf1-aceb0cb69370", "x", "urn:aaid:aem:"]
)
def test_an_id_of_nothing_is_a_problem(client: httpx.Client, wrong: str) -> None:
    for url in (f"/adobe/assets/{wrong}/metadata", f"/adobe/assets/{wrong}", f"/adobe/assets/{wrong}/original/as/x"):
        answer = client.get(url)
        assert answer.status_code in {404, 405}
        assert answer.json()["status"] == answer.status_code


def test_the_prefix_is_reserved(client: httpx.Client) -> None:
    for method in ("GET", "POST", "PUT"):
        assert client.request(method, "/adobe/anything/else").status_code == 404
