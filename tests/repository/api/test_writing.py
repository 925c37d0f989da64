"""Assets HTTP API: folders, metadata, renditions, comments, COPY, MOVE, DELETE."""

from typing import Any

import httpx
import pytest

from tests.repository.author import fresh_folder, node, post, upload


def api(path: str) -> str:
    return path.replace("/content/dam", "/api/assets")


@pytest.fixture
def folder(client: httpx.Client) -> str:
    return fresh_folder(client)


@pytest.fixture
def asset(client: httpx.Client, folder: str) -> str:
    return upload(client, folder, "a.txt", b"hello")


def titled(title: str, name: str = "jcr:title") -> dict[str, Any]:
    return {"class": "assetFolder", "properties": {name: title}}


@pytest.mark.parametrize("name", ["title", "dc:title", "jcr:title"])
def test_a_folder_by_json(client: httpx.Client, folder: str, name: str) -> None:
    answer = client.post(f"{api(folder)}/new", json=titled("New one", name))
    assert answer.status_code == 201
    assert answer.json()["properties"]["status.code"] == 201
    made = node(client, f"{folder}/new", "1")
    assert (made["jcr:primaryType"], made["jcr:content"]["jcr:title"]) == ("sling:OrderedFolder", "New one")


def test_an_existing_folder_is_409(client: httpx.Client, folder: str, asset: str) -> None:
    answer = client.post(api(folder), json=titled("again"))
    assert (answer.status_code, answer.json()["properties"]["status.code"]) == (409, 409)
    assert client.post(api(asset), json=titled("over an asset")).status_code == 409


def test_the_class_is_not_taken_literally(client: httpx.Client, folder: str) -> None:
    """Adobe's script puts the folder's name there."""
    assert client.post(f"{api(folder)}/x", json={"class": "x", "properties": {}}).status_code == 201
    assert client.post(f"{api(folder)}/y", json={}).status_code == 201
    assert client.post(f"{api(folder)}/z").status_code == 201


def test_a_missing_parent_is_412(client: httpx.Client, folder: str) -> None:
    assert client.post(f"{api(folder)}/no/new", json=titled("x")).status_code == 412
    assert client.post(f"{api(folder)}/no/*", data={"name": "x"}).status_code == 412


def test_a_folder_by_form(client: httpx.Client, folder: str) -> None:
    assert client.post(f"{api(folder)}/*", data={"name": "urlencoded", "title": "U"}).status_code == 201
    assert client.post(f"{api(folder)}/*", files={"name": (None, "multipart"), "title": (None, "M")}).status_code == 201
    assert node(client, f"{folder}/urlencoded/jcr:content")["jcr:title"] == "U"
    assert node(client, f"{folder}/multipart/jcr:content")["jcr:title"] == "M"
    assert client.post(f"{api(folder)}/*", data={"title": "nameless"}).status_code == 400


@pytest.mark.parametrize("name", ["a*b", "a|b", "a[b", "x" * 300])
def test_a_name_that_aem_refuses_is_400(client: httpx.Client, folder: str, name: str) -> None:
    assert client.post(f"{api(folder)}/*", data={"name": name}).status_code == 400


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "null", '{"properties":[]}', "[" * 100_000, "\x00", '{"a":NaN}'])
def test_a_body_that_is_no_folder_is_400(client: httpx.Client, folder: str, body: str) -> None:
    answer = client.post(f"{api(folder)}/b", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {201, 400}
    assert (answer.status_code == 201) == (body == "null")


def test_assets_are_not_made_here(client: httpx.Client, folder: str, asset: str) -> None:
    binary = {"Content-Type": "image/png"}
    for method, url in (("POST", f"{api(folder)}/x.png"), ("PUT", api(asset)), ("POST", f"{api(folder)}/*")):
        answer = client.request(method, url, content=b"bytes", headers=binary)
        assert answer.status_code == 405, (method, url)
        assert "initiateUpload" in answer.json()["properties"]["status.message"]
    files = {"file": ("x.png", b"bytes", "image/png")}
    assert client.post(f"{api(folder)}/*", files=files, data={"name": "x.png"}).status_code == 405


def test_metadata_is_merged(client: httpx.Client, asset: str) -> None:
    properties = {"jcr:title": "T", "dc:subject": ["a", "b"], "dam:size": "77", "my:rate": 1.5, "my:flag": True}
    assert client.put(api(asset), json={"class": "asset", "properties": properties}).status_code == 200
    metadata = node(client, f"{asset}/jcr:content/metadata")
    assert (metadata["dc:title"], metadata["dc:subject"], metadata["dam:size"]) == ("T", ["a", "b"], 77)
    assert (metadata["my:rate"], metadata["my:flag"], metadata["dc:format"]) == (1.5, True, "text/plain")
    assert client.put(api(asset), json={"properties": {"metadata": {"dc:title": None}}}).status_code == 200
    assert "dc:title" not in node(client, f"{asset}/jcr:content/metadata")


def test_a_folders_title_is_updated(client: httpx.Client, folder: str) -> None:
    assert client.put(api(folder), json=titled("Renamed", "dc:title")).status_code == 200
    assert node(client, f"{folder}/jcr:content")["jcr:title"] == "Renamed"


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], "a\x00b", {"$type": "Binary", "$value": 1}])
def test_a_value_that_jcr_has_no_type_for_is_400(client: httpx.Client, asset: str, value: object) -> None:
    assert client.put(api(asset), json={"properties": {"dc:title": value}}).status_code == 400


def test_updating_what_is_missing_is_404(client: httpx.Client, folder: str) -> None:
    assert client.put(f"{api(folder)}/no", json=titled("x")).status_code == 404


def test_a_rendition_by_raw_body(client: httpx.Client, asset: str) -> None:
    url, binary = f"{api(asset)}/renditions/mine.png", {"Content-Type": "image/png"}
    assert client.put(url, content=b"one", headers=binary).status_code == 404
    assert client.post(url, content=b"one", headers=binary).status_code == 201
    assert client.put(url, content=b"two!", headers=binary).status_code == 200
    answer = client.get(f"{asset}/jcr:content/renditions/mine.png")
    assert (answer.content, answer.headers["content-type"]) == (b"two!", "image/png")
    assert client.delete(url).status_code == 200
    assert client.delete(url).status_code == 404


def test_a_large_rendition_is_streamed_in_blocks(client: httpx.Client, asset: str) -> None:
    body = bytes(range(256)) * (40 * 1024)
    assert client.post(f"{api(asset)}/renditions/large.bin", content=body).status_code == 201
    assert client.get(f"{asset}/_jcr_content/renditions/large.bin").content == body


def test_a_rendition_by_form(client: httpx.Client, asset: str) -> None:
    files = {"file": ("x.png", b"abc", "image/png")}
    assert client.post(f"{api(asset)}/renditions/*", files=files, data={"name": "form.png"}).status_code == 201
    assert client.get(f"{asset}/_jcr_content/renditions/form.png").content == b"abc"
    assert client.post(f"{api(asset)}/renditions/*", data={"name": "x"}).status_code == 400


def test_the_original_is_not_replaced_or_deleted(client: httpx.Client, asset: str) -> None:
    url = f"{api(asset)}/renditions/original"
    for method in ("PUT", "POST", "DELETE"):
        assert client.request(method, url, content=b"x").status_code == 405
    assert client.get(asset).content == b"hello"


def test_renditions_of_what_is_no_asset_are_404(client: httpx.Client, folder: str) -> None:
    assert client.put(f"{api(folder)}/no.txt/renditions/x", content=b"x").status_code == 404


def test_comments(client: httpx.Client, asset: str) -> None:
    for _ in range(2):
        form = {"message": "Nice one", "annotationData": "<svg/>"}
        assert client.post(f"{api(asset)}/comments/*", data=form).status_code == 201
    comments = client.get(f"{api(asset)}/comments.json").json()["entities"]
    assert [comment["properties"]["message"] for comment in comments] == ["Nice one", "Nice one"]
    assert comments[0]["properties"]["author"] == "admin"
    assert client.post(f"{api(asset)}/comments/*", data={}).status_code == 400
    assert client.post(f"{api(asset)}x/comments/*", data={"message": "x"}).status_code in {404, 412}


def test_copy_and_move(client: httpx.Client, folder: str, asset: str) -> None:
    target = f"{api(folder)}/copy%20of.txt"
    headers = {"X-Destination": target}
    assert client.request("COPY", api(asset), headers=headers).status_code == 201
    assert client.request("COPY", api(asset), headers=headers).status_code == 204
    assert client.request("COPY", api(asset), headers={**headers, "X-Overwrite": "F"}).status_code == 412
    assert client.get(f"{folder}/copy of.txt").content == b"hello"
    moved = {"X-Destination": f"{str(client.base_url).rstrip('/')}{api(folder)}/moved.txt"}
    assert client.request("MOVE", target, headers=moved).status_code == 201
    assert client.get(f"{folder}/copy of.txt").status_code == 404
    assert node(client, f"{folder}/moved.txt/jcr:content")["cq:name"] == "moved.txt"


def test_copies_have_their_own_uuid(client: httpx.Client, folder: str, asset: str) -> None:
    client.request("COPY", api(asset), headers={"X-Destination": f"{api(folder)}/copy.txt"})
    assert node(client, asset)["jcr:uuid"] != node(client, f"{folder}/copy.txt")["jcr:uuid"]


def test_a_shallow_copy_of_a_folder(client: httpx.Client, folder: str, asset: str) -> None:
    headers = {"X-Destination": f"{api(folder)}-copy", "X-Depth": "0"}
    assert client.request("COPY", api(folder), headers=headers).status_code == 201
    copied = client.get(f"{api(folder)}-copy.json").json()
    assert (copied["properties"]["dc:title"], copied["entities"]) == ("A test", [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 412),
        ({"X-Destination": "/content/dam/x"}, 412),
        ({"X-Destination": "/api/assets/no/such/folder"}, 412),
        ({"X-Destination": "http://[broken"}, 400),
        ({"X-Destination": "/api/assets/a%2Fb"}, 400),
        ({"X-Destination": "/api/assets/x", "X-Depth": "7"}, 412),
        ({"X-Destination": "/api/assets/x", "X-Overwrite": "maybe"}, 412),
    ],
)
@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_a_destination_that_makes_no_sense(
    client: httpx.Client, folder: str, method: str, headers: dict[str, str], status: int
) -> None:
    assert client.request(method, api(folder), headers=headers).status_code == status


def test_nothing_goes_into_or_over_itself(client: httpx.Client, folder: str, asset: str) -> None:
    for method in ("COPY", "MOVE"):
        for target in (folder, f"{folder}/below"):
            assert client.request(method, api(folder), headers={"X-Destination": api(target)}).status_code == 409
        assert client.request(method, api(asset), headers={"X-Destination": api(folder)}).status_code == 409


def test_delete(client: httpx.Client, folder: str, asset: str) -> None:
    assert client.delete(api(asset)).status_code == 200
    assert client.get(asset).status_code == 404
    assert client.delete(api(folder)).status_code == 200
    assert client.delete(api(folder)).status_code == 404
    assert client.delete("/api/assets").status_code == 409


def test_other_methods_are_405_in_siren(client: httpx.Client) -> None:
    answer = client.request("PATCH", "/api/assets")
    assert (answer.status_code, answer.json()["properties"]["status.code"]) == (405, 405)


def test_a_plain_post_of_a_form_creates_the_folder_of_the_url(client: httpx.Client, folder: str) -> None:
    assert client.post(f"{api(folder)}/by-url", data={"title": "By URL"}).status_code == 201
    assert post(client, f"{folder}/by-url", {":operation": "delete"}).status_code == 200
