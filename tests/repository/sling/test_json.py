"""Sling GET as JSON: depths, selectors, types, limits."""

import httpx
import orjson
import pytest

from repository.sling.get import InvalidDepth, depth_of
from repository.sling.json_values import ecma, rendered
from tests.repository.author import fresh_folder, node, post


@pytest.mark.parametrize(
    ("selectors", "depth"),
    [
        ((), 0),
        (("1",), 1),
        (("tidy", "3"), 3),
        (("infinity",), -1),
        (("-1",), -1),
        (("3", "tidy"), 0),
        (("harray",), 0),
        (("99999999999999999999",), -1),
    ],
)
def test_the_last_selector_is_the_depth(selectors: tuple[str, ...], depth: int) -> None:
    assert depth_of(selectors) == depth


@pytest.mark.parametrize("selector", ["x", "01", "-2", "1.5", "", "+1", "٣", "1e3"])
def test_any_other_selector_is_no_depth(selector: str) -> None:
    with pytest.raises(InvalidDepth):
        depth_of((selector,))


def test_dates_are_in_the_old_ecmascript_form() -> None:
    assert ecma("2024-10-25T18:11:41.000Z") == "Fri Oct 25 2024 18:11:41 GMT+0000"
    assert ecma("2024-02-29T03:04:05.678-03:30") == "Thu Feb 29 2024 03:04:05 GMT-0330"


def test_each_type_has_its_form_in_json() -> None:
    properties = rendered(
        {
            "long": 7,
            "flag": True,
            "double": {"$type": "Double", "$value": 1.0},
            "decimal": {"$type": "Decimal", "$value": "2.50"},
            "name": {"$type": "Name", "$value": "jcr:x"},
            "date": {"$type": "Date", "$value": "2024-10-25T18:11:41.000Z"},
            "dates": {"$type": "Date", "$value": ["2024-10-25T18:11:41.000Z"]},
            "none": [],
            "jcr:data": {"$type": "Binary", "$value": 49069},
        }
    )
    assert orjson.loads(orjson.dumps(properties)) == {
        "long": 7,
        "flag": True,
        "double": 1.0,
        "decimal": "2.50",
        "name": "jcr:x",
        "date": "Fri Oct 25 2024 18:11:41 GMT+0000",
        "dates": ["Fri Oct 25 2024 18:11:41 GMT+0000"],
        "none": [],
        ":jcr:data": 49069,
    }
    assert rendered({"date": {"$type": "Date", "$value": "2024-10-25T18:11:41.000Z"}}, ecma_dates=False) == {
        "date": "2024-10-25T18:11:41.000Z"
    }


@pytest.fixture
def place(client: httpx.Client) -> str:
    """a ─ b ─ c, each with a property of its own name."""
    path = f"{fresh_folder(client)}/a"
    form = {"./jcr:primaryType": "nt:unstructured", "./a": "1", "./b/b": "1", "./b/c/c": "1", "./x": ["1", "2"]}
    assert post(client, path, form).status_code == 201
    return path


def test_without_a_selector_there_are_no_children(client: httpx.Client, place: str) -> None:
    answer = client.get(f"{place}.json")
    assert answer.headers["content-type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    assert answer.json() == {"jcr:primaryType": "nt:unstructured", "a": "1", "x": ["1", "2"]}


def test_a_number_is_the_depth(client: httpx.Client, place: str) -> None:
    assert "c" not in node(client, place, "1")["b"]
    assert node(client, place, "2")["b"]["c"]["c"] == "1"
    for everything in ("-1", "infinity", "7", "2147483648"):
        assert node(client, place, everything) == node(client, place, "2")


def test_properties_come_before_children(client: httpx.Client, place: str) -> None:
    assert list(node(client, place, "1")) == ["jcr:primaryType", "a", "x", "b"]


def test_tidy_is_indented(client: httpx.Client, place: str) -> None:
    text = client.get(f"{place}.tidy.-1.json").text
    assert text.startswith('{\n  "jcr:primaryType": "nt:unstructured"')
    assert orjson.loads(text) == node(client, place, "-1")


def test_harray_has_children_in_arrays(client: httpx.Client, place: str) -> None:
    found = client.get(f"{place}.harray.-1.json").json()
    child = found["__children__"][0]
    assert (child["__name__"], child["b"], child["__children__"][0]["__name__"]) == ("b", "1", "c")


def test_more_than_200_resources_are_300_multiple_choices(client: httpx.Client) -> None:
    path = f"{fresh_folder(client)}/many"
    form = {f"./n{number:03}/sub/x": "1" for number in range(150)}
    assert post(client, path, {"./jcr:primaryType": "nt:unstructured", **form}).status_code == 201
    answer = client.get(f"{path}.infinity.json")
    assert answer.status_code == 300
    assert answer.json() == [f"{path}.1.json", f"{path}.0.json"]
    assert client.get(f"{path}.tidy.2.json").json() == [f"{path}.tidy.1.json", f"{path}.tidy.0.json"]
    assert client.get(f"{path}.1.json").status_code == 200


def test_depth_1_knows_no_limit(client: httpx.Client) -> None:
    path = f"{fresh_folder(client)}/wide"
    form = {f"./n{number:03}/x": "1" for number in range(250)}
    post(client, path, {"./jcr:primaryType": "nt:unstructured", **form})
    children = [name for name, value in node(client, path, "1").items() if isinstance(value, dict)]
    assert children == [f"n{number:03}" for number in range(250)]
    answer = client.get(f"{path}.2.json")
    assert (answer.status_code, answer.json()) == (300, [f"{path}.0.json"])


@pytest.mark.parametrize("selector", ["x", "01", "-2", "children"])
def test_a_selector_that_is_no_depth_is_400(client: httpx.Client, selector: str) -> None:
    assert client.get(f"/content/dam.{selector}.json").status_code == 400


def test_what_is_missing_is_404(client: httpx.Client) -> None:
    answer = client.get("/content/dam/missing.json")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="en">' in answer.text
    assert "<main><h1>404 Resource at" in answer.text
    assert client.get("/content/dam.unknownextension").status_code == 404


def test_head_answers_as_get_does(client: httpx.Client, place: str) -> None:
    assert client.head(f"{place}.json").status_code == 200
    assert client.head(f"{place}.json").content == b""
    assert client.head("/content/dam/missing.json").status_code == 404


def test_a_folder_redirects_to_its_slash_and_that_is_forbidden(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    answer = client.get(folder)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{folder}/")
    assert client.get(f"{folder}/").status_code == 403


def test_other_methods_are_405(client: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "PROPFIND", "TRACE"):
        assert client.request(method, "/content/dam.json").status_code == 405
