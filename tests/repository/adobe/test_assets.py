"""/adobe/assets: metadata, renditions, binaries, deletion by id."""

import json
from typing import Any
from uuid import uuid4

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


def patch(client: httpx.Client, url: str, *operations: object) -> httpx.Response:
    kind = {"Content-Type": "application/json-patch+json"}
    return client.patch(f"{url}/metadata", content=json.dumps(operations), headers=kind)


def test_json_patch(client: httpx.Client, url: str) -> None:
    client.patch(f"{url}/metadata", json={"assetMetadata": {"dc:title": "T", "dc:subject": ["a", "b"]}})
    answer = patch(
        client,
        url,
        {"op": "test", "path": "/dc:title", "value": "T"},
        {"op": "replace", "path": "/assetMetadata/dc:title", "value": "U"},
        {"op": "add", "path": "/dc:subject/-", "value": "c"},
        {"op": "add", "path": "/dc:subject/0", "value": "z"},
        {"op": "remove", "path": "/dc:subject/1"},
        {"op": "add", "path": "/my:flag", "value": True},
        {"op": "copy", "from": "/dc:title", "path": "/my:copy"},
        {"op": "move", "from": "/my:copy", "path": "/my:a~1b"},
    )
    assert answer.status_code == 400  # no name of a property has a slash
    assert metadata(client, url)["assetMetadata"]["dc:title"] == "T"
    answer = patch(
        client,
        url,
        {"op": "test", "path": "/dc:title", "value": "T"},
        {"op": "replace", "path": "/assetMetadata/dc:title", "value": "U"},
        {"op": "add", "path": "/dc:subject/-", "value": "c"},
        {"op": "add", "path": "/dc:subject/0", "value": "z"},
        {"op": "remove", "path": "/dc:subject/1"},
        {"op": "replace", "path": "/dc:subject/1", "value": "y"},
        {"op": "copy", "from": "/dc:title", "path": "/my:copy"},
        {"op": "move", "from": "/my:copy", "path": "/my:moved"},
    )
    assert answer.status_code == 200, answer.text
    found = metadata(client, url)["assetMetadata"]
    assert (found["dc:title"], found["dc:subject"], found["my:moved"]) == ("U", ["z", "y", "c"], "U")
    assert "my:copy" not in found
    assert patch(client, url, {"op": "remove", "path": "/my:moved"}).status_code == 200
    assert "my:moved" not in metadata(client, url)["assetMetadata"]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"op": "test", "path": "/dc:format", "value": "x"}, 409),
        ({"op": "remove", "path": "/no:such"}, 400),
        ({"op": "replace", "path": "/no:such", "value": 1}, 400),
        ({"op": "add", "path": "/dc:format/0", "value": 1}, 400),
        ({"op": "add", "path": "/dc:title"}, 400),
        ({"op": "add", "path": "dc:title", "value": 1}, 400),
        ({"op": "add", "path": "/", "value": 1}, 400),
        ({"op": "add", "path": "/a/b/c", "value": 1}, 400),
        ({"op": "grow", "path": "/dc:title", "value": 1}, 400),
        ({"op": "move", "path": "/dc:title"}, 400),
        (5, 400),
    ],
)
def test_a_patch_that_breaks_the_rules_changes_nothing(
    client: httpx.Client, url: str, operation: object, status: int
) -> None:
    before = metadata(client, url)["assetMetadata"]
    answer = patch(client, url, {"op": "add", "path": "/my:first", "value": "x"}, operation)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert metadata(client, url)["assetMetadata"] == before
    assert patch(client, url).status_code == 400


def search(client: httpx.Client, *conditions: object, **more: object) -> dict[str, Any]:
    answer = client.post("/adobe/assets/search", json={"query": list(conditions), **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_search(client: httpx.Client) -> None:
    word = f"w{uuid4().hex}"
    folder = fresh_folder(client)
    for name, subject in (("a.txt", "red"), ("b.txt", "green"), ("c.txt", "blue")):
        path = upload(client, folder, name, b"x")
        form = {"dc:title": f"About {word}", "dc:subject": [subject, "colour"], "dc:subject@TypeHint": "String[]"}
        assert client.post(f"{path}/jcr:content/metadata", data=form).status_code == 200
    match = {"match": {"text": word, "mode": "FULLTEXT"}}

    def names(found: dict[str, Any]) -> list[str]:
        return [hit["repositoryMetadata"]["repo:name"] for hit in found["hits"]["results"]]

    assert names(search(client, match)) == ["a.txt", "b.txt", "c.txt"]
    two = {"term": {"metadata.assetMetadata.dc:subject": ["red", "blue"]}}
    assert names(search(client, match, two)) == ["a.txt", "c.txt"]
    assert names(search(client, match, two, {"term": {"assetMetadata.dc:format": "text/plain"}})) == ["a.txt", "c.txt"]
    assert names(search(client, match, {"term": {"dc:subject": "black"}})) == []
    first = search(client, match, limit=2)
    assert (names(first), first["search-metadata"]["totalCount"]["total"]) == (["a.txt", "b.txt"], 3)
    rest = search(client, match, limit=2, cursor=first["cursor"])
    assert (names(rest), "cursor" in rest) == (["c.txt"], False)


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '{"query": {}}',
        '{"query": [5]}',
        '{"query": [{"match": {}}]}',
        '{"query": [{"near": {}}]}',
        '{"query": [{"term": {"a": []}}]}',
        '{"query": [{"term": {"a": 1, "b": 2}}]}',
        '{"limit": 51}',
        '{"limit": true}',
        '{"cursor": "x"}',
        '{"cursor": 5}',
    ],
)
def test_a_search_that_breaks_the_rules_is_a_problem(client: httpx.Client, body: str) -> None:
    answer = client.post("/adobe/assets/search", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


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
