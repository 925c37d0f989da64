"""Sling POST: operations, names, order, answers."""

import httpx
import pytest

from tests.repository.author import fresh_folder, node, post


@pytest.fixture
def place(client: httpx.Client) -> str:
    """An unstructured node with the children a, b, c."""
    path = f"{fresh_folder(client)}/place"
    form = {"./jcr:primaryType": "nt:unstructured", "./a/x": "1", "./b/x": "2", "./c/x": "3"}
    assert post(client, path, form).status_code == 201
    return path


def children(client: httpx.Client, path: str) -> list[str]:
    return [name for name, value in node(client, path, "1").items() if isinstance(value, dict)]


def test_creating_says_where(client: httpx.Client) -> None:
    path = f"{fresh_folder(client)}/new"
    answer = post(client, path, {"./x": "1"})
    assert answer.status_code == 201
    assert answer.headers["location"] == path
    body = answer.json()
    assert (body["status.code"], body["isCreate"], body["path"]) == (201, True, path)
    assert (body["location"], body["parentLocation"]) == (path, path.removesuffix("/new"))
    assert body["changes"] == [
        {"type": "created", "argument": path},
        {"type": "modified", "argument": f"{path}/x"},
    ]
    again = post(client, path, {"./x": "2"})
    assert (again.status_code, again.json()["isCreate"]) == (200, False)


def test_missing_parents_are_made_with_the_types_of_the_form(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    form = {
        "./jcr:primaryType": "nt:unstructured",
        "../jcr:primaryType": "sling:OrderedFolder",
        "./jcr:mixinTypes": "mix:title",
    }
    assert post(client, f"{folder}/x/y", form).status_code == 201
    assert node(client, f"{folder}/x")["jcr:primaryType"] == "sling:OrderedFolder"
    assert node(client, f"{folder}/x/y")["jcr:mixinTypes"] == ["mix:title"]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({":name": "Exact Name"}, "Exact Name"),
        ({":nameHint": "A Hint!"}, "a_hint_"),
        ({"title": "Some Title, quite long indeed"}, "some_title_quite_lon"),
        ({"./jcr:title": "42 is it"}, "_42_is_it"),
        ({"name@ValueFrom": "field", "field": "Referred"}, "referred"),
    ],
)
@pytest.mark.parametrize("ending", ["/", "/*"])
def test_a_name_is_made_of_what_the_form_says(
    client: httpx.Client, place: str, form: dict[str, str], name: str, ending: str
) -> None:
    answer = post(client, f"{place}{ending}", form)
    assert answer.status_code == 201, answer.text
    assert answer.json()["path"] == f"{place}/{name}"


def test_generated_names_do_not_collide(client: httpx.Client, place: str) -> None:
    first, second, third = (
        post(client, f"{place}/*", form).json()["path"] for form in ({"title": "x"}, {"title": "x"}, {})
    )
    assert len({first, second, third}) == 3
    assert post(client, f"{place}/*", {":name": "a"}).status_code == 409


def test_delete(client: httpx.Client, place: str) -> None:
    answer = post(client, f"{place}/a", {":operation": "delete"})
    assert answer.status_code == 200
    assert answer.json()["changes"] == [{"type": "deleted", "argument": f"{place}/a"}]
    assert children(client, place) == ["b", "c"]
    assert post(client, f"{place}/a", {":operation": "delete"}).status_code == 404


def test_delete_of_chosen_nodes(client: httpx.Client, place: str) -> None:
    post(client, place, {":operation": "delete", ":applyTo": ["a", f"{place}/c", "nothing"]})
    assert children(client, place) == ["b"]
    post(client, place, {":operation": "delete", ":applyTo": "*"})
    assert children(client, place) == []
    post(client, place, {"./d/e/x": "1", "./d/f/x": "1"})
    post(client, place, {":operation": "delete", ":applyTo": "d/*"})
    assert children(client, f"{place}/d") == []


@pytest.mark.parametrize("url", [".html", ".json", ".x.html", ".html/suffix"])
def test_delete_through_a_url_with_more_than_the_path_is_forbidden(client: httpx.Client, place: str, url: str) -> None:
    assert post(client, f"{place}{url}", {":operation": "delete"}).status_code == 403
    assert client.get(f"{place}.json").status_code == 200


def test_move_and_copy(client: httpx.Client, place: str) -> None:
    moved = post(client, f"{place}/a", {":operation": "move", ":dest": f"{place}/z"})
    assert moved.status_code == 201
    assert moved.json()["changes"] == [{"type": "moved", "argument": [f"{place}/a", f"{place}/z"]}]
    copied = post(client, f"{place}/z", {":operation": "copy", ":dest": "y"})
    assert copied.status_code == 201
    assert copied.json()["changes"] == [{"type": "copied", "argument": [f"{place}/z", f"{place}/y"]}]
    assert set(children(client, place)) == {"b", "c", "y", "z"}
    assert node(client, f"{place}/y")["x"] == "1"


def test_an_existing_destination_must_be_replaced_on_purpose(client: httpx.Client, place: str) -> None:
    for operation in ("copy", "move"):
        form = {":operation": operation, ":dest": f"{place}/b"}
        assert post(client, f"{place}/a", form).status_code == 412
        post(client, place, {"./a/x": operation})
        assert post(client, f"{place}/a", {**form, ":replace": "true"}).status_code == 200
        assert node(client, f"{place}/b")["x"] == operation


@pytest.mark.parametrize("operation", ["copy", "move"])
def test_what_cannot_be_moved_or_copied(client: httpx.Client, place: str, operation: str) -> None:
    for dest, status in (("/no/such/place", 412), (f"{place}/a/below", 409), (place, 412), ("", 400)):
        assert post(client, f"{place}/a", {":operation": operation, ":dest": dest}).status_code == status, dest
    assert post(client, f"{place}/a", {":operation": operation, ":dest": place, ":replace": "true"}).status_code == 409
    assert post(client, f"{place}/no", {":operation": operation, ":dest": f"{place}/n"}).status_code == 404
    assert children(client, place) == ["a", "b", "c"]


def test_several_nodes_go_into_a_folder(client: httpx.Client, place: str) -> None:
    post(client, place, {"./into/x": "1"})
    form = {":operation": "move", ":applyTo": ["a", "b"], ":dest": f"{place}/into/"}
    assert post(client, place, form).status_code == 200
    assert children(client, f"{place}/into") == ["a", "b"]
    assert post(client, place, {**form, ":dest": f"{place}/into"}).status_code in {400, 412}


@pytest.mark.parametrize(
    ("order", "expected"),
    [("first", "cab"), ("last", "abc"), ("before b", "acb"), ("after a", "acb"), ("0", "cab"), ("1", "acb")],
)
def test_order(client: httpx.Client, place: str, order: str, expected: str) -> None:
    assert post(client, f"{place}/c", {":order": order}).status_code == 200
    assert "".join(children(client, place)) == expected


def test_an_order_that_makes_no_sense(client: httpx.Client, place: str) -> None:
    assert post(client, f"{place}/c", {":order": "sideways"}).status_code == 400
    assert post(client, f"{place}/c", {":order": "before nobody"}).status_code == 409


def test_nop_answers_what_it_is_told(client: httpx.Client) -> None:
    for asked, answered in (
        ("418", 418),
        ("", 200),
        ("99", 200),
        ("100", 200),
        ("204", 204),
        ("999", 200),
        ("299", 299),
    ):
        assert post(client, "/content", {":operation": "nop", ":nopstatus": asked}).status_code == answered


def test_an_operation_that_nobody_knows(client: httpx.Client) -> None:
    assert post(client, "/content", {":operation": "explode"}).status_code == 400


def test_import_of_a_dump(client: httpx.Client, place: str) -> None:
    dump = client.get(f"{place}.infinity.json").text
    form = {":operation": "import", ":contentType": "json", ":name": "again", ":content": dump}
    assert post(client, place, form).status_code == 201
    imported = node(client, f"{place}/again", "-1")
    assert {name: imported[name]["x"] for name in "abc"} == {"a": "1", "b": "2", "c": "3"}
    assert post(client, place, form).status_code == 412
    assert post(client, place, {**form, ":replace": "true"}).status_code == 201
    for broken in ("{", "[]", '{"a":{"jcr:primaryType":7}}', '{"a/b":1}', '{"a":[[1]]}', "[" * 5000):
        assert post(client, place, {**form, ":name": "broken", ":content": broken}).status_code in {409, 422}, broken


def test_the_page_has_the_ids_that_scripts_look_for(client: httpx.Client, place: str) -> None:
    answer = client.post(place, data={"./x": "<b>"}, headers={"Referer": "http://here/"})
    assert answer.headers["content-type"].startswith("text/html")
    for anchor in ("Status", "Message", "Location", "ParentLocation", "Path", "Referer", "ChangeLog"):
        assert f'id="{anchor}"' in answer.text
    assert "modified(&quot;" in answer.text


@pytest.mark.parametrize(
    ("accept", "form", "kind"),
    [
        ("*/*", {}, "text/html"),
        ("application/json", {}, "application/json"),
        ("text/html,application/json;q=0.5", {}, "text/html"),
        ("application/json,text/html;q=0.9", {}, "application/json"),
        ("*/*", {":accept": "application/json"}, "application/json"),
        ("text/html", {":http-equiv-accept": "application/json"}, "application/json"),
        ("image/png", {}, "text/html"),
    ],
)
def test_json_for_those_who_prefer_it(
    client: httpx.Client, place: str, accept: str, form: dict[str, str], kind: str
) -> None:
    answer = client.post(place, data={"./x": "1", **form}, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(kind)


def test_status_for_browsers_is_always_200(client: httpx.Client, place: str) -> None:
    answer = post(client, f"{place}/no", {":operation": "delete", ":status": "browser"})
    assert (answer.status_code, answer.json()["status.code"]) == (200, 404)


def test_send_error_gives_an_error_page(client: httpx.Client, place: str) -> None:
    answer = post(client, f"{place}/no", {":operation": "delete", ":sendError": "true"})
    assert answer.status_code == 404
    assert "<title>404 " in answer.text


def test_redirects_stay_on_this_server(client: httpx.Client, place: str) -> None:
    def location(redirect: str, url: str = place) -> str | None:
        headers: httpx.Headers = client.post(url, data={"./x": "1", ":redirect": redirect}).headers
        return str(headers["location"]) if "location" in headers else None

    assert location("/crx") == "/crx"
    assert location("/crx/*.html") == "/crx/place.html"
    assert location("https://evil.example/") is None
    assert location("//evil.example/") is None
    assert location("javascript:alert(1)") is None


def test_display_extension(client: httpx.Client, place: str) -> None:
    assert post(client, place, {"./x": "1", ":displayExtension": "html"}).json()["location"] == f"{place}.html"


def test_all_or_nothing(client: httpx.Client, place: str) -> None:
    form = {"./new/x": "1", "./a@Delete": "", "./y": "z", "./y@TypeHint": "Long"}
    assert post(client, place, form).status_code == 422
    assert children(client, place) == ["a", "b", "c"]


def test_nodes_are_moved_and_copied_by_suffix(client: httpx.Client, place: str) -> None:
    assert post(client, place, {"./d@MoveFrom": f"{place}/a", "./e@CopyFrom": "b"}).status_code == 200
    assert set(children(client, place)) == {"b", "c", "d", "e"}
