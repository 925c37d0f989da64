"""Sling POST: what each kind of parameter does to a property."""

from typing import Any

import httpx
import pytest

from tests.repository.author import fresh_folder, node, post

Form = dict[str, Any]


@pytest.fixture
def place(client: httpx.Client) -> str:
    path = f"{fresh_folder(client)}/place"
    post(client, path, {"./jcr:primaryType": "nt:unstructured", "./old": "was", "./many": ["a", "b"]})
    return path


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"./x": "1"}, "1"),
        ({"./x": ["1", "2"]}, ["1", "2"]),
        ({"./x": "1", "./x@TypeHint": "Long"}, 1),
        ({"./x": "1.5", "./x@TypeHint": "Double"}, 1.5),
        ({"./x": "1.50", "./x@TypeHint": "Decimal"}, "1.50"),
        ({"./x": "true", "./x@TypeHint": "Boolean"}, True),
        ({"./x": "no", "./x@TypeHint": "Boolean"}, False),
        ({"./x": "jcr:title", "./x@TypeHint": "Name"}, "jcr:title"),
        ({"./x": "/a/b", "./x@TypeHint": "Path"}, "/a/b"),
        ({"./x": "urn:y", "./x@TypeHint": "URI"}, "urn:y"),
        ({"./x": "1", "./x@TypeHint": "Long[]"}, [1]),
        ({"./x": ["1", "2"], "./x@TypeHint": "Long[]"}, [1, 2]),
        ({"./x": "a", "./x@TypeHint": "String[]"}, ["a"]),
        ({"./x": "a", "./x@TypeHint": "NoSuchType"}, "a"),
        ({"./x": "2024-10-25T18:11:41.000Z", "./x@TypeHint": "Date"}, "Fri Oct 25 2024 18:11:41 GMT+0000"),
        ({"./x": "Fri Oct 25 2024 18:11:41 GMT+0200", "./x@TypeHint": "Date"}, "Fri Oct 25 2024 18:11:41 GMT+0200"),
        ({"./x": "2024-10-25", "./x@TypeHint": "Date"}, "Fri Oct 25 2024 00:00:00 GMT+0000"),
        ({"./x": "25.10.2024 18:11:41", "./x@TypeHint": "Date"}, "Fri Oct 25 2024 18:11:41 GMT+0000"),
        ({"./x": "", "./x@DefaultValue": "d"}, "d"),
        ({"./x": "v", "./x@DefaultValue": "d"}, "v"),
        ({"./x@DefaultValue": "d", "./x@UseDefaultWhenMissing": "true"}, "d"),
        ({"./x": ["", "a", ""], "./x@IgnoreBlanks": "true"}, "a"),
        ({"./x": ["", "a", "", "b"], "./x@IgnoreBlanks": "true"}, ["a", "b"]),
        ({"./x@ValueFrom": "field", "field": "from a field"}, "from a field"),
        ({"./x": ["a", "a"], "./x@Patch": "true"}, None),
        ({"./x": ["+a", "+b", "+a", "-b"], "./x@Patch": "true", "./x@TypeHint": "String[]"}, ["a"]),
        ({"./x@MoveFrom": "old"}, "was"),
        ({"./x@CopyFrom": "./old"}, "was"),
        ({"./x@MoveFrom": "nothing"}, None),
        ({"x": "plain"}, "plain"),
        ({"./y": "1", "x": "ignored"}, None),
        ({"x": "kept", "j_username": "ignored", ":other": "ignored"}, "kept"),
        ({"./x": ""}, None),
        ({"./x": "", "./x@TypeHint": "Long"}, None),
        ({"./x@DefaultValue": "d"}, None),
    ],
)
def test_a_property_is_written_as_the_form_says(client: httpx.Client, place: str, form: Form, expected: object) -> None:
    answer = post(client, place, {**form, "_charset_": "utf-8"})
    assert answer.status_code == 200, answer.text
    found = node(client, place)
    assert found.get("x") == expected
    assert "j_username" not in found


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"./many@Delete": ""}, None),
        ({"./many": ""}, None),
        ({"./many": "c"}, ["c"]),
        ({"./many": ["+c", "-a"], "./many@Patch": "true"}, ["b", "c"]),
        ({"./many": ["-a", "-b"], "./many@Patch": "true"}, []),
        ({"./many": "+b", "./many@Patch": "true"}, ["a", "b"]),
        ({"./many": "", "./many@IgnoreBlanks": "true"}, ["a", "b"]),
        ({"./many": "", "./many@DefaultValue": ":ignore"}, None),
        ({"./many": "", "./many@DefaultValue": ":null"}, None),
    ],
)
def test_several_values_stay_several(client: httpx.Client, place: str, form: Form, expected: object) -> None:
    assert post(client, place, form).status_code == 200
    assert node(client, place).get("many") == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"./old": "+x", "./old@Patch": "true"}, "was"),
        ({"./old": ["a", "b"]}, ["a", "b"]),
        ({"./old": "", "./old@DefaultValue": ":ignore"}, ""),
        ({"./old": "", "./old@DefaultValue": ":null"}, None),
        ({"./old@Delete": "true"}, None),
        ({"./old@Delete": "true", "./old": "new"}, "new"),
    ],
)
def test_a_single_value_may_change(client: httpx.Client, place: str, form: Form, expected: object) -> None:
    assert post(client, place, form).status_code == 200
    assert node(client, place).get("old") == expected


def test_a_type_outlives_its_hint(client: httpx.Client, place: str) -> None:
    post(client, place, {"./n": "1", "./n@TypeHint": "Long"})
    post(client, place, {"./n": "2"})
    assert node(client, place)["n"] == 2


@pytest.mark.parametrize(
    ("text", "hint"), [("abc", "Long"), ("x", "Double"), ("31.31.2024", "Date"), ("9" * 40, "Long"), ("nan", "Double")]
)
def test_a_text_that_is_not_of_the_type_changes_nothing(client: httpx.Client, place: str, text: str, hint: str) -> None:
    answer = post(client, place, {"./first": "1", "./x": text, "./x@TypeHint": hint})
    assert answer.status_code == 422
    assert answer.json()["status.code"] == 422
    assert "first" not in node(client, place)


def test_properties_of_descendants_and_relatives(client: httpx.Client, place: str) -> None:
    form = {"./a/b/c": "deep", "../sibling/x": "beside", f"{place}/abs": "absolute"}
    assert post(client, place, form).status_code == 200
    assert node(client, place, "2")["a"]["b"]["c"] == "deep"
    assert node(client, place)["abs"] == "absolute"
    assert node(client, place.replace("/place", "/sibling"))["x"] == "beside"


def test_empty_dates_and_users_are_filled_in(client: httpx.Client, place: str) -> None:
    form = {"./jcr:lastModified": "", "./jcr:lastModifiedBy": "", "./new/jcr:created": "", "./new/jcr:createdBy": ""}
    assert post(client, place, form).status_code == 200
    found = node(client, place, "1")
    assert found["jcr:lastModifiedBy"] == found["new"]["jcr:createdBy"] == "admin"
    assert "GMT" in found["jcr:lastModified"]
    assert "GMT" in found["new"]["jcr:created"]
    before = found["new"]["jcr:created"]
    post(client, place, {"./new/jcr:created": ""})
    assert node(client, place, "1")["new"]["jcr:created"] == before


def test_a_form_in_another_charset(client: httpx.Client, place: str) -> None:
    answer = client.post(
        place,
        content="./x=%E4%F6&_charset_=ISO-8859-1",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    assert node(client, place)["x"] == "äö"


def test_a_form_in_a_charset_that_nobody_knows(client: httpx.Client, place: str) -> None:
    for charset in ("klingon", "utf-8\x00", "punycode", "base64"):
        assert post(client, place, {"./x": "1", "_charset_": charset}).status_code in {200, 400}


def test_metadata_as_clients_write_it(client: httpx.Client, place: str) -> None:
    form = {
        "_charset_": "utf-8",
        "./dc:title": "Lava",
        "./dc:subject@TypeHint": "String[]",
        "./dc:subject@Patch": "true",
        "./dc:subject": ["+hot", "+red"],
    }
    assert post(client, f"{place}/jcr:content/metadata", form).status_code == 201
    found = node(client, f"{place}/jcr:content/metadata")
    assert (found["dc:title"], found["dc:subject"]) == ("Lava", ["hot", "red"])


def test_a_protected_property_is_a_conflict(client: httpx.Client) -> None:
    assert post(client, fresh_folder(client), {"./jcr:createdBy": "somebody"}).status_code == 409


def test_multipart_forms_are_read_too(client: httpx.Client, place: str) -> None:
    assert client.post(place, files={"./x": (None, "multi")}).status_code == 200
    assert node(client, place)["x"] == "multi"
