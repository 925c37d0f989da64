"""Actions by the OpenWhisk REST API: how they run, what they get, how they end, and what is kept of it."""

import time
from pathlib import Path

import httpx
import pytest

from tests.adobe import JournalReader
from tests.runtime.conftest import KEY, Commands, Deploy, deploy_path, invoke, value_of
from tests.server import ServerProcess, wait_until

ECHO = "exports.main = (params) => ({ params, environment: process.env });"


def test_a_blocking_invocation_answers_with_the_whole_activation(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("exports.main = async ({ word }) => { console.log('said', word); return { word }; };")
    answer = invoke(rest, name, {"word": "hello"})
    assert answer.status_code == 200
    activation = answer.json()
    assert activation["response"]["result"] == {"word": "hello"}
    assert activation["response"] | {"result": 0} == {
        "status": "success",
        "statusCode": 0,
        "success": True,
        "size": 16,
        "result": 0,
    }
    assert activation["logs"][0].endswith("stdout: said hello")
    assert value_of(activation["annotations"], "path") == f"aemulator/{name}"
    assert activation["end"] - activation["start"] == activation["duration"] >= 0
    assert invoke(rest, name, {"word": "bye"}, result="true").json() == {"word": "bye"}


def test_an_invocation_that_does_not_block_is_followed_by_its_activation(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("exports.main = async () => { console.error('done'); return { done: true }; };")
    answer = rest.post(f"/actions/{name}?", json={})
    assert answer.status_code == 202
    assert list(answer.json()) == ["activationId"]
    activation = answer.json()["activationId"]
    assert answer.headers["x-openwhisk-activation-id"] == activation
    wait_until(lambda: rest.get(f"/activations/{activation}").status_code == 200, 20, "it ended")
    assert rest.get(f"/activations/{activation}/result").json()["result"] == {"done": True}
    assert rest.get(f"/activations/{activation}/logs").json()["logs"][0].endswith("stderr: done")
    assert rest.get("/activations", params={"name": name}).json()[0]["activationId"] == activation
    assert rest.get("/activations", params={"name": f"default/{name}", "count": "true"}).json() == {"activations": 1}


def test_activations_of_one_request_are_listed_while_they_run(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("exports.main = () => new Promise((done) => setTimeout(() => done({}), 300));")
    rest.post(f"/actions/{name}", json={"requestId": "request of mine"})

    def state() -> str:
        (activation,) = rest.get("/activations", params={"requestId": "request of mine"}).json()
        return str(activation["state"])

    assert state() in {"queued", "running"}
    wait_until(lambda: state() == "success", 20, "it ended")


def test_what_a_running_action_writes_can_be_read_before_it_ends(
    rest: httpx.Client, deploy: Deploy, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    name = deploy(f"""
        const fs = require('node:fs');
        exports.main = async () => {{
          console.log('waiting');
          while (!fs.existsSync({str(go)!r})) await new Promise((done) => setTimeout(done, 20));
          return {{}};
        }};""")
    activation = rest.post(f"/actions/{name}", json={}).json()["activationId"]
    wait_until(lambda: "waiting" in rest.get(f"/activations/{activation}/logs").text, 20, "its log shows")
    assert rest.get(f"/activations/{activation}").status_code == 404
    assert "running" in rest.get(f"/activations/{activation}/result").json()["error"]
    go.touch()
    wait_until(lambda: rest.get(f"/activations/{activation}").status_code == 200, 20, "it ended")


def test_an_action_finds_what_runtime_gives_it(server: ServerProcess, rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy(ECHO, "--param", "colour=red", "--param", "size=9")
    activation = invoke(rest, name, {"size": "10", "nested": {"a": [1, None, "ü"]}}).json()
    result = activation["response"]["result"]
    assert result["params"] == {"colour": "red", "size": "10", "nested": {"a": [1, None, "ü"]}}
    environment = result["environment"]
    assert environment["__OW_ACTIVATION_ID"] == activation["activationId"]
    assert environment["__OW_ACTION_NAME"] == f"/aemulator/{name}"
    assert environment["__OW_NAMESPACE"] == "aemulator"
    assert environment["__OW_API_HOST"] == server.url
    assert 55_000 < int(environment["__OW_DEADLINE"]) - time.time() * 1000 < 60_000
    assert not [name for name in environment if "SECRET" in name or name == "AEMULATOR_RUNNER_FD"]


ENDS = {
    "throws at once": ("exports.main = () => { throw new Error('early'); };", "action developer error", "early"),
    "rejects": ("exports.main = async () => { throw new Error('late'); };", "application error", "late"),
    "rejects with an object": (
        "exports.main = async () => { throw { statusCode: 418, body: 'tea' }; };",
        "application error",
        "tea",
    ),
    "returns an error": ("exports.main = () => ({ error: 'mine' });", "application error", "mine"),
    "returns no object": ("exports.main = () => 5;", "action developer error", "did not return a dictionary"),
    "returns a circle": (
        "exports.main = () => { const a = {}; a.a = a; return a; };",
        "action developer error",
        "circular",
    ),
    "returns too much": (
        "exports.main = () => ({ text: 'x'.repeat(2 ** 20) });",
        "action developer error",
        "exceeded the allowed length: 1048587 > 1048576 bytes",
    ),
    "returns far too much": (
        "exports.main = () => ({ text: 'x'.repeat(2 ** 25) });",
        "action developer error",
        "exceeds 16777216 bytes",
    ),
    "exits": ("exports.main = () => process.exit(101);", "action developer error", "exit code 101"),
    "is killed": ("exports.main = () => process.kill(process.pid, 'SIGTERM');", "action developer error", "SIGTERM"),
    "does not load": ("syntax error", "action developer error", "Initialization has failed due to: SyntaxError"),
    "needs what is not there": ("require('./nowhere');", "action developer error", "Cannot find module"),
    "exports nothing": ("exports.other = 1;", "action developer error", 'exports no function "main"'),
}


@pytest.mark.parametrize(("code", "status", "words"), ENDS.values(), ids=ENDS.keys())
def test_how_an_action_that_fails_ends(rest: httpx.Client, deploy: Deploy, code: str, status: str, words: str) -> None:
    answer = invoke(rest, deploy(code))
    assert answer.status_code == 502
    response = answer.json()["response"]
    assert response["status"] == status
    assert words in str(response["result"]["error"])
    assert not response["success"]


@pytest.mark.parametrize(
    "files",
    [
        {
            "index.mjs": "export const main = async () => ({ ok: import.meta.url.length > 0 });",
            "package.json": '{"main": "index.mjs"}',
        },
        {"index.js": "export async function main() { return { ok: true }; }", "package.json": '{"type": "module"}'},
        {"index.js": "import fs from 'node:fs'; export const main = () => ({ ok: !!fs.constants });"},
        {"index.js": "export default { main: () => ({ ok: true }) };", "package.json": '{"type": "module"}'},
    ],
    ids=["mjs", "type module", "import in a plain file", "default export"],
)
def test_modules_of_both_kinds_are_actions(rest: httpx.Client, deploy: Deploy, files: dict[str, str]) -> None:
    assert invoke(rest, deploy(files), result="true").json() == {"ok": True}


def test_output_of_any_kind_is_kept(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("""
        exports.main = () => {
          process.stdout.write('no line end, ' + '€');
          process.stderr.write('\\n\\nblank lines\\0\\n\\n');
          console.log('after it');
          return {};
        };""")
    lines = [line.partition("    ")[2] for line in invoke(rest, name).json()["logs"]]
    assert [line for line in lines if line.startswith("stdout")] == ["stdout: no line end, €after it"]
    errors = [line for line in lines if line.startswith("stderr")]
    assert errors == ["stderr: ", "stderr: ", "stderr: blank lines\N{REPLACEMENT CHARACTER}", "stderr: "]


def test_what_is_kept_of_the_output_is_bounded(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("exports.main = () => { for (let i = 0; i < 30000; i++) console.log(i); return {}; };")
    logs = invoke(rest, name).json()["logs"]
    assert logs[19_999].endswith("stdout: 19999")
    assert "truncated" in logs[-1]
    assert len(logs) == 20_001


def test_names_beyond_ascii(server: ServerProcess, rest: httpx.Client, deploy: Deploy) -> None:
    code = "exports.main = async () => ({ status: (await fetch(process.env.AEMULATOR_URL + '/ims/keys')).status });"
    deploy(code, "--name", "größe 1")
    assert invoke(rest, "größe 1", result="true").json() == {"status": 200}


def test_refusals_have_openwhisks_shape(server: ServerProcess, rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy(ECHO)
    for answer, status in (
        (rest.get("/actions/nowhere"), 404),
        (rest.post("/actions/nowhere", json={}), 404),
        (rest.get("/activations/nowhere"), 404),
        (rest.post(f"/actions/{name}", content=b"{"), 400),
        (rest.post(f"/actions/{name}", content=b"[1]"), 400),
        (rest.get("/activations", params={"limit": "many"}), 400),
        (rest.put("/activations", json={}), 405),
        (rest.put(f"/actions/{name}", json={}), 409),
        (rest.post(f"/actions/{name}", json={"text": "x" * (9 * 1024 * 1024)}), 413),
        (httpx.get(f"{server.url}/api/v1/namespaces/_/actions"), 401),
        (httpx.get(f"{server.url}/api/v1/namespaces/_/actions", auth=("a", "b")), 401),
        (httpx.get(f"{server.url}/api/v1/namespaces", headers={"authorization": "Basic ?"}), 401),
    ):
        assert answer.status_code == status, answer.request.url
        assert set(answer.json()) == {"error", "code"}


def test_actions_are_listed_and_described(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy(ECHO, "--param", "a=b", "--timeout", "1000")
    listed = {action["name"]: action for action in rest.get("/actions", params={"limit": 200}).json()}
    assert value_of(listed[name]["annotations"], "web-export") is True
    assert listed[name]["limits"]["timeout"] == 1000
    assert "code" not in listed[name]["exec"]
    described = rest.get(f"/actions/{name}").json()
    assert described["exec"]["code"] == ECHO
    assert described["parameters"] == [{"key": "a", "value": "b"}]


def test_activations_of_the_service_itself_are_known(
    server: ServerProcess, rest: httpx.Client, adobe: httpx.Client, journal: JournalReader
) -> None:
    body = {"source": "data:text/plain,hello", "renditions": [{"name": "a.txt", "fmt": "text", "embedBinaryLimit": 99}]}
    answer = adobe.post("/process", json=body).raise_for_status().json()
    journal.wait_for(1, within=30, request_id=answer["requestId"])
    activation = answer["activationId"]
    wait_until(lambda: rest.get(f"/activations/{activation}").status_code == 200, 20, "it ended")
    found = rest.get(f"/activations/{activation}").json()
    assert (found["activationId"], found["name"]) == (activation, "core")
    assert found["response"]["result"] == {"ok": True, "requestId": answer["requestId"], "activationIds": [activation]}
    assert rest.get(f"/activations/{activation}/result").json()["result"]["activationIds"] == [activation]
    (line,) = rest.get(f"/activations/{activation}/logs").json()["logs"]
    assert line.endswith("stdout: a.txt created: 6 bytes, text/plain")
    other = f"{server.url}/api/v1/namespaces/other/activations/{activation}"
    assert httpx.get(other, auth=KEY).status_code == 404
    assert httpx.get(f"{server.url}/_aemulator/activations/{activation}").status_code == 401
    assert httpx.get(f"{server.url}/_aemulator/activations/none", auth=KEY).status_code == 404


SEQUENCES = """
packages:
  steps:
    actions:
      add: {function: add.js, inputs: {by: 2}, annotations: {final: true}}
      fail: {function: fail.js}
      list: {function: list.js}
    sequences:
      twice: {actions: "add, add", web: yes}
      nested: {actions: [twice, /_/steps/add]}
      failing: {actions: "add, fail, add"}
      shapeless: {actions: "list, add"}
      lost: {actions: "add, other/none"}
"""


def test_a_sequence_passes_results_on(
    commands: Commands, server: ServerProcess, rest: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "manifest.yml").write_text(SEQUENCES)
    (tmp_path / "add.js").write_text("exports.main = ({ n, by }) => ({ n: Number(n) + by });")
    (tmp_path / "fail.js").write_text("exports.main = () => ({ error: 'enough' });")
    (tmp_path / "list.js").write_text("exports.main = () => [1];")
    assert "/aemulator/steps/twice" in deploy_path(commands, tmp_path)
    assert invoke(rest, "steps/nested", {"n": 1}, result="true").json() == {"n": 7}
    assert httpx.get(f"{server.url}/api/v1/web/aemulator/steps/twice.json", params={"n": 5}).json() == {"n": 9}

    failed = invoke(rest, "steps/failing", {"n": 1})
    assert failed.status_code == 502
    assert failed.json()["response"]["result"] == {"error": "enough"}
    steps = [line.split()[-1] for line in failed.json()["logs"]]
    assert [rest.get(f"/activations/{step}").json()["name"] for step in steps] == ["add", "fail"]
    assert "gets no object, but [1]" in invoke(rest, "steps/shapeless").text
    assert "other/none of the sequence does not exist" in invoke(rest, "steps/lost", {"n": 1}).text

    described = rest.get("/actions/steps/twice").json()
    assert described["exec"] == {"kind": "sequence", "components": ["/aemulator/steps/add", "/aemulator/steps/add"]}
    refused = invoke(rest, "steps/add", {"n": 1, "by": 5})
    assert (refused.status_code, "not allowed" in refused.text) == (400, True)
