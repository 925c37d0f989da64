"""Actions and packages that come by the REST API, as Adobe's command line and OpenWhisk's clients deploy them."""

import base64
import io
import itertools
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.runtime.conftest import KEY, Commands, Deploy, invoke, value_of
from tests.server import ServerProcess

ECHO = "function main(params) { return { got: params.name, level: params.LOG_LEVEL }; }"
WEB = [{"key": "web-export", "value": True}]
_numbers = itertools.count(1)


@pytest.fixture
def name() -> str:
    return f"uploaded-{next(_numbers)}"


def body(code: str, kind: str = "nodejs:default", **more: object) -> dict[str, object]:
    return {"exec": {"kind": kind, "code": code}, **more}


def zipped(files: dict[str, str]) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return base64.b64encode(packed.getvalue()).decode()


def test_code_as_text_runs_and_is_given_back(rest: httpx.Client, name: str) -> None:
    made = rest.put(f"/actions/{name}", json=body(ECHO))
    assert made.status_code == 200, made.text
    assert (made.json()["name"], made.json()["version"]) == (name, "0.0.1")
    assert made.json()["exec"]["kind"] == "nodejs:20"
    assert invoke(rest, name, {"name": "x"}, result="true").json() == {"got": "x"}
    assert rest.get(f"/actions/{name}").json()["exec"]["code"] == ECHO


def test_a_zip_runs_with_its_own_modules(rest: httpx.Client, name: str) -> None:
    code = zipped(
        {
            "package.json": '{"main": "lib/start"}',
            "lib/start.js": "exports.main = () => ({ from: require('inner') })",
            "node_modules/inner/index.js": "module.exports = 'inner'",
        }
    )
    assert rest.put(f"/actions/tools/{name}", json=body(code, "nodejs:18")).status_code == 200
    assert invoke(rest, f"tools/{name}", result="true").json() == {"from": "inner"}
    known = rest.get(f"/actions/tools/{name}").json()["exec"]
    assert (known["binary"], known["code"], known["kind"]) == (True, code, "nodejs:18")


def test_an_es_module_runs(rest: httpx.Client, name: str) -> None:
    rest.put(f"/actions/{name}", json=body("export const main = () => ({ kind: 'module' });")).raise_for_status()
    assert invoke(rest, name, result="true").json() == {"kind": "module"}


def test_there_is_one_of_a_name_unless_it_is_to_be_replaced(rest: httpx.Client, name: str) -> None:
    rest.put(f"/actions/{name}", json=body(ECHO)).raise_for_status()
    refused = rest.put(f"/actions/{name}", json=body(ECHO))
    assert (refused.status_code, refused.json()["error"]) == (409, "resource already exists")
    parameters = [{"key": "LOG_LEVEL", "value": "debug"}]
    changed = rest.put(f"/actions/{name}?overwrite=true", json={"parameters": parameters, "annotations": WEB})
    assert (changed.status_code, changed.json()["version"]) == (200, "0.0.2")
    assert changed.json()["parameters"] == parameters
    assert value_of(changed.json()["annotations"], "web-export") is True
    assert invoke(rest, name, {"name": "x"}, result="true").json() == {"got": "x", "level": "debug"}
    rest.put(f"/actions/{name}?overwrite=true", json=body("exports.main = () => ({ new: true })")).raise_for_status()
    assert invoke(rest, name, result="true").json() == {"new": True}


def test_a_web_action_is_called_by_its_url(server: ServerProcess, rest: httpx.Client, name: str) -> None:
    code = "exports.main = ({ name }) => ({ body: { hi: name } })"
    rest.put(f"/actions/site/{name}", json=body(code, annotations=WEB)).raise_for_status()
    answer = httpx.get(f"{server.url}/api/v1/web/aemulator/site/{name}", params={"name": "you"})
    assert (answer.status_code, answer.json()) == (200, {"hi": "you"})


def test_a_sequence_of_uploaded_actions(rest: httpx.Client, name: str) -> None:
    rest.put(f"/actions/{name}-one", json=body("function main() { return { name: 'one' } }")).raise_for_status()
    rest.put(f"/actions/steps/{name}-two", json=body(ECHO)).raise_for_status()
    components = [f"/_/{name}-one", f"/aemulator/steps/{name}-two"]
    made = rest.put(f"/actions/{name}", json={"exec": {"kind": "sequence", "components": components}})
    assert made.status_code == 200, made.text
    assert made.json()["exec"]["components"] == [f"/aemulator/{name}-one", f"/aemulator/steps/{name}-two"]
    assert invoke(rest, name, result="true").json() == {"got": "one"}


def test_what_was_removed_is_gone(rest: httpx.Client, name: str, commands: Commands) -> None:
    rest.put(f"/actions/{name}", json=body(ECHO)).raise_for_status()
    assert rest.delete(f"/actions/{name}").json()["name"] == name
    assert [call(f"/actions/{name}").status_code for call in (rest.get, rest.delete, rest.post)] == [404] * 3
    rest.put(f"/actions/tools/{name}", json=body(ECHO)).raise_for_status()
    assert commands.run("undeploy", f"tools/{name}")["code"] == 0
    assert rest.get(f"/actions/tools/{name}").status_code == 404


def test_an_upload_takes_the_place_of_a_deployed_folder(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("exports.main = () => ({ from: 'folder' })")
    assert rest.put(f"/actions/{name}", json=body(ECHO)).status_code == 409
    rest.put(f"/actions/{name}?overwrite=true", json=body(ECHO)).raise_for_status()
    assert invoke(rest, name, {"name": "api"}, result="true").json() == {"got": "api"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "exec undefined"),
        (body("def main(): pass", "python:3"), "'python:3' cannot be run here"),
        ({"exec": {"kind": "nodejs:20"}}, "exec.code is a text"),
        (body(base64.b64encode(b"PK, but no zip").decode()), "no zip file"),
        (body(zipped({"readme.txt": "nothing"})), "The zip has no index.js"),
        (body(ECHO, limits={"timeout": 1}), "the limit timeout"),
        (body(ECHO, parameters=["LOG_LEVEL"]), "parameters is a list of objects"),
        ({"exec": {"kind": "sequence", "components": []}}, "1 to 50 components"),
        ([], "no JSON object"),
    ],
)
def test_what_cannot_be_deployed_is_refused_in_words(
    rest: httpx.Client, name: str, content: object, words: str
) -> None:
    refused = rest.put(f"/actions/{name}", json=content)
    assert refused.status_code == 400
    assert words in refused.json()["error"]
    assert rest.get(f"/actions/{name}").status_code == 404


def test_the_key_is_needed(server: ServerProcess, name: str) -> None:
    refused = httpx.put(f"{server.url}/api/v1/namespaces/_/actions/{name}", json=body(ECHO))
    assert (refused.status_code, "error" in refused.json()) == (401, True)


def test_a_package_has_inputs_for_its_actions(rest: httpx.Client, name: str) -> None:
    package = f"package-{name}"
    parameters = [{"key": "LOG_LEVEL", "value": "warn"}, {"key": "name", "value": "of the package"}]
    made = rest.put(f"/packages/{package}", json={"parameters": parameters})
    assert (made.status_code, made.json()["name"]) == (200, package)
    assert rest.put(f"/packages/{package}", json={}).status_code == 409
    rest.put(f"/actions/{package}/{name}", json=body(ECHO)).raise_for_status()
    assert invoke(rest, f"{package}/{name}", result="true").json() == {"got": "of the package", "level": "warn"}
    assert rest.get(f"/actions/{package}/{name}").json()["parameters"] == []
    known = rest.get(f"/packages/{package}").json()
    assert ([action["name"] for action in known["actions"]], known["parameters"]) == ([name], parameters)
    assert package in [listed["name"] for listed in rest.get("/packages", params={"limit": 200}).json()]
    refused = rest.delete(f"/packages/{package}")
    assert (refused.status_code, "not empty" in refused.json()["error"]) == (409, True)
    rest.delete(f"/actions/{package}/{name}").raise_for_status()
    assert rest.delete(f"/packages/{package}").status_code == 200
    assert rest.get(f"/packages/{package}").status_code == 404


def test_what_a_namespace_has(rest: httpx.Client, name: str) -> None:
    rest.put(f"/actions/{name}", json=body(ECHO)).raise_for_status()
    found = rest.get("/").json()
    assert name in [action["name"] for action in found["actions"]]
    assert (found["triggers"], found["rules"]) == ([], [])
    assert (rest.get("/triggers").json(), rest.get("/rules").json()) == ([], [])
    refused = rest.put("/triggers/daily", json={})
    assert (refused.status_code, "not emulated" in refused.json()["error"]) == (400, True)


def test_adobes_command_line_asks_where_logs_go(server: ServerProcess) -> None:
    url = f"{server.url}/runtime/namespaces/aemulator/logForwarding"
    stay: dict[str, object] = {"adobe_io_runtime": {}}
    assert httpx.get(url, auth=KEY).json() == stay
    assert httpx.put(url, auth=KEY, json=stay).json() == stay
    assert httpx.put(url, auth=KEY, json={"splunk_hec": {}}).status_code == 400
    assert httpx.get(f"{url}/errors", auth=KEY).json()["errors"] == []
    assert httpx.get(url).status_code == 401


def test_uploaded_code_outlives_a_restart(tmp_path: Path) -> None:
    for start in range(2):
        with ServerProcess(tmp_path / "data") as server, httpx.Client(auth=KEY, timeout=60) as client:
            client.base_url = f"{server.url}/api/v1/namespaces/_"
            if start == 0:
                client.put("/actions/kept", json=body(ECHO)).raise_for_status()
            assert invoke(client, "kept", {"name": "x"}, result="true").json() == {"got": "x"}
