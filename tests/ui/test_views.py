"""Pages and fragments over HTTP: what exists, what does not, what is refused."""

from urllib.parse import quote

import httpx
import pytest

from tests.server import ServerProcess

BROWSER = {"User-Agent": "Mozilla/5.0", "Accept": "text/html"}


@pytest.fixture(scope="module", autouse=True)
def _content(server: ServerProcess) -> None:
    with server.client() as client:
        for path in ("pages", "pages/Grüße <b>bold"):
            answer = client.post(f"/api/assets/{quote(path)}", json={"class": "assetFolder", "properties": {}})
            assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("path", ["/", "/aem/start.html", "/assets.html/content/dam", "/assets.html/content/dam/pages"])
def test_pages_answer(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Content-Security-Policy" in answer.headers
    assert client.head(path).status_code == 200


def test_the_bare_page_leads_to_the_root(client: httpx.Client) -> None:
    answer = client.get("/assets.html")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/assets.html/content/dam")


def test_names_are_escaped(client: httpx.Client) -> None:
    page = client.get("/assets.html/content/dam/pages").text
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


@pytest.mark.parametrize(
    "path",
    [
        "/assets.html/content/dam/none",
        "/assets.html/content/dam/..",
        "/assets.html/etc/passwd",
        "/assets.html/content",
        "/assets.html/content/dam/a%00b",
        "/assetdetails.html/content/dam/none.jpg",
        "/assetdetails.html/content/damn",
        "/assets.items.html/content/dam/none",
        "/assets.live.html/content/dam/none",
        "/assets.tree.html/content/dam/none",
        "/assetdetails.live.html/content/dam/none",
        f"/assets.html/content/dam/{'x' * 3000}",
    ],
)
def test_what_does_not_exist_is_404(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404
    page = client.get(path, headers=BROWSER)
    assert page.status_code == 404
    assert "There is nothing here" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense",
        "sort=%27%3B--",
        "view=xml",
        "since=-1",
        "since=x",
        "since=99999999999999999999",
        "search=%00",
        "search=" + "x" * 5000,
    ],
)
@pytest.mark.parametrize("fragment", ["assets.html", "assets.items.html", "assets.live.html"])
def test_odd_parameters_are_taken_for_none(client: httpx.Client, fragment: str, query: str) -> None:
    assert client.get(f"/{fragment}/content/dam/pages?{query}").status_code in {200, 410}


@pytest.mark.parametrize("path", ["/assets.existing.json/content/dam", "/assets.states.json"])
def test_questions_about_many_are_posted(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 405
    assert client.post(path, data={"name": "pages", "path": "/content/dam/pages"}).status_code == 200


def test_the_names_that_a_folder_has(client: httpx.Client) -> None:
    form = {"name": ["pages", "none", "a/b", "..", "", "x" * 500]}
    assert client.post("/assets.existing.json/content/dam", data=form).json() == {"names": ["pages"]}


def test_states_of_what_is_no_asset_are_left_out(client: httpx.Client) -> None:
    form = {"path": ["/content/dam/pages", "/none", "nonsense", ""]}
    assert client.post("/assets.states.json", data=form).json() == {"states": []}


@pytest.mark.parametrize("path", ["/", "/assets.html/content/dam", "/assets.live.html/content/dam"])
def test_nobody_sees_anything_without_signing_in(server: ServerProcess, path: str) -> None:
    client = httpx.Client(base_url=server.url)
    with client:
        assert client.get(path).status_code == 401
        browser = client.get(path, headers=BROWSER)
        assert browser.status_code == 302
        assert browser.headers["Location"].startswith("/libs/granite/core/content/login.html")
