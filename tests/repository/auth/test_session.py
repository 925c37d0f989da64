"""People sign in once, in the browser: login page, cookie, CSRF token, logout."""

from collections.abc import Iterator

import httpx
import pytest

from tests.repository.author import BROWSER
from tests.server import ServerProcess

CHECK = "/libs/granite/core/content/login.html/j_security_check"
LOGIN = "/libs/granite/core/content/login.html"
TOKEN = "/libs/granite/csrf/token.json"


@pytest.fixture
def visitor(server: ServerProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers={"User-Agent": BROWSER}, timeout=30) as visitor:
        yield visitor


@pytest.fixture
def signed_in(visitor: httpx.Client) -> httpx.Client:
    visitor.post(CHECK, data={"j_username": "admin", "j_password": "admin"})
    return visitor


def test_a_page_sends_the_anonymous_to_the_login_and_back(visitor: httpx.Client) -> None:
    answer = visitor.get("/assets.html/content/dam?x=1", headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{LOGIN}?resource=%2Fassets.html%2Fcontent%2Fdam%3Fx%3D1"


def test_the_scripts_of_a_page_get_401_without_a_basic_dialog(visitor: httpx.Client) -> None:
    answer = visitor.get("/assets.html/content/dam", headers={"Accept": "text/html", "HX-Request": "true"})
    assert answer.status_code == 401
    assert not answer.headers["www-authenticate"].startswith("Basic")
    assert answer.headers["hx-redirect"] == LOGIN


def test_the_login_page_has_the_ids_that_adobes_clients_look_for(visitor: httpx.Client) -> None:
    page = visitor.get(LOGIN).text
    assert "AEM Sign In" in page.partition("</title>")[0]
    for hook in ('name="login"', 'id="login"', 'id="username"', 'id="password"', 'id="submit-button"', CHECK):
        assert hook in page


@pytest.mark.parametrize(
    "path",
    [
        CHECK,
        "/libs/crx/core/content/login.html/j_security_check",
        "/system/sling/login/j_security_check",
        "/j_security_check",
    ],
)
def test_signing_in_sets_the_login_token_first(visitor: httpx.Client, path: str) -> None:
    form = {"j_username": "admin", "j_password": "admin", "resource": "/crx", "_charset_": "UTF-8"}
    answer = visitor.post(path, data=form)
    assert answer.status_code == 302
    assert answer.headers["location"] == "/crx"
    first = answer.headers.get_list("set-cookie")[0]
    assert first.startswith("login-token=")
    assert "HttpOnly" in first
    assert "Path=/" in first
    assert visitor.get("/content/dam.json").status_code == 200


def test_a_failed_login_comes_back_to_the_form(visitor: httpx.Client) -> None:
    answer = visitor.post(CHECK, data={"j_username": "admin", "j_password": "x", "resource": "/crx"})
    assert answer.headers["location"].startswith(f"{LOGIN}?resource=%2Fcrx&j_reason=")
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in visitor.get(answer.headers["location"]).text


def test_j_validate_answers_with_a_status_only(visitor: httpx.Client) -> None:
    wrong = visitor.post(CHECK, data={"j_username": "admin", "j_password": "x", "j_validate": "true"})
    assert (wrong.status_code, wrong.headers["x-reason-code"]) == (403, "invalid_login")
    right = visitor.post(CHECK, data={"j_username": "admin", "j_password": "admin", "j_validate": "true"})
    assert right.status_code == 200
    assert right.headers.get_list("set-cookie")[0].startswith("login-token=")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "\\\\evil"])
def test_a_login_redirects_to_this_server_only(visitor: httpx.Client, elsewhere: str) -> None:
    form = {"j_username": "admin", "j_password": "admin", "resource": elsewhere}
    assert visitor.post(CHECK, data=form).headers["location"] == "/assets.html/content/dam"


def test_a_browser_needs_its_csrf_token_for_a_change(signed_in: httpx.Client) -> None:
    assert signed_in.post("/content/csrf", data={"a": "1"}).status_code == 403
    token = signed_in.get(TOKEN).json()["token"]
    assert signed_in.post("/content/csrf", data={"a": "1"}, headers={"csrf-token": token}).status_code == 201
    assert signed_in.post("/content/csrf", data={"a": "2", ":cq_csrf_token": token}).status_code == 200
    assert signed_in.post(f"/content/csrf?:cq_csrf_token={token}", data={"a": "3"}).status_code == 200
    assert signed_in.post("/content/csrf", files={"a": (None, "4"), ":cq_csrf_token": (None, token)}).status_code == 200
    assert signed_in.delete("/api/assets/x", headers={"CSRF-Token": "wrong"}).status_code == 403


def test_one_sessions_token_is_not_anothers(server: ServerProcess, signed_in: httpx.Client) -> None:
    with httpx.Client(base_url=server.url, headers={"User-Agent": BROWSER}) as other:
        other.post(CHECK, data={"j_username": "admin", "j_password": "admin"})
        token = other.get(TOKEN).json()["token"]
    assert signed_in.post("/content/csrf", data={}, headers={"CSRF-Token": token}).status_code == 403


def test_the_anonymous_have_no_csrf_token(visitor: httpx.Client) -> None:
    assert visitor.get(TOKEN).json() == {}


def test_a_program_with_a_login_cookie_needs_no_token(signed_in: httpx.Client) -> None:
    headers = {"User-Agent": "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)"}
    assert signed_in.post("/content/program", data={"a": "1"}, headers=headers).status_code in {200, 201}


def test_a_foreign_page_cannot_use_a_remembered_basic_login(visitor: httpx.Client) -> None:
    answer = visitor.post(
        "/content/foreign", data={"a": "1"}, auth=("admin", "admin"), headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert visitor.post("/content/own", data={"a": "1"}, auth=("admin", "admin")).status_code == 201


@pytest.mark.parametrize("path", ["/system/sling/logout.html", "/system/sling/logout"])
def test_logging_out_ends_the_session(server: ServerProcess, signed_in: httpx.Client, path: str) -> None:
    cookie = {"login-token": signed_in.cookies["login-token"]}
    assert signed_in.get(path).headers["location"] == LOGIN
    assert signed_in.get("/content/dam.json").status_code == 401
    assert httpx.get(f"{server.url}/content/dam.json", cookies=cookie).status_code == 401


def test_an_unknown_cookie_is_anonymous(visitor: httpx.Client) -> None:
    visitor.cookies.set("login-token", "x" * 5000)
    assert visitor.get("/content/dam.json").status_code == 401
