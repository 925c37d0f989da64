"""What a test needs from the machine: where it can't be had, the test is skipped with the reason; in CI it fails."""

import os
import shutil
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def require(found: object, what: str) -> None:
    """Skip the test (in CI: fail it) unless `found`; `what` says what is missing and where it comes from."""
    if found:
        return
    if IN_CI:
        pytest.fail(f"needed in CI: {what}", pytrace=False)
    pytest.skip(what)


def require_program(name: str, *others: str) -> str:
    """Path of the first of these programs on PATH."""
    path = next((found for program in (name, *others) if (found := shutil.which(program))), None)
    require(path, f"the program {name} is not installed")
    return str(path)


def chromium() -> str:
    return require_program("chromium", "chromium-browser", "google-chrome")


def sample(name: str) -> Path:
    """A real file of SAMPLES_DIR. Without that folder a skip even in CI: the tests have pictures of their own."""
    folder = os.environ.get("SAMPLES_DIR")
    if not folder or not Path(folder).is_dir():
        pytest.skip("SAMPLES_DIR does not name a folder of sample files")
    path = Path(folder) / name
    require(path.is_file(), f"{name} is not in SAMPLES_DIR")
    return path
