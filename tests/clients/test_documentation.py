"""Every program of docs/adobe-clients.md does what it says, in an empty project, with the environment block."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.adobe import png
from tests.clients.conftest import PACKAGES
from tests.server import ROOT, clean_environment
from tests.snippets import snippets

DOCUMENT = "docs/adobe-clients.md"
SNIPPETS = snippets(DOCUMENT)
Paste = Callable[..., str]


@pytest.fixture
def paste(environment: dict[str, str], tmp_path: Path) -> Paste:
    """Run a program in the project, perhaps changed; what it prints."""
    (tmp_path / "node_modules").symlink_to(PACKAGES.resolve())
    (tmp_path / "photos" / "Sub #1 & co").mkdir(parents=True)
    (tmp_path / "photos" / "Sub #1 & co" / "a b.png").write_bytes(png())

    def run(name: str, change: Callable[[str], str] = str) -> str:
        (tmp_path / "program.js").write_text(change(SNIPPETS[name]))
        command = ["node", "program.js"]
        own = clean_environment(**environment, BROWSER="true")
        done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_uploads_and_downloads(paste: Paste, client: httpx.Client, tmp_path: Path) -> None:
    assert "/content/dam/holiday/photos/sub--1---co/a%20b.png ok" in paste("upload-folder")
    assert client.get("/content/dam/holiday/photos/sub--1---co/a b.png").content == png()
    assert paste("upload-files").splitlines()[-1] == "1"
    assert paste("upload-files").splitlines()[-1] == "1"
    (version,) = client.get("/content/dam/hello.txt.version.json").json()["versions"]
    assert version["label"] == "before"
    assert "done hello.txt" in paste("download")
    assert (tmp_path / "hello.txt").read_text() == "Hello from memory\n"


def test_asset_compute(paste: Paste) -> None:
    assert paste("process") == "rendition_created image/png data:image/png;base64,\n"
    assert paste("integration-file") == "true\n"


def test_events(paste: Paste) -> None:
    assert paste("events") == "thing.happened one\n"


def test_with_the_preload_file_the_urls_may_be_left_out(paste: Paste) -> None:
    """As the table says: the clients' own defaults are Adobe's hosts."""
    options = re.compile(r", \{\n    eventsBaseURL.*?\n  \}\)", re.DOTALL)
    assert paste("events", lambda program: options.sub(")", program)) == "thing.happened one\n"
    urls = re.compile(r"url: env\.\w+, imsEndpoint: env\.\w+, ")
    assert paste("process", lambda program: urls.sub("", program)).startswith("rendition_created image/png")


def test_tokens(paste: Paste) -> None:
    assert paste("tokens") == "true\n3\n"


def test_the_developer_tool(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(PACKAGES.resolve())
    (tmp_path / "program.js").write_text(SNIPPETS["devtool"])
    own = clean_environment(**environment, BROWSER="true")
    with subprocess.Popen(["node", "program.js"], cwd=tmp_path, env=own, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        started = next((line for line in running.stdout if "started on url" in line), "")
        running.terminate()
    assert re.search(r"http://localhost:9\d\d\d/\?devToolToken=\w+", started)


def test_every_snippet_is_run() -> None:
    run = set(re.findall(r'(?:paste\(|SNIPPETS\[)"([a-z-]+)"', Path(__file__).read_text()))
    assert run == set(SNIPPETS)


def test_the_versions_are_those_that_are_installed() -> None:
    rows = re.findall(r"\| `(@adobe/[a-z-]+)` \| ([\d.]+) \|", (ROOT / DOCUMENT).read_text())
    assert len(rows) == 9
    for package, version in rows:
        installed = json.loads((PACKAGES / package / "package.json").read_text())["version"]
        assert installed == version, package


def test_every_variable_that_it_names_is_in_the_block(environment: dict[str, str]) -> None:
    text = (ROOT / DOCUMENT).read_text()
    named = set(re.findall(r"\b(?:AEMULATOR|AZURE|ASSET_COMPUTE|AIO)_[A-Z_]*[A-Z]\b", text))
    assert named - set(environment) == {"AEMULATOR_PROCESS_RATE_LIMIT"}
