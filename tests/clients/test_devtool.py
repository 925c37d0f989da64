"""The developer tool for Asset Compute workers as published, and the command of aio that starts it.

They know Adobe's and Azure's hosts only: the preload file sends them here, the environment block says who they are.
"""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.adobe import png
from tests.clients.conftest import PACKAGES, Program
from tests.server import ROOT, ServerProcess, clean_environment, manage

WORKER = "https://aemulator.adobeioruntime.net/api/v1/web/dx-asset-compute-worker-1/worker"
AIO = "require('@oclif/core').run(process.argv.slice(2), process.argv[1])"


@pytest.fixture
def port() -> str:
    """A free one: the developer tool itself would look for one between the number that it is given and 9999."""
    for number in range(9100, 9999):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)):
                return str(number)
    raise AssertionError("no port is free")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    picture = tmp_path / "photo one ü.png"
    picture.write_bytes(png())
    return picture


def test_the_developer_tool_from_the_upload_to_the_renditions(
    run: Program, environment: dict[str, str], port: str, picture: Path
) -> None:
    renditions = [
        {"name": "a.png", "fmt": "png", "width": 16},
        {"name": "b.xml", "fmt": "xmp"},
        {"name": "c.none", "fmt": "no-such"},
    ]
    found = run("devtool.js", port, str(picture), json.dumps(renditions), preload=True)
    (log,) = found.pop("logs")  # of the service itself: there is no activation of a worker
    assert "a.png created: " in log
    assert "c.none failed: RenditionFormatUnsupported" in log
    assert picture.name in found.pop("uploaded")
    assert picture.name not in found.pop("before")
    assert found == {
        "endpoint": environment["ASSET_COMPUTE_URL"],
        "anonymous": 401,
        "ready": True,
        "presigned": True,
        "events": [
            ["rendition_created", ""],
            ["rendition_created", ""],
            ["rendition_failed", "RenditionFormatUnsupported"],
        ],
        "renditions": [["a.png", True], ["b.xml", True]],
    }


def test_the_developer_tool_with_a_deployed_worker_and_its_logs(
    run: Program, server: ServerProcess, port: str, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(ROOT / "tests" / "runtime" / "app", app)
    (app / "node_modules").symlink_to(PACKAGES.resolve())
    deployed = manage("deploy", str(app), "--data-dir", str(server.data_dir))
    assert deployed.returncode == 0, deployed.stderr
    text = tmp_path / "source.txt"
    text.write_text("some words\n")
    rendition = {"name": "copy.txt", "fmt": "txt", "worker": WORKER, "does": "copy"}
    found = run("devtool.js", port, str(text), json.dumps([rendition]), preload=True)
    assert found["events"] == [["rendition_created", ""]]
    assert found["renditions"] == [["copy.txt", True]]
    (logs,) = found["logs"]
    assert "making copy.txt: copy" in logs


@pytest.fixture
def aio(environment: dict[str, str], port: str, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """`aio asset-compute devtool`: the plugin's own command, started as aio starts it."""
    plugin = PACKAGES / "@adobe" / "aio-cli-plugin-asset-compute"
    own = clean_environment(**environment, NODE_PATH=str(PACKAGES), BROWSER="true", HOME=str(tmp_path))
    command = ["node", "-e", AIO, str(plugin), "asset-compute:devtool", "--port", port]
    with subprocess.Popen(
        command, cwd=tmp_path, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        yield running
        running.terminate()
        running.wait(20)


def test_aio_asset_compute_devtool(aio: "subprocess.Popen[str]") -> None:
    assert aio.stdout
    said = []
    for line in aio.stdout:
        said.append(line)
        if started := re.search(r"started on url (http://\S+)\?devToolToken=(\w+)", line):
            break
    else:
        pytest.fail(f"it ended: {''.join(said)}")
    url, token = started.groups()
    with httpx.Client(
        base_url=url.replace("localhost", "127.0.0.1"), headers={"authorization": token}, timeout=30
    ) as page:
        assert page.get("/api/check-journal-ready").json() == {"isReady": True}
        assert isinstance(page.get("/api/cloudstorage-listObjects").json(), list)
        assert "<script" in page.get("/").text
