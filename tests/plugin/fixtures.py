"""Runs pytest as a user does: in a project of its own, whose Python has AEMulator installed with `pip install -e`."""

import fcntl
import os
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server import ROOT, clean_environment


@dataclass
class Project:
    """`python` is that of the project's virtual environment."""

    folder: Path
    python: Path

    def write(self, **modules: str) -> None:
        for name, content in modules.items():
            (self.folder / f"{name}.py").write_text(textwrap.dedent(content))

    def pytest(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *options]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=clean_environment(**environment),
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )


@pytest.fixture(scope="session")
def project_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that shares our packages (a test downloads nothing) and has AEMulator installed."""
    folder = tmp_path_factory.mktemp("venv")
    run("-m", "venv", "--without-pip", str(folder))
    python = folder / "bin" / "python"
    ours = sysconfig.get_path("purelib")
    theirs = next(folder.glob("lib/python*/site-packages"))
    (theirs / "shared.pth").write_text(f"{ours}\n")
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    with alone(tmp_path_factory.getbasetemp().parent / "editable-install.lock"):
        run("-m", "pip", "--python", str(python), "install", *options, "-e", str(ROOT))
    return python


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One test process at a time: each of them writes the project's metadata into the same folder."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path, project_python: Path) -> Project:
    """A folder with modules that have the names of ours."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-config\n")
    made = Project(folder, project_python)
    made.write(config="MINE = True\n", events="MINE = True\n")
    return made
