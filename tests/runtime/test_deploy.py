"""What `manage.py deploy` makes of apps, folders and files; and what it says when it can't."""

import re
from pathlib import Path

import httpx
import pytest

from runtime import deployment, dotenv, manifest
from runtime.deployment import Options
from runtime.errors import DeploymentError
from tests.runtime.conftest import KEY, Commands
from tests.server import ServerProcess, manage

APP = """
application:
  actions: actions
  web: web-src
  runtimeManifest:
    packages:
      __APP_PACKAGE__:
        license: Apache-2.0
        inputs: {shared: all}
        actions:
          generic:
            function: actions/generic/index.js
            web: 'yes'
            runtime: nodejs:18
            inputs:
              LOG_LEVEL: debug
              key: $API_KEY
              url: https://${HOST}/$MISSING
              typed: {type: string, default: preset, description: text}
              number: 5
            limits: {timeout: 90000, memorySize: 512}
        sequences:
          chain: {actions: "generic, /_/dx-asset-compute-worker-1/worker", web: 'yes'}
        triggers: {often: {feed: /whisk.system/alarms/interval}}
extensions:
  dx/asset-compute/worker/1:
    $include: src/worker/ext.config.yaml
"""
EXTENSION = """
operations: {workerProcess: [{type: action, impl: dx-asset-compute-worker-1/worker}]}
actions: actions
runtimeManifest:
  packages:
    dx-asset-compute-worker-1:
      actions:
        worker:
          function: actions/worker/index.js
          web: 'yes'
          annotations: {require-adobe-auth: true}
          limits: {concurrency: 10}
"""
CODE = "exports.main = (params) => ({ body: params });"


def write(folder: Path, **files: str) -> Path:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def app(folder: Path) -> Path:
    return write(
        folder,
        **{
            "app.config.yaml": APP,
            "package.json": '{"name": "@me/my-app", "version": "1.2.3"}',
            ".env": "# keys\nAPI_KEY='one two' # quoted\nHOST=example.com\n",
            "src/worker/ext.config.yaml": EXTENSION,
            "actions/generic/index.js": CODE,
            "src/worker/actions/worker/index.js": CODE,
        },
    )


def test_an_app_builder_app_with_an_extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    specs, notes = deployment.read(app(tmp_path), Options("ns"))
    generic, worker, chain = specs
    assert (generic.package, generic.name, generic.kind) == ("my-app-1.2.3", "generic", "nodejs:18")
    assert generic.inputs == {
        "shared": "all",
        "LOG_LEVEL": "debug",
        "key": "one two",
        "url": "https://example.com/",
        "typed": "preset",
        "number": 5,
    }
    assert (generic.timeout, generic.memory) == (90_000, 512)
    assert (worker.package, worker.name) == ("dx-asset-compute-worker-1", "worker")
    assert worker.file == str(tmp_path / "src/worker/actions/worker/index.js")
    assert worker.annotations == {"require-adobe-auth": True, "web-export": True}
    assert (worker.timeout, worker.memory) == (60_000, 256)
    assert (chain.qualified_name, chain.kind) == ("my-app-1.2.3/chain", "sequence")
    assert chain.components == ("my-app-1.2.3/generic", "dx-asset-compute-worker-1/worker")
    assert chain.annotations["web-export"]
    assert notes == [
        "not deployed: triggers of the package my-app-1.2.3",
        "$MISSING is neither in .env nor in the environment: empty",
    ]


def test_the_environment_wins_over_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "from outside")
    assert deployment.read(app(tmp_path), Options("ns"))[0][0].inputs["key"] == "from outside"


def test_a_file_a_folder_and_a_package(tmp_path: Path) -> None:
    write(tmp_path, **{"echo.js": CODE, "resize/index.js": CODE, "lib/package.json": '{"main": "src"}'})
    write(tmp_path, **{"lib/src/index.js": CODE})
    for path, name in (("echo.js", "echo"), ("resize/index.js", "resize"), ("resize", "resize"), ("lib", "src")):
        (spec,), _ = deployment.read(tmp_path / path, Options("ns"))
        assert (spec.package, spec.name) == ("default", name)
        assert spec.annotations == {"web-export": True}


@pytest.mark.parametrize(
    ("files", "path", "words"),
    [
        ({}, "nowhere", "does not exist"),
        ({"empty/x.txt": ""}, "empty", "has no index.js"),
        ({"a.py": ""}, "a.py", "is no Node module"),
        ({"manifest.yml": "packages: {p: {actions: {a: {function: gone.js}}}}"}, ".", "gone.js does not exist"),
        ({"manifest.yml": "packages: {p: {actions: {a: {web: yes}}}}"}, ".", "the action a has no `function`"),
        ({"manifest.yml": "packages: {p: [1]}"}, ".", "package p must be a mapping"),
        ({"manifest.yml": "packages: {"}, ".", "is not YAML"),
        ({"manifest.yml": "!!python/object/apply:os.system ['true']"}, ".", "is not YAML"),
        ({"app.config.yaml": "application: {}"}, ".", "describes no action"),
        ({"app.config.yaml": "extensions: {x: {$include: gone.yaml}}"}, ".", "gone.yaml cannot be read"),
        ({"app.config.yaml": "application: {$include: a.yml}", "a.yml": "{$include: a.yml}"}, ".", "each other"),
        (
            {"manifest.yml": "packages: {p: {actions: {a: {function: a.js, limits: {timeout: 5}}}}}", "a.js": ""},
            ".",
            "the limit timeout of a is 100 to 3600000, not 5",
        ),
        ({"manifest.yml": "packages: {a/b: {actions: {a: {function: a.js}}}}", "a.js": ""}, ".", "cannot be the name"),
        ({"a.zip": ""}, "a.zip", "zipped"),
    ],
)
def test_what_cannot_be_deployed_is_explained(tmp_path: Path, files: dict[str, str], path: str, words: str) -> None:
    write(tmp_path, **files)
    with pytest.raises(DeploymentError, match=re.escape(words)):
        deployment.read(tmp_path / path, Options("ns"))


def test_a_namespace_is_part_of_a_host_name(tmp_path: Path) -> None:
    for namespace in ("a/b", "", "My", "ä", "-x"):
        with pytest.raises(DeploymentError, match="is no namespace"):
            deployment.deploy(tmp_path, Options(namespace))


def test_env_files_are_read_as_dotenv_does() -> None:
    text = 'A=1\nexport B = two words # note\nC="x\\ny \\"q\\""\nD=\'$A\'\n#E=5\nF=\nno line\n'
    assert dotenv.parse(text) == {"A": "1", "B": "two words", "C": 'x\ny "q"', "D": "$A", "F": ""}


def test_an_extension_alone_is_an_app_too(tmp_path: Path) -> None:
    write(tmp_path, **{"ext.config.yaml": EXTENSION, "actions/worker/index.js": CODE})
    found = manifest.find(tmp_path)
    assert found
    assert [entry.name for entry in manifest.read(found).entries] == ["worker"]


def test_deploy_again_replaces_the_app_and_undeploy_removes_it(
    server: ServerProcess, commands: Commands, tmp_path: Path
) -> None:
    def status(name: str, package: str = "my-app-1.2.3") -> int:
        return httpx.get(f"{server.url}/api/v1/web/aemulator/{package}/{name}", timeout=30).status_code

    app(tmp_path)
    done = commands.run("deploy", str(tmp_path))
    assert done["code"] == 0
    assert f"{server.url}/api/v1/web/aemulator/my-app-1.2.3/generic" in done["stdout"]
    assert "https://aemulator.adobeioruntime.net/api/v1/web/dx-asset-compute-worker-1/worker" in done["stdout"]
    assert "note: not deployed: triggers" in done["stderr"]
    assert (status("generic"), status("worker", "dx-asset-compute-worker-1")) == (200, 401)

    (tmp_path / "app.config.yaml").write_text(APP.replace("          generic:", "          renamed:"))
    assert commands.run("deploy", str(tmp_path))["code"] == 0
    assert (status("generic"), status("renamed")) == (404, 200)
    assert "/aemulator/my-app-1.2.3/renamed" in commands.run("deploy")["stdout"]

    assert commands.run("undeploy", "dx-asset-compute-worker-1/worker")["code"] == 0
    assert commands.run("undeploy", str(tmp_path))["stdout"].strip() == "2 removed"
    assert status("renamed") == 404
    again = commands.run("undeploy", str(tmp_path))
    assert again["code"] == 1
    assert "nothing was deployed" in again["stderr"]


def test_an_app_may_be_deployed_before_the_server_starts_and_survives_it(data_dir: Path, tmp_path: Path) -> None:
    action = write(tmp_path / "early", **{"index.js": CODE})
    done = manage("deploy", str(action), "--data-dir", str(data_dir))
    assert done.returncode == 0, done.stderr
    assert "no server runs" in done.stderr
    with ServerProcess(data_dir) as server:
        url = "/api/v1/web/aemulator/default/early"
        assert httpx.get(server.url + url, timeout=30).status_code == 200
        hanging = write(tmp_path / "hang", **{"index.js": "exports.main = () => new Promise(() => {});"})
        assert manage("deploy", str(hanging), "--data-dir", str(data_dir)).returncode == 0
        rest = f"{server.url}/api/v1/namespaces/_"
        activation = httpx.post(f"{rest}/actions/hang", json={}, auth=KEY).json()["activationId"]
        server.kill()
        server.start()
        ended = httpx.get(f"{rest}/activations/{activation}", auth=KEY).json()
        assert ended["response"]["status"] == "whisk internal error"
        assert httpx.get(server.url + url, timeout=30).status_code == 200
        going_on = httpx.post(f"{rest}/actions/hang", json={}, auth=KEY).json()["activationId"]
        assert httpx.post(f"{server.url}/_aemulator/reset", auth=("admin", "admin"), timeout=60).status_code == 200
        assert httpx.get(f"{server.url}/api/v1/namespaces/_/activations", auth=KEY).json() == []
        assert httpx.get(f"{rest}/activations/{going_on}/logs", auth=KEY).status_code == 404
        assert httpx.get(server.url + url, timeout=30).status_code == 200


def test_without_node_everything_else_works(data_dir: Path, tmp_path: Path) -> None:
    empty = tmp_path / "no-programs"
    empty.mkdir()
    action = write(tmp_path / "action", **{"index.js": CODE})
    done = manage("deploy", str(action), "--data-dir", str(data_dir), environment={"PATH": str(empty)})
    assert done.returncode == 0
    assert "Node.js is needed" in done.stderr
    with ServerProcess(data_dir, environment={"PATH": str(empty)}) as server:
        answer = httpx.get(f"{server.url}/api/v1/web/aemulator/default/action")
        assert answer.status_code == 500
        assert "Install Node 18 or newer" in answer.json()["error"]
        health = httpx.get(f"{server.url}/_aemulator/health", timeout=30).json()["parts"]["runtime"]
        assert health["ok"]
        assert "not installed" in health["node"]


@pytest.mark.parametrize(
    ("sequences", "words"),
    [
        ("a: {actions: b}, b: {actions: 'x, a'}", "calls itself: p/a > p/b > p/a"),
        ("a: {actions: ''}", "1 to 50 `actions`, not 0"),
        (f"a: {{actions: '{'x,' * 51}'}}", "not 51"),
        ("a: {actions: q/r/s/t}", "component 'q/r/s/t'"),
        ("a: 5", "sequence a must be a mapping"),
    ],
)
def test_sequences_that_cannot_be(tmp_path: Path, sequences: str, words: str) -> None:
    text = f"packages: {{p: {{actions: {{x: {{function: x.js}}}}, sequences: {{{sequences}}}}}}}"
    write(tmp_path, **{"manifest.yml": text, "x.js": CODE})
    with pytest.raises(DeploymentError, match=re.escape(words)):
        deployment.read(tmp_path, Options("ns"))


def test_typescript_has_to_be_built(tmp_path: Path) -> None:
    write(tmp_path, **{"x.ts": CODE})
    with pytest.raises(DeploymentError, match="build it"):
        deployment.read(tmp_path / "x.ts", Options("ns"))
