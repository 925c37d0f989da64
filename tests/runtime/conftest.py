"""A server with deployed actions, for the tests of the I/O Runtime."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adobe import JournalReader, adobe_client
from tests.server import ROOT, ServerProcess, clean_environment
from tests.services import require_program

KEY = ("5d1f9a64-3c0b-4e57-9f0e-a2c7b1e8d430", "aemulatorRuntimeKeyForThisMachineOnlyAndNotASecretAtAll000000000")
Deploy = Callable[..., str]
"""Deploys the files of an action; its name."""


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests of the box: each deploys actions of its own."""
    require_program("node")
    with ServerProcess(tmp_path_factory.mktemp("runtime") / "data") as running:
        yield running


@pytest.fixture
def rest(server: ServerProcess) -> Iterator[httpx.Client]:
    """A client with the key of the environment block."""
    with httpx.Client(base_url=f"{server.url}/api/v1/namespaces/_", auth=KEY, timeout=60) as client:
        yield client


@pytest.fixture
def adobe(server: ServerProcess) -> Iterator[httpx.Client]:
    """A registered client of Asset Compute."""
    with adobe_client(server.url) as client:
        client.post("/register").raise_for_status()
        yield client


@pytest.fixture
def journal(adobe: httpx.Client) -> JournalReader:
    """Reads the client's journal from its end on."""
    reader = JournalReader(adobe, adobe.post("/register").json()["journal"])
    reader.rest()
    return reader


_numbers = itertools.count(1)


class Commands:
    """`manage.py` on the server's data directory."""

    def __init__(self, server: ServerProcess) -> None:
        self._data_dir = str(server.data_dir)
        program = [sys.executable, "-m", "tests.runtime.commands"]
        self._process = subprocess.Popen(
            program, cwd=ROOT, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, *arguments: str) -> dict[str, Any]:
        """Its code, stdout and stderr."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([*arguments, "--data-dir", self._data_dir]) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def stop(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="package")
def commands(server: ServerProcess) -> Iterator[Commands]:
    running = Commands(server)
    yield running
    running.stop()


@pytest.fixture
def deploy(commands: Commands, tmp_path: Path) -> Deploy:
    def deploy(source: str | dict[str, str], *options: str) -> str:
        name = f"action-{next(_numbers)}"
        folder = tmp_path / name
        folder.mkdir()
        for file, text in (source if isinstance(source, dict) else {"index.js": source}).items():
            (folder / file).write_text(text)
        deploy_path(commands, folder, *options)
        return name

    return deploy


def deploy_path(commands: Commands, path: Path, *options: str) -> str:
    """What the command prints."""
    done = commands.run("deploy", str(path), *options)
    assert done["code"] == 0, done["stderr"]
    return str(done["stdout"])


def invoke(rest: httpx.Client, name: str, params: object | None = None, **query: str) -> httpx.Response:
    """A blocking invocation."""
    return rest.post(f"/actions/{name}", params={"blocking": "true", **query}, json=params or {})


def value_of(pairs: list[dict[str, Any]], key: str) -> Any:
    return next(pair["value"] for pair in pairs if pair["key"] == key)
