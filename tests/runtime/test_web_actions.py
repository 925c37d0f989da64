"""Web actions over HTTP: what an action gets of a request, what its result becomes, and who may call."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.adobe import headers
from tests.runtime.conftest import KEY, Deploy
from tests.server import ServerProcess

ECHO = "exports.main = (params) => ({ body: params });"
HTML = "text/html; charset=utf-8"
SAYS = "exports.main = (params) => JSON.parse(params.says);"


@pytest.fixture
def web(server: ServerProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/api/v1/web/aemulator/default", timeout=60) as client:
        yield client


def test_query_body_method_path_and_headers_reach_it(web: httpx.Client, deploy: Deploy) -> None:
    name = deploy(ECHO)
    answer = web.post(f"/{name}/below/it?a=1&b=2", json={"b": 3, "c": [1]}, headers={"X-Mine": "Yes"})
    assert answer.status_code == 200
    params = answer.json()
    assert (params["a"], params["b"], params["c"]) == ("1", 3, [1])
    assert (params["__ow_method"], params["__ow_path"]) == ("post", "/below/it")
    assert params["__ow_headers"]["x-mine"] == "Yes"
    assert web.get(f"/{name}").json()["__ow_method"] == "get"
    assert web.post(f"/{name}", data={"form": "field"}).json()["form"] == "field"


def test_other_bodies_come_as_text_or_base64(web: httpx.Client, deploy: Deploy) -> None:
    name = deploy(ECHO)
    text = web.post(f"/{name}", content="hello", headers={"content-type": "text/plain"}).json()
    assert text["__ow_body"] == "hello"
    binary = web.post(f"/{name}", content=b"\xff\0", headers={"content-type": "image/png"}).json()
    assert base64.b64decode(binary["__ow_body"]) == b"\xff\0"
    assert web.post(f"/{name}", json=[1]).json()["__ow_body"] == "[1]"


@pytest.mark.parametrize(
    ("says", "status", "kind", "body"),
    [
        ({"body": "<b>"}, 200, "text/html; charset=utf-8", b"<b>"),
        ({"body": {"a": 1}, "statusCode": 201}, 201, "application/json", b'{"a":1}'),
        ({"body": "AP8=", "headers": {"Content-Type": "image/png"}}, 200, "image/png", b"\0\xff"),
        ({"body": "plain", "headers": {"content-type": "text/plain"}}, 200, "text/plain", b"plain"),
        ({"statusCode": 404}, 404, None, b""),
        ({}, 204, None, b""),
        ({"error": {"statusCode": 401, "body": {"message": "no"}}}, 401, "application/json", b'{"message":"no"}'),
        ({"error": "text"}, 400, "application/json", b'{"error":"text"}'),
        ({"statusCode": 204, "body": "none"}, 204, None, b""),
        ({"body": "x", "headers": {"content-length": "9", "transfer-encoding": "chunked"}}, 200, HTML, b"x"),
        ({"statusCode": "nonsense", "body": "x"}, 200, "text/html; charset=utf-8", b"x"),
    ],
)
def test_what_a_result_becomes(
    web: httpx.Client, says_action: str, says: object, status: int, *, kind: str | None, body: bytes
) -> None:
    answer = web.get(f"/{says_action}", params={"says": json.dumps(says)})
    assert (answer.status_code, answer.headers.get("content-type"), answer.content) == (status, kind, body)
    assert len(answer.headers["x-openwhisk-activation-id"]) == 32


@pytest.fixture
def says_action(deploy: Deploy) -> str:
    return deploy(SAYS)


def test_headers_of_a_result_are_sent_as_they_are_or_left_out(web: httpx.Client, says_action: str) -> None:
    says = {"body": "x", "headers": {"Set-Cookie": ["a=1", "b=2"], "x-evil": "1\r\nx-injected: 1", "bad name": "1"}}
    answer = web.get(f"/{says_action}", params={"says": json.dumps(says)})
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert "x-injected" not in answer.headers
    assert answer.headers["x-evil"] == "1x-injected: 1"


def test_an_extension_chooses_the_form_of_the_answer(web: httpx.Client, says_action: str) -> None:
    says = {"says": json.dumps({"html": "<i>", "statusCode": 500})}
    assert web.get(f"/{says_action}.json", params=says).json() == {"html": "<i>", "statusCode": 500}
    assert web.get(f"/{says_action}.html", params=says).text == "<i>"
    assert web.get(f"/{says_action}.text", params=says).status_code == 400


def test_deployed_inputs_are_final(web: httpx.Client, deploy: Deploy) -> None:
    name = deploy(ECHO, "--param", "secret=s")
    assert web.get(f"/{name}").json()["secret"] == "s"
    for refused in (web.get(f"/{name}?secret=x"), web.post(f"/{name}", json={"__ow_headers": {}})):
        assert refused.status_code == 400
        assert "not allowed" in refused.json()["error"]


def test_an_action_that_dies_is_an_error_that_says_so(web: httpx.Client, deploy: Deploy) -> None:
    answer = web.get(f"/{deploy('exports.main = () => process.exit(3);')}")
    assert answer.status_code == 400
    assert "exit code 3" in answer.json()["error"]
    assert answer.json()["code"] == answer.headers["x-openwhisk-activation-id"]


def test_production_urls_lead_here(server: ServerProcess, deploy: Deploy) -> None:
    name = deploy(ECHO)
    for host, path in (("aemulator.adobeioruntime.net", ""), ("adobeioruntime.net", "aemulator/")):
        answer = httpx.get(f"{server.url}/api/v1/web/{path}default/{name}/rest", headers={"host": host})
        assert answer.json()["__ow_path"] == "/rest"
        assert answer.json()["__ow_headers"]["host"] == host


def test_browsers_of_other_sites_may_call(web: httpx.Client, deploy: Deploy) -> None:
    name = deploy(ECHO)
    asked = web.options(f"/{name}", headers={"access-control-request-headers": "x-a, x-b"})
    assert (asked.status_code, asked.headers["access-control-allow-headers"]) == (200, "x-a, x-b")
    assert web.get(f"/{name}").headers["access-control-allow-origin"] == "*"


APP = """
packages:
  logins:
    actions:
      adobe: {function: index.js, web: yes, annotations: {require-adobe-auth: true}}
      key: {function: index.js, web: yes, annotations: {require-whisk-auth: true}}
      word: {function: index.js, web: yes, annotations: {require-whisk-auth: open}}
      none: {function: index.js}
      raw: {function: index.js, web: raw}
"""


def test_annotations_decide_who_may_call(server: ServerProcess, deploy: Deploy, adobe: httpx.Client) -> None:
    deploy({"index.js": ECHO, "manifest.yml": APP})
    login = {name: adobe.headers[name] for name in ("authorization", "x-gw-ims-org-id")}
    foreign = headers("x") | {"authorization": login["authorization"], "x-gw-ims-org-id": "x", "x-ims-org-id": "y"}
    with httpx.Client(base_url=f"{server.url}/api/v1/web/aemulator/logins") as web:
        assert web.get("/adobe", headers=login).status_code == 200
        assert "x-gw-ims-org-id" in web.get("/adobe", headers={"authorization": "Bearer x"}).json()["error"]
        refused = web.get("/adobe", headers=login | {"authorization": "Bearer x"})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert web.get("/adobe", headers=foreign).status_code == 403
        assert web.get("/key", auth=KEY).status_code == 200
        assert web.get("/key").status_code == 401
        assert web.get("/word", headers={"x-require-whisk-auth": "open"}).status_code == 200
        assert web.get("/word").status_code == 401
        assert web.get("/none").status_code == 404
        assert web.get("/other").status_code == 404
        raw = web.post("/raw?a=1", content="x=1", headers={"content-type": "text/plain"}).json()
        assert (raw["__ow_query"], raw["__ow_body"]) == ("a=1", "x=1")
        assert "a" not in raw
