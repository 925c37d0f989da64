"""docs/custom-workers.md: each of its snippets works when it is pasted; and the example, seen from the asset."""

import io
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests import photographer
from tests.flow.flows import flow_of
from tests.server import ADMIN, ROOT, ServerProcess, clean_environment, manage, wait_until
from tests.services import require, require_program

DOCUMENT = (ROOT / "docs" / "custom-workers.md").read_text()
PACKAGES = ROOT / "tests" / "npm" / "node_modules"
Paste = Callable[..., str]


def snippet(name: str) -> str:
    found = re.search(rf"<!-- snippet: {name} -->\n```\w+\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found, f"there is no snippet {name}"
    return found[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    require_program("node")
    require((PACKAGES / "@adobe" / "asset-compute-sdk").is_dir(), "Adobe's SDK is not installed: make node-packages")
    with ServerProcess(tmp_path_factory.mktemp("workers") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the person who pastes; with copies of the examples."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("node_modules"))
    return folder


@pytest.fixture
def paste(server: ServerProcess, home: Path) -> Paste:
    """Runs lines of shell; what they print. `npm install` brings the packages that the tests have already."""
    npm = f'npm() {{ ln -s {PACKAGES.resolve()} "$([ "$2" = --prefix ] && echo "$3" || echo .)/node_modules"; }}\n'

    def run(script: str, **environment: str) -> str:
        script = script.replace("examples/", f"{home}/examples/").replace("-o ", f"-o {home}/")
        done = subprocess.run(
            [require_program("bash"), "-c", f"set -eu\nset -o pipefail\n{npm}{script}"],
            cwd=ROOT,
            env=clean_environment(AEMULATOR_DATA_DIR=str(server.data_dir), HOME=str(home), **environment),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return run


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(**environment), stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def image_service() -> Iterator[str]:
    """The example's service, on a free port; its URL."""
    program, script = snippet("service").split()
    with running([str(ROOT / program), script, "--port", "0"], {"PYTHONUNBUFFERED": "1"}) as process:
        assert process.stdout
        yield process.stdout.readline().split()[-1]


def test_a_worker_in_one_minute(paste: Paste, home: Path) -> None:
    printed = paste(snippet("minute"))
    assert "copying source.jpg for ACME" in printed
    assert Image.open(io.BytesIO((home / "copy.jpg").read_bytes())).size == (640, 480)


def test_the_debugger_and_its_configuration(paste: Paste, home: Path) -> None:
    folder = home / "my-worker"
    folder.mkdir(exist_ok=True)
    if not (folder / "index.js").exists():
        (folder / "index.js").write_text("exports.main = () => ({});")
    assert "debugger: 127.0.0.1:9229" in paste(snippet("debug"))
    assert json.loads(snippet("launch"))["configurations"][0]["port"] == 9229
    paste(snippet("debug").replace("--inspect", ""))


def test_the_classic_scenario(paste: Paste, server: ServerProcess, home: Path, image_service: str) -> None:
    paste(snippet("classic"), IMAGE_SERVICE_URL=image_service)
    badge = Image.open(io.BytesIO((home / "badge.png").read_bytes()))
    assert (badge.format, badge.size, badge.mode) == ("PNG", (400, 400), "RGBA")
    assert badge.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert badge.getpixel((200, 200))[3] == 255  # type: ignore[index]

    with photographer.client(server) as http:  # the next upload gets its badge as well
        path = photographer.Upload(http, "/content/dam/shop", "chair.jpg", photographer.photo(3)).run()
        assert photographer.wait_processed(http, [path], 60) == {path: "processed"}
        content = photographer.content_of(http, path)
        assert set(content["renditions"]) >= photographer.RENDITIONS | {"badge.png"}
        made = http.get(f"{path}/jcr:content/renditions/badge.png", auth=ADMIN)
        assert Image.open(io.BytesIO(made.content)).size == (400, 400)
        job = content["dam:processingId"]

        broken = photographer.Upload(http, "/content/dam/shop", "broken.jpg", b"\xff\xd8\xff no picture").run()
        photographer.wait_processed(http, [broken], 60)
        failed = json.dumps(photographer.content_of(http, broken))
        assert "this is no picture that can be read" in failed

    with server.client() as admin:
        exchanges = flow_of(admin, path)["exchanges"]
        (asked,) = [one for one in exchanges if one["to"] == "external"]
        assert (asked["from"], asked["method"], asked["status"]) == ("custom-worker", "POST", 200)
        assert asked["url"].startswith(f"{image_service}/v1/edit?crop=square")
        seen = admin.get(f"/_aemulator/exchanges/{asked['id']}").text
        assert "demo-key" not in seen
    environment = json.loads(manage("env", "--for", "json", "--data-dir", str(server.data_dir)).stdout)
    rest = f"{server.url}/api/v1/namespaces/_/activations"
    key = tuple(environment["AIO_RUNTIME_AUTH"].split(":"))
    found = httpx.get(rest, params={"docs": "true", "limit": 20}, auth=key).json()
    ran = next(a for a in found if a["response"]["result"] == {"requestId": job})
    logs = httpx.get(f"{rest}/{ran['activationId']}/logs", auth=key).json()["logs"]
    assert any(f"asking {image_service}/v1/edit?crop=square&mask=circle&text=Sale&width=400" in line for line in logs)


def test_a_worker_in_plain_python(server: ServerProcess, tmp_path: Path) -> None:
    program = tmp_path / "checksum.py"
    program.write_text(snippet("python"))
    environment = json.loads(manage("env", "--for", "json", "--data-dir", str(server.data_dir)).stdout)
    port = _free_port()
    block = environment | {"PORT": str(port)}
    with running([str(ROOT / ".venv/bin/python"), str(program)], block), server.client() as http:
        url = f"http://127.0.0.1:{port}/"
        finding = "/tools/processing-profiles.endpoint.json"
        wait_until(lambda: http.get(finding, params={"url": url}).json()["state"] == "ok", 20, "the worker answers")
        custom = [
            {"name": "checksum", "extension": "txt", "worker": url, "params": {"algorithm": "md5"}},
            {"name": "unknown", "extension": "txt", "worker": url, "params": {"algorithm": "none"}},
        ]
        seed = {
            "profiles": [{"title": "Checksums", "custom": custom}],
            "folders": [{"path": "/content/dam/sums", "profile": "Checksums"}],
            "assets": [{"path": "/content/dam/sums/a.txt", "base64": "aGVsbG8="}],
        }
        http.post("/_aemulator/seed?wait=true", json=seed, timeout=120).raise_for_status()
        made = http.get("/content/dam/sums/a.txt/jcr:content/renditions/checksum.txt")
        assert made.text == "5d41402abc4b2a76b9719d911017c592"
        assert "unsupported hash type none" in http.get("/content/dam/sums/a.txt/jcr:content.4.json").text


METADATA = """
const { worker } = require('@adobe/asset-compute-sdk');
const fs = require('node:fs').promises;
exports.main = worker(async (source, rendition) => fs.writeFile(rendition.path, `
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:shop="http://example.com/shop/">
    <shop:fmt>${rendition.instructions.fmt}</shop:fmt>
    <shop:colours><rdf:Bag><rdf:li>red</rdf:li><rdf:li>blue</rdf:li></rdf:Bag></shop:colours>
  </rdf:Description></rdf:RDF>`));
"""


def test_a_metadata_rendition_goes_into_the_assets_metadata(server: ServerProcess, tmp_path: Path) -> None:
    folder = tmp_path / "describer"
    folder.mkdir()
    (folder / "index.js").write_text(METADATA)
    (folder / "node_modules").symlink_to(PACKAGES.resolve())
    assert manage("deploy", str(folder), "--data-dir", str(server.data_dir)).returncode == 0
    worker = "https://aemulator.adobeioruntime.net/api/v1/web/default/describer"
    custom = [{"name": "shop", "extension": "xml", "worker": worker, "createMetadataRendition": True}]
    seed = {
        "profiles": [{"title": "Describe", "custom": custom}],
        "folders": [{"path": "/content/dam/described", "profile": "Describe"}],
        "assets": [{"path": "/content/dam/described/a.txt", "base64": "aGVsbG8="}],
    }
    with server.client() as http:
        http.post("/_aemulator/seed?wait=true", json=seed, timeout=120).raise_for_status()
        metadata = http.get("/content/dam/described/a.txt/jcr:content/metadata.json").json()
    assert metadata["shop:fmt"] == "xmp"
    assert metadata["shop:colours"] == ["red", "blue"]


def test_what_it_names_exists() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    assert all(name in settings for name in re.findall(r"AEMULATOR_[A-Z_]+", DOCUMENT.split("## Workers at")[0]))
    options = manage("deploy", "--help").stdout
    of_others = {"--prefix", "--no-publish", "--use-runtime-auth"}  # npm's, aio's
    named = set(re.findall(r"(?<![\w`-])(--[a-z][a-z-]+)", DOCUMENT)) - of_others
    assert {"--inspect", "--no-watch", "--param"} <= named
    assert all(option in options for option in named), named
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", DOCUMENT) if not link.startswith("http")}
    assert all((ROOT / "docs" / link).exists() for link in links)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
