"""Every snippet of docs/testing.md does what it says, where it is pasted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.photographer import photo
from tests.plugin.fixtures import Project
from tests.server import ROOT, ServerProcess, clean_environment
from tests.services import require_program
from tests.snippets import snippets

SNIPPETS = snippets("docs/testing.md")


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photo.jpg").write_bytes(photo(1))
    return tmp_path


def test_the_pytest_suite(project: Project) -> None:
    (project.folder / "photo.jpg").write_bytes(photo(1))
    (project.folder / "test_assets.py").write_text(SNIPPETS["test_assets.py"])
    done = project.pytest()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_the_node_project(folder: Path) -> None:
    npm = require_program("npm")
    (folder / "test").mkdir()
    names = {"package.json", "test/run.mjs", "test/aemulator.mjs", "test/assets.test.mjs"}
    for name in names:
        (folder / name).write_text(SNIPPETS[name])
    done = run([npm, "test"], folder, AEMULATOR_HOME=str(ROOT), AEMULATOR_PYTHON=sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 3" in done.stdout


def test_seeds_and_snapshots_with_curl(folder: Path, server: ServerProcess) -> None:
    require_program("curl")
    (folder / "seed.json").write_text(SNIPPETS["seed.json"])
    script = "set -eu\n" + SNIPPETS["seed"] + SNIPPETS["snapshot"]
    done = run([require_program("bash"), "-c", script], folder, AEMULATOR_URL=server.url)
    assert done.returncode == 0, done.stderr
    with server.client() as client:
        assert client.get("/content/dam/shop/photo.jpg").content == photo(1)
        assert client.get("/content/dam/shop/a.jpg/jcr:content/renditions/web.webp").status_code == 200
        titles = client.get("/content/dam/shop/c.png/jcr:content/metadata.json").json()
    assert titles["dc:title"] == json.loads(SNIPPETS["seed.json"])["assets"][2]["metadata"]["dc:title"]
