"""QueryBuilder over HTTP: predicates, order, paging, forms of hits."""

from typing import Any

import httpx
import pytest

from tests.repository.author import fresh_folder, post, upload
from tests.server import ServerProcess

Answer = dict[str, Any]

PICTURES = {
    "lava.txt": {"dc:title": "Lava into ocean", "dc:subject": ["hot", "red"], "rate": 3, "cq:tags": ["geo:rock/lava"]},
    "glacier.txt": {"dc:title": "Glacier", "dc:subject": ["cold"], "rate": 10, "cq:tags": ["geo:ice"]},
    "range.txt": {"dc:title": "mountain range", "rate": 7},
}
METADATA = "jcr:content/metadata"


@pytest.fixture(scope="module")
def folder(server: ServerProcess) -> str:
    with server.client() as client:
        path = fresh_folder(client)
        post(client, f"{path}/sub", {"./jcr:primaryType": "sling:OrderedFolder", "./jcr:content/jcr:title": "The sub"})
        for name, properties in PICTURES.items():
            where = f"{path}/sub" if name == "range.txt" else path
            upload(client, where, name, b"x")
            answer = client.put(
                f"{where}/{name}".replace("/content/dam", "/api/assets"), json={"properties": properties}
            )
            assert answer.status_code == 200, answer.text
        return path


def ask(client: httpx.Client, **query: str) -> Answer:
    answer = client.get(
        "/bin/querybuilder.json", params={name.replace("__", "."): value for name, value in query.items()}
    )
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    return found


def names(client: httpx.Client, folder: str, query: dict[str, str]) -> set[str]:
    answer = ask(client, **{"path": folder, "p.limit": "-1", **query})
    assert answer["total"] == answer["results"] == len(answer["hits"])
    return {hit["name"] for hit in answer["hits"]}


ASSETS = {"lava.txt", "glacier.txt", "range.txt"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"type": "dam:Asset"}, ASSETS),
        ({"type": "sling:Folder"}, {"sub"}),
        ({"type": "dam:Asset", "path.flat": "true"}, {"lava.txt", "glacier.txt"}),
        ({"type": "mix:referenceable"}, ASSETS),
        ({"nodename": "*.txt"}, ASSETS),
        ({"nodename": "l?va.*"}, {"lava.txt"}),
        ({"mainasset": "true"}, ASSETS),
        ({"type": "dam:Asset", "property": f"{METADATA}/dc:title", "property.value": "Glacier"}, {"glacier.txt"}),
        ({"type": "dam:Asset", "property": f"{METADATA}/@dc:title", "property.value": "glacier"}, set()),
        (
            {
                "type": "dam:Asset",
                "property": f"{METADATA}/dc:title",
                "property.1_value": "Glacier",
                "property.2_value": "mountain range",
            },
            {"glacier.txt", "range.txt"},
        ),
        (
            {
                "type": "dam:Asset",
                "property": f"{METADATA}/dc:subject",
                "property.and": "true",
                "property.1_value": "hot",
                "property.2_value": "red",
            },
            {"lava.txt"},
        ),
        ({"type": "dam:Asset", "property": f"{METADATA}/rate", "property.value": "7"}, {"range.txt"}),
        ({"type": "dam:Asset", "property": f"{METADATA}/rate", "property.value": "7.0"}, {"range.txt"}),
        (
            {
                "type": "dam:Asset",
                "property": f"{METADATA}/dc:title",
                "property.operation": "like",
                "property.value": "%la%",
            },
            {"glacier.txt"},
        ),
        (
            {
                "type": "dam:Asset",
                "property": f"{METADATA}/dc:title",
                "property.operation": "unequals",
                "property.value": "Glacier",
            },
            {"lava.txt", "range.txt"},
        ),
        (
            {"type": "dam:Asset", "property": f"{METADATA}/dc:subject", "property.operation": "exists"},
            {"lava.txt", "glacier.txt"},
        ),
        ({"type": "dam:Asset", "property": f"{METADATA}/dc:subject", "property.operation": "not"}, {"range.txt"}),
        (
            {
                "type": "dam:Asset",
                "property": f"{METADATA}/dc:subject",
                "property.operation": "exists",
                "property.value": "false",
            },
            {"range.txt"},
        ),
        (
            {"type": "dam:Asset", "property": "dc:title", "property.value": "Glacier", "property.depth": "2"},
            {"glacier.txt"},
        ),
        ({"type": "dam:Asset", "property": "jcr:content/*/dc:title", "property.value": "Glacier"}, {"glacier.txt"}),
        ({"type": "dam:Asset", "fulltext": "lava"}, {"lava.txt"}),
        ({"type": "dam:Asset", "fulltext": "OCEAN"}, {"lava.txt"}),
        ({"type": "dam:Asset", "fulltext": "range OR glacier"}, {"glacier.txt", "range.txt"}),
        ({"type": "dam:Asset", "fulltext": "txt -lava"}, {"glacier.txt", "range.txt"}),
        ({"type": "dam:Asset", "fulltext": "cold", "fulltext.relPath": f"{METADATA}/@dc:title"}, set()),
        ({"type": "dam:Asset", "fulltext": "cold", "fulltext.relPath": METADATA}, {"glacier.txt"}),
        (
            {"type": "dam:Asset", "rangeproperty.property": f"{METADATA}/rate", "rangeproperty.lowerBound": "7"},
            {"glacier.txt", "range.txt"},
        ),
        (
            {
                "type": "dam:Asset",
                "rangeproperty.property": f"{METADATA}/rate",
                "rangeproperty.lowerBound": "3",
                "rangeproperty.lowerOperation": ">",
                "rangeproperty.upperBound": "10",
                "rangeproperty.upperOperation": "<",
            },
            {"range.txt"},
        ),
        ({"type": "dam:Asset", "daterange.property": "jcr:created", "daterange.lowerBound": "2020-01-01"}, ASSETS),
        ({"type": "dam:Asset", "daterange.property": "jcr:created", "daterange.upperBound": "1577836800000"}, set()),
        (
            {"type": "dam:Asset", "relativedaterange.property": "jcr:created", "relativedaterange.lowerBound": "-1d"},
            ASSETS,
        ),
        ({"type": "dam:Asset", "boolproperty": f"{METADATA}/flag", "boolproperty.value": "false"}, ASSETS),
        ({"type": "dam:Asset", "boolproperty": f"{METADATA}/flag", "boolproperty.value": "true"}, set()),
        ({"type": "dam:Asset", "tagid": "geo:rock", "tagid.property": f"{METADATA}/cq:tags"}, {"lava.txt"}),
        ({"type": "dam:Asset", "tagid": "geo:ice", "tagid.property": f"{METADATA}/cq:tags"}, {"glacier.txt"}),
        ({"type": "dam:Asset", "excludepaths": "*/sub/*"}, {"lava.txt", "glacier.txt"}),
        ({"type": "dam:Asset", "excludepaths": ".*/sub/.*"}, {"lava.txt", "glacier.txt"}),
        ({"type": "dam:Asset", "location": "here", "location.suggestion": "x", "savedquery": "y"}, ASSETS),
        (
            {
                "type": "dam:Asset",
                "group.p.or": "true",
                "group.1_nodename": "lava*",
                "group.2_group.property": f"{METADATA}/rate",
                "group.2_group.property.value": "7",
            },
            {"lava.txt", "range.txt"},
        ),
        ({"type": "dam:Asset", "group.p.not": "true", "group.nodename": "lava*"}, {"glacier.txt", "range.txt"}),
    ],
)
def test_predicates(client: httpx.Client, folder: str, query: dict[str, str], expected: set[str]) -> None:
    assert names(client, folder, query) == expected


def test_the_path_itself(client: httpx.Client, folder: str) -> None:
    assert [hit["path"] for hit in ask(client, path=folder, path__exact="true")["hits"]] == [folder]
    assert folder not in [hit["path"] for hit in ask(client, path=folder, p__limit="-1")["hits"]]
    assert folder in [hit["path"] for hit in ask(client, path=folder, path__self="true", p__limit="-1")["hits"]]


def test_several_paths(client: httpx.Client, folder: str) -> None:
    query = {
        "group.p.or": "true",
        "group.1_path": f"{folder}/sub",
        "group.2_path": f"{folder}/lava.txt",
        "type": "dam:AssetContent",
    }
    answer = ask(client, **query)
    assert {hit["path"] for hit in answer["hits"]} == {
        f"{folder}/sub/range.txt/jcr:content",
        f"{folder}/lava.txt/jcr:content",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"orderby": f"@{METADATA}/rate"}, ["lava.txt", "range.txt", "glacier.txt"]),
        ({"orderby": f"@{METADATA}/rate", "orderby.sort": "desc"}, ["glacier.txt", "range.txt", "lava.txt"]),
        ({"orderby": f"@{METADATA}/dc:title"}, ["glacier.txt", "lava.txt", "range.txt"]),
        ({"orderby": "nodename", "orderby.sort": "desc"}, ["range.txt", "lava.txt", "glacier.txt"]),
        ({"orderby": "path"}, ["glacier.txt", "lava.txt", "range.txt"]),
        ({"orderby": "path", "orderby.sort": "desc"}, ["range.txt", "lava.txt", "glacier.txt"]),
        ({"orderby": f"@{METADATA}/dc:subject", "orderby.case": "ignore"}, ["glacier.txt", "lava.txt", "range.txt"]),
        ({"1_orderby": "@nothing", "2_orderby": f"@{METADATA}/rate"}, ["lava.txt", "range.txt", "glacier.txt"]),
    ],
)
def test_order(client: httpx.Client, folder: str, query: dict[str, str], expected: list[str]) -> None:
    answer = ask(client, **{"path": folder, "type": "dam:Asset", **query})
    assert [hit["name"] for hit in answer["hits"]] == expected
    second = ask(client, **{"path": folder, "type": "dam:Asset", "p.limit": "1", "p.offset": "1", **query})
    assert [hit["name"] for hit in second["hits"]] == expected[1:2]
    assert (second["total"], second["more"], second["offset"], second["results"]) == (3, True, 1, 1)


def test_paging_and_guessing(client: httpx.Client, folder: str) -> None:
    assert ask(client)["results"] == 10
    guessed = ask(client, path=folder, p__limit="1", p__guessTotal="true")
    assert (guessed["total"], guessed["more"]) == (1, True)
    assert ask(client, path=folder, type="dam:Asset", p__limit="1", p__guessTotal="2")["total"] == 2
    assert ask(client, path=folder, type="dam:Asset", p__limit="1", p__guessTotal="100") | {"hits": []} == {
        "success": True,
        "results": 1,
        "total": 3,
        "more": True,
        "offset": 0,
        "hits": [],
    }
    assert ask(client, path=folder, type="dam:Asset", p__offset="9")["hits"] == []


def test_simple_hits(client: httpx.Client, folder: str) -> None:
    hit = ask(client, path=folder, nodename="lava.txt")["hits"][0]
    assert (hit["path"], hit["name"], hit["title"]) == (f"{folder}/lava.txt", "lava.txt", "Lava into ocean")
    assert "lastModified" in hit
    assert "created" in hit
    assert ask(client, path=folder, nodename="sub")["hits"][0]["title"] == "The sub"


def test_full_hits(client: httpx.Client, folder: str) -> None:
    hit = ask(client, path=folder, nodename="lava.txt", p__hits="full")["hits"][0]
    assert (hit["jcr:path"], hit["jcr:primaryType"]) == (f"{folder}/lava.txt", "dam:Asset")
    assert "jcr:content" not in hit
    deep = ask(client, path=folder, nodename="lava.txt", p__hits="full", p__nodedepth="2")["hits"][0]
    assert deep["jcr:content"]["metadata"]["dc:title"] == "Lava into ocean"
    assert "original" not in deep["jcr:content"]["renditions"]
    everything = ask(client, path=folder, nodename="lava.txt", p__hits="full", p__nodedepth="0")["hits"][0]
    assert everything["jcr:content"]["renditions"]["original"]["jcr:content"][":jcr:data"] == 1


@pytest.mark.parametrize("separator", [" ", "+"])
def test_selective_hits(client: httpx.Client, folder: str, separator: str) -> None:
    properties = separator.join(["jcr:path", f"{METADATA}/dc:title", "jcr:primaryType", "no/such"])
    answer = ask(client, path=folder, nodename="lava.txt", p__hits="selective", p__properties=properties)
    assert answer["hits"] == [
        {
            "jcr:path": f"{folder}/lava.txt",
            "jcr:content": {"metadata": {"dc:title": "Lava into ocean"}},
            "jcr:primaryType": "dam:Asset",
        }
    ]


def test_queries_that_real_clients_send(client: httpx.Client, folder: str) -> None:
    folders = ask(client, **{"path": folder, "path.flat": "true", "type": "sling:Folder", "p.limit": "-1"})
    assert [(hit["name"], hit["title"]) for hit in folders["hits"]] == [("sub", "The sub")]
    search = ask(client, fulltext="ocean", path=folder, p__limit="100", type="dam:Asset")
    assert [hit["path"] for hit in search["hits"]] == [f"{folder}/lava.txt"]
    connector = ask(
        client,
        **{
            "path": folder,
            "type": "dam:Asset",
            "1_group.p.or": "true",
            "1_group.1_group.1_property": "jcr:content/renditions/original/jcr:created",
            "1_group.1_group.1_property.operation": "exists",
            "p.guessTotal": "true",
            "p.hits": "selective",
            "p.properties": f"jcr:path {METADATA}/dc:format",
        },
    )
    assert {hit["jcr:content"]["metadata"]["dc:format"] for hit in connector["hits"]} == {"text/plain"}


def test_a_query_may_be_posted(client: httpx.Client, folder: str) -> None:
    answer = client.post("/bin/querybuilder.json", data={"path": folder, "type": "dam:Asset"})
    assert answer.json()["total"] == 3


@pytest.mark.parametrize(
    "query",
    [
        {"p.limit": "x"},
        {"p.offset": "-1"},
        {"path": "relative"},
        {"path": "/content/dam", "property": "a", "property.operation": "explode"},
        {"path": "/content/dam", "rangeproperty.property": "x", "rangeproperty.lowerBound": "abc"},
        {"path": "/content/dam", "daterange.property": "x", "daterange.lowerBound": "tomorrow"},
        {"path": "/content/dam", "p.hits": "full", "p.nodedepth": "x"},
    ],
)
def test_a_query_that_makes_no_sense(client: httpx.Client, query: dict[str, str]) -> None:
    answer = client.get("/bin/querybuilder.json", params=query)
    assert (answer.status_code, answer.json()["success"]) == (400, False)
