"""Assets HTTP API: Siren entities of folders and assets, paging, HEAD."""

from typing import Any

import httpx
import pytest

from tests.repository.author import fresh_folder, post, upload

Entity = dict[str, Any]


@pytest.fixture
def folder(client: httpx.Client) -> str:
    return fresh_folder(client)


def api(path: str) -> str:
    return path.replace("/content/dam", "/api/assets")


def read(client: httpx.Client, path: str) -> Entity:
    answer = client.get(f"{api(path)}.json")
    assert answer.status_code == 200, answer.text
    entity: Entity = answer.json()
    return entity


def links(entity: Entity) -> dict[str, str]:
    return {link["rel"][0]: link["href"] for link in entity["links"]}


def test_the_service_document_leads_to_the_assets(client: httpx.Client) -> None:
    document = client.get("/api.json").json()
    assert links(document["entities"][0])["self"] == str(client.base_url.join("/api/assets.json"))


def test_a_folder(client: httpx.Client, folder: str) -> None:
    entity = read(client, folder)
    assert entity["class"] == ["assets/folder"]
    assert entity["properties"]["dc:title"] == "A test"
    assert entity["properties"]["srn:paging"] == {"total": 0, "offset": 0, "limit": 20}
    found = links(entity)
    assert found["self"].startswith("http://")
    assert found["self"].endswith(f"{api(folder)}.json")
    assert found["parent"].endswith("/api/assets.json")


def test_an_asset(client: httpx.Client, folder: str) -> None:
    path = upload(client, folder, "ä b.txt", b"hello")
    entity = read(client, path)
    assert entity["class"] == ["assets/asset"]
    assert entity["properties"]["name"] == "ä b.txt"
    metadata = entity["properties"]["metadata"]
    assert (metadata["dc:format"], metadata["dam:size"]) == ("text/plain", 5)
    assert "jcr:uuid" not in entity["properties"]
    assert "original" in [child["properties"]["name"] for child in entity["entities"]]
    found = links(entity)
    assert set(found) == {"self", "parent", "content", "thumbnail"}
    assert client.get(found["content"]).content == b"hello"
    assert client.get(found["self"]).status_code == 200


def test_children_are_folders_and_assets_only(client: httpx.Client, folder: str) -> None:
    upload(client, folder, "a.txt", b"x")
    post(client, f"{folder}/sub", {"./jcr:primaryType": "sling:Folder", "./jcr:content/jcr:title": "Sub"})
    entities = read(client, folder)["entities"]
    assert [(child["class"][0], child["properties"]["name"]) for child in entities] == [
        ("assets/asset", "a.txt"),
        ("assets/folder", "sub"),
    ]
    assert entities[1]["properties"]["dc:title"] == "Sub"
    assert entities[0]["rel"] == ["child"]


def test_paging_follows_the_next_links(client: httpx.Client, folder: str) -> None:
    for number in range(5):
        post(client, f"{folder}/f{number}", {"./jcr:primaryType": "sling:Folder"})
    url, names, pages = f"{api(folder)}.json?limit=2", [], 0
    while url:
        entity = client.get(url).json()
        names += [child["properties"]["name"] for child in entity["entities"]]
        assert entity["properties"]["srn:paging"]["total"] == 5
        url, pages = links(entity).get("next", ""), pages + 1
    assert (names, pages) == ([f"f{number}" for number in range(5)], 3)
    assert "prev" in links(entity)
    assert "next" not in links(client.get(f"{api(folder)}.json?offset=99").json())


@pytest.mark.parametrize("query", ["limit=x", "offset=-1", "limit=1.5", "offset=٣"])
def test_paging_that_makes_no_sense_is_400(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/api/assets.json?{query}")
    assert (answer.status_code, answer.json()["properties"]["status.code"]) == (400, 400)


def test_show_property_gives_the_raw_property_too(client: httpx.Client, folder: str) -> None:
    properties = client.get(f"{api(folder)}.json?showProperty=jcr:title&showProperty=no").json()["properties"]
    assert properties["jcr:title"] == "A test"
    assert "no" not in properties
    assert "jcr:title" not in read(client, folder)["properties"]


def test_head_is_the_existence_check(client: httpx.Client, folder: str) -> None:
    assert client.head(f"{api(folder)}.json").status_code == 200
    assert client.head(f"{api(folder)}/no.json").status_code == 404
    assert client.head(api(folder)).status_code == 200


def test_what_is_missing_is_404_in_siren(client: httpx.Client) -> None:
    answer = client.get("/api/assets/no/such/thing.json")
    assert answer.status_code == 404
    assert answer.json()["properties"]["status.code"] == 404


def test_a_name_that_ends_in_json_is_found_both_ways(client: httpx.Client, folder: str) -> None:
    path = upload(client, folder, "data.json", b"{}")
    for url in (api(path), f"{api(path)}.json"):
        assert client.get(url).json()["properties"]["name"] == "data.json"


def test_an_asset_outside_its_time_is_hidden(client: httpx.Client, folder: str) -> None:
    path = upload(client, folder, "a.txt", b"x")
    for name, moment, status in (
        ("onTime", "2999-01-01T00:00:00.000Z", 404),
        ("onTime", "", 200),
        ("offTime", "2000-01-01T00:00:00.000Z", 404),
    ):
        post(client, f"{path}/jcr:content", {f"./{name}": moment, f"./{name}@TypeHint": "Date"})
        assert client.get(f"{api(path)}.json").status_code == status


def test_renditions_and_their_bytes(client: httpx.Client, folder: str) -> None:
    path = upload(client, folder, "a.txt", b"hello")
    collection = client.get(f"{api(path)}/renditions.json").json()
    original = collection["entities"][0]
    assert original["properties"]["dam:size"] == 5
    assert client.get(links(original)["content"]).content == b"hello"
    assert client.get(links(original)["self"]).json()["properties"]["name"] == "original"
    assert client.get(f"{api(path)}/renditions/no.json").status_code == 404
    assert client.get(f"{api(path)}/nothing.json").status_code == 404
