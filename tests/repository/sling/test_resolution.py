"""Sling's reading of URLs: longest existing path, selectors, extension, suffix."""

import uuid
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository import tree
from repository.paths import NodePath
from repository.sling.resolution import resolve, split_rest
from tests.repository.author import fresh_folder, node, post


@pytest.fixture
def photo(db: None) -> NodePath:
    path = NodePath("/content/dam/resolution")
    tree.create(path, "sling:Folder")
    tree.create(path / "a.jpg", "nt:unstructured")
    tree.create(path / "a", "nt:unstructured")
    return path / "a.jpg"


@pytest.mark.parametrize(
    ("url", "selectors", "extension", "suffix"),
    [
        ("", (), None, None),
        (".json", (), "json", None),
        (".-1.json", ("-1",), "json", None),
        (".tidy.2.json", ("tidy", "2"), "json", None),
        (".html/content/x.y/z", (), "html", "/content/x.y/z"),
        ("/", (), None, "/"),
        (".", (), "", None),
    ],
)
def test_the_longest_existing_path_is_the_resource(
    photo: NodePath, url: str, selectors: tuple[str, ...], extension: str | None, suffix: str | None
) -> None:
    found = resolve(f"{photo}{url}")
    assert found.node is not None
    assert found.path == photo
    assert (found.selectors, found.extension, found.suffix) == (selectors, extension, suffix)


def test_a_shorter_resource_is_taken_when_the_longer_one_is_missing(photo: NodePath) -> None:
    found = resolve(f"{photo.parent}/a.png.json")
    assert found.path == photo.parent / "a"
    assert (found.selectors, found.extension) == (("png",), "json")


def test_path_parameters_are_no_part_of_the_path(photo: NodePath) -> None:
    found = resolve(f"{photo};v='1.0'.json")
    assert (found.path, found.extension, found.parameters) == (photo, "json", {"v": "1.0"})


def test_what_is_not_there_keeps_its_whole_path(photo: NodePath) -> None:
    found = resolve("/content/nothing.d/x.json")
    assert found.node is None
    assert found.path == "/content/nothing.d/x.json"


@given(st.text(max_size=30))
def test_splitting_loses_nothing(text: str) -> None:
    rest = f".{text}"
    selectors, extension, suffix = split_rest(rest)
    assert ".".join(("", *selectors, extension or "")) + (suffix or "") == rest


@pytest.mark.django_db
@given(st.text(max_size=60))
def test_any_url_can_be_resolved(text: str) -> None:
    resolve(f"/content/dam/{text}")
    resolve(text)


@pytest.mark.parametrize(
    "name",
    [
        "a b.jpg",
        "Ünïcode-日本語.png",
        "😀.gif",
        "100%.txt",
        "a+b&c=d,e;f@g$h'(i)!~.png",
        "a.b.c.d",
        "x#y?z",
        "中文.json",
    ],
)
def test_any_name_is_reached_by_its_encoded_url(client: httpx.Client, name: str) -> None:
    folder = fresh_folder(client)
    path = quote(f"{folder}/{name}")
    made = post(client, path, {"./jcr:primaryType": "sling:Folder", "./title": name})
    assert made.status_code == 201, made.text
    assert node(client, path)["title"] == name
    assert client.get(made.headers["location"] + ".json").json()["title"] == name


def test_a_path_encoded_twice_is_another_path(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    post(client, f"{folder}/a%20b", {"./jcr:primaryType": "sling:Folder"})
    assert client.get(f"{folder}/a%20b.json").status_code == 200
    assert client.get(f"{folder}/a%2520b.json").status_code == 404


def test_an_encoded_slash_separates_nothing(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    for url in (f"{folder}%2Fjcr:content.json", f"{folder.replace('/content/dam', '/api/assets')}%2fx.json"):
        assert client.get(url).status_code == 400


def test_jcr_content_may_be_written_without_its_colon(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    for written in ("jcr:content", "_jcr_content", "jcr%3Acontent"):
        assert node(client, f"{folder}/{written}")["jcr:title"] == "A test"


@pytest.mark.parametrize("path", ["/content/dam/..", "/content/../etc.json", "/content/dam/%00.json", "/%ff.json"])
def test_what_is_no_path_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code in {301, 302, 400, 404}


def test_a_url_of_ten_thousand_dots_is_answered_soon(client: httpx.Client) -> None:
    assert client.get(f"/content/dam/{'.' * 10_000}json", timeout=5).status_code in {400, 404, 414}
    assert client.get(f"/content/dam/{'a.' * 900}json", timeout=5).status_code == 404


def test_a_name_of_its_own_is_not_a_selector(client: httpx.Client) -> None:
    folder, name = fresh_folder(client), uuid.uuid4().hex
    post(client, f"{folder}/{name}.1.json", {"./jcr:primaryType": "sling:Folder", "./it": "self"})
    assert client.get(f"{folder}/{name}.1.json.json").json()["it"] == "self"
