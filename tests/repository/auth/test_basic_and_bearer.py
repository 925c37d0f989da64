"""Programs sign in with each request: Basic or Bearer."""

import base64
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.repository.author import BROWSER
from tests.server import ROOT, ServerProcess

PROTECTED = "/content/dam.json"


@pytest.fixture
def anonymous(server: ServerProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as anonymous:
        yield anonymous


def access_token(server: ServerProcess) -> str:
    """A token of the embedded IMS, got as any integration gets one."""
    form = {
        "grant_type": "client_credentials",
        "client_id": "aemulator-client",
        "client_secret": "aemulator-secret",
        "scope": "openid,AdobeID",
    }
    answer = httpx.post(f"{server.url}/ims/token/v3", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@pytest.mark.parametrize(
    "path", ["/content/dam.json", "/api/assets.json", "/content/dam.initiateUpload.json", "/bin/querybuilder.json"]
)
def test_anonymous_programs_get_401_with_a_basic_challenge(anonymous: httpx.Client, path: str) -> None:
    answer = anonymous.request("POST" if "Upload" in path else "GET", path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


def test_a_refusal_has_the_shape_of_the_api_that_was_called(anonymous: httpx.Client) -> None:
    assert anonymous.get("/api/assets.json").json()["properties"]["status.code"] == 401
    problem = anonymous.get("/adobe/folders")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 401
    assert "<title>401 " in anonymous.get("/content/dam.json").text


def test_basic_signs_in(anonymous: httpx.Client) -> None:
    assert anonymous.get(PROTECTED, auth=("admin", "admin")).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Basic " + base64.b64encode(b"admin:wrong").decode(),
        "Basic " + base64.b64encode(b"nobody:admin").decode(),
        "Basic " + base64.b64encode(b"admin").decode(),
        "Basic " + base64.b64encode(b"adm\x00in:x").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic !!!",
        "Basic",
        "Digest username=admin",
        "Bearer not-a-token",
        "Bearer a.b.c",
        "Bearer",
    ],
)
def test_wrong_credentials_get_401(anonymous: httpx.Client, header: str) -> None:
    assert anonymous.get(PROTECTED, headers={"Authorization": header}).status_code == 401


def test_a_wrong_header_is_not_sent_to_the_login_page(anonymous: httpx.Client) -> None:
    headers = {"Authorization": "Basic !!!", "User-Agent": BROWSER, "Accept": "text/html"}
    assert anonymous.get("/assets.html/content/dam", headers=headers).status_code == 401


def test_the_slow_check_of_a_password_is_done_once(client: httpx.Client) -> None:
    client.get(PROTECTED)
    started = time.monotonic()
    for _ in range(20):
        assert client.get(PROTECTED).status_code == 200
    assert time.monotonic() - started < 2  # twenty checks of the password alone would take four seconds


def test_a_password_changed_by_another_process_soon_holds(server: ServerProcess) -> None:
    script = (
        "from django.contrib.auth.models import User;"
        "u = User.objects.create_user('mallory', password='one'); print(u.pk)"
    )
    _shell(server, script)
    assert _status(server, "one") == 200
    _shell(
        server,
        "from django.contrib.auth.models import User; u = User.objects.get(username='mallory');"
        "u.set_password('two'); u.save()",
    )
    deadline = time.monotonic() + 10
    while _status(server, "one") == 200:
        assert time.monotonic() < deadline
    assert _status(server, "two") == 200


def test_bearer_acts_as_the_technical_account(server: ServerProcess, anonymous: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {access_token(server)}"}
    assert anonymous.get(PROTECTED, headers=headers).status_code == 200
    info = anonymous.get("/libs/cq/security/userinfo.json", headers=headers).json()
    assert info["userID"].endswith("@techacct.adobe.com")


def test_bearer_changes_without_a_csrf_token_even_from_a_browser(
    server: ServerProcess, anonymous: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {access_token(server)}", "User-Agent": BROWSER}
    assert anonymous.post("/content/bearer", data={"a": "1"}, headers=headers).status_code in {200, 201}


def test_who_am_i(client: httpx.Client) -> None:
    info = client.get("/libs/cq/security/userinfo.json").json()
    assert info["userID"] == "admin"
    assert client.post(f"{info['home']}/preferences", data={"a": "b"}).status_code == 201


def _status(server: ServerProcess, password: str) -> int:
    return httpx.get(f"{server.url}{PROTECTED}", auth=("mallory", password)).status_code


def _shell(server: ServerProcess, script: str) -> None:
    environment = {"AEMULATOR_DATA_DIR": str(server.data_dir), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", script], cwd=ROOT, env=environment, check=True)
