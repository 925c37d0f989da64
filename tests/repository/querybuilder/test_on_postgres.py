"""The author's own SQL on PostgreSQL: queries, listings, paging."""

from collections.abc import Iterator

import httpx
import pytest

from tests.postgres import cluster
from tests.repository.author import fresh_folder, node, post, upload
from tests.server import ServerProcess

METADATA = "jcr:content/metadata"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with cluster() as url:
        data = tmp_path_factory.mktemp("postgres") / "data"
        with ServerProcess(data, environment={"DATABASE_URL": url}) as server, server.client() as client:
            yield client


@pytest.fixture(scope="module")
def folder(client: httpx.Client) -> str:
    path = fresh_folder(client)
    upload(client, path, "Größe 100.txt", b"x")
    upload(client, path, "b_c.txt", b"x")
    post(
        client,
        f"{path}/b_c.txt/{METADATA}",
        {"./dc:title": 'A "quoted" 50% title_ \\ Ünder', "./rate@TypeHint": "Long", "./rate": "7"},
    )
    return path


@pytest.mark.parametrize(
    "query",
    [
        {"type": "dam:Asset", "nodename": "b_?.*"},
        {"type": "mix:referenceable", "nodename": "b*"},
        {"type": "dam:Asset", "property": f"{METADATA}/dc:title", "property.value": 'A "quoted" 50% title_ \\ Ünder'},
        {"type": "dam:Asset", "property": f"{METADATA}/rate", "property.value": "7"},
        {"type": "dam:Asset", "property": f"{METADATA}/rate", "property.operation": "exists"},
        {"type": "dam:Asset", "fulltext": "QUOTED ünder"},
        {
            "type": "dam:Asset",
            "path.flat": "true",
            "group.p.or": "true",
            "group.1_nodename": "b*",
            "group.2_nodename": "z",
        },
    ],
)
def test_queries(client: httpx.Client, folder: str, query: dict[str, str]) -> None:
    answer = client.get("/bin/querybuilder.json", params={"path": folder, **query})
    assert answer.status_code == 200, answer.text
    assert [hit["name"] for hit in answer.json()["hits"]] == ["b_c.txt"]


def test_listings(client: httpx.Client, folder: str) -> None:
    listing = client.get(f"{folder.replace('/content/dam', '/api/assets')}.json?limit=1&offset=1").json()
    assert listing["properties"]["srn:paging"] == {"total": 2, "offset": 1, "limit": 1}
    assert [child["properties"]["name"] for child in listing["entities"]] == ["b_c.txt"]
    assert node(client, folder, "-1")["b_c.txt"]["jcr:content"]["metadata"]["rate"] == 7
    assert client.get(f"{folder}/Größe 100.txt").content == b"x"


def test_writes(client: httpx.Client, folder: str) -> None:
    answer = post(client, f"{folder}/b_c.txt", {":operation": "copy", ":dest": f"{folder}/copy.txt"})
    assert answer.status_code == 201, answer.text
    assert post(client, f"{folder}/copy.txt", {":operation": "delete"}).status_code == 200
    assert client.get("/adobe/folders", params={"path": "/content/dam"}).json()["children"]
