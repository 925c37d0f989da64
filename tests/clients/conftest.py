"""Runs programs that use Adobe's own packages, as published on npm, against a server."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import ROOT, ServerProcess, clean_environment
from tests.services import require, require_program

HERE = Path(__file__).resolve().parent
PACKAGES = ROOT / "tests" / "npm" / "node_modules"
Program = Callable[..., Any]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    require_program("node")
    require(
        (PACKAGES / "@adobe" / "asset-compute-client").is_dir(), "Adobe's clients are not installed: make node-packages"
    )
    with ServerProcess(tmp_path_factory.mktemp("clients") / "data") as running:
        yield running


def block_of(server: ServerProcess) -> dict[str, str]:
    """The environment block that a developer pastes."""
    command = [sys.executable, "manage.py", "env", "--for", "json"]
    own = clean_environment(AEMULATOR_DATA_DIR=str(server.data_dir))
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=True, timeout=60)
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="package")
def environment(server: ServerProcess) -> dict[str, str]:
    return block_of(server)


@pytest.fixture
def run(environment: dict[str, str]) -> Program:
    """Run a program of this folder; what it prints, as JSON. `preload`: with the preload file of the block.

    `block`: of another server.
    """

    def node(program: str, *arguments: str, preload: bool = False, block: dict[str, str] = environment) -> Any:
        """`BROWSER` is what opens pages: nothing."""
        known = {name: value for name, value in block.items() if preload or name != "NODE_OPTIONS"}
        done = subprocess.run(
            ["node", str(HERE / program), *arguments],
            env=clean_environment(**known, NODE_PATH=str(PACKAGES), BROWSER="true"),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout.splitlines()[-1])

    return node
