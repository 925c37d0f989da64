"""/adobe/folders: list with a cursor, create, delete."""

from typing import Any

import httpx
import pytest

from tests.repository.author import fresh_folder, node, upload


@pytest.fixture
def folder(client: httpx.Client) -> str:
    return fresh_folder(client)


def create(client: httpx.Client, *bodies: dict[str, Any]) -> httpx.Response:
    return client.post("/adobe/folders", json=list(bodies))


def test_folders_are_created_with_titles(client: httpx.Client, folder: str) -> None:
    answer = create(client, {"path": f"{folder}/a", "title": "The A"}, {"path": f"{folder}/a/b"})
    assert answer.status_code == 201
    assert [(made["name"], made["title"]) for made in answer.json()] == [("a", "The A"), ("b", "b")]
    assert node(client, f"{folder}/a/jcr:content")["jcr:title"] == "The A"
    assert client.post("/adobe/folders/", json=[{"path": f"{folder}/c"}]).status_code == 201


def test_all_or_none(client: httpx.Client, folder: str) -> None:
    create(client, {"path": f"{folder}/a"})
    assert create(client, {"path": f"{folder}/new"}, {"path": f"{folder}/a"}).status_code == 409
    assert client.get(f"{folder}/new.json").status_code == 404


@pytest.mark.parametrize(
    "body",
    [[], {}, [{}], [{"path": "/content/x"}], [{"path": "relative"}], [{"path": "/content/dam/a*b"}], [{"path": 1}, 2]],
)
def test_a_body_that_breaks_the_rules_is_a_problem(client: httpx.Client, body: Any) -> None:
    answer = client.post("/adobe/folders", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_at_most_ten_at_once(client: httpx.Client, folder: str) -> None:
    assert create(client, *({"path": f"{folder}/f{number}"} for number in range(11))).status_code == 400


def test_listing_follows_the_cursor(client: httpx.Client, folder: str) -> None:
    create(client, *({"path": f"{folder}/f{number}"} for number in range(5)))
    upload(client, folder, "not-a-folder.txt", b"x")
    found, cursor = [], ""
    while True:
        page = client.get("/adobe/folders", params={"path": folder, "limit": "2", "cursor": cursor}).json()
        assert page["self"]["title"] == "A test"
        assert page["self"]["folderId"].startswith("urn:aaid:aem:")
        found += [child["name"] for child in page["children"]]
        cursor = page.get("cursor", "")
        if not cursor:
            break
    assert found == [f"f{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"path": "/content/dam/no"}, 404),
        ({"path": "/content"}, 400),
        ({"limit": "51"}, 400),
        ({"limit": "0"}, 400),
        ({"cursor": "!!!"}, 400),
        ({"cursor": "L2Ev"}, 400),
        ({}, 200),
    ],
)
def test_listings_that_make_no_sense(client: httpx.Client, query: dict[str, str], status: int) -> None:
    assert client.get("/adobe/folders", params=query).status_code == status


def test_deletion(client: httpx.Client, folder: str) -> None:
    create(client, {"path": f"{folder}/a", "title": "A"}, {"path": f"{folder}/b"}, {"path": f"{folder}/b/c"})

    def delete(**body: Any) -> int:
        return client.post("/adobe/folders/delete", json=body).status_code

    assert delete(paths=[f"{folder}/a", f"{folder}/b"]) == 409
    assert client.get(f"{folder}/a.json").status_code == 200
    assert delete(paths=[f"{folder}/a"]) == 200
    assert delete(paths=[f"{folder}/b"], recursive=True) == 200
    assert delete(paths=[f"{folder}/b"], force=True) == 404
    assert delete(paths=[]) == 400
    assert delete(paths=["/content/dam"], force=True) == 409
