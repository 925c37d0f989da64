"""Fixtures for every test."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
from httpx._transports import default as transports

from tests.server import ROOT, ServerProcess

# The folders, and in them the modules, that take longest, begin first: at the end all test processes are done at about
# the same time. The modules of a folder follow one another, since they share servers and browsers.
FOLDERS = ["system", "browser", "clients", "plugin", "compute", "flow", "runtime", "blobstore", "repository"]
LONG = {
    *("test_kill.py", "test_snapshot.py", "test_start.py", "test_control.py", "test_stop.py", "test_openapi.py"),
    *("test_flow.py", "test_every_page.py", "test_accessibility.py", "test_profiles.py", "test_lessons.py"),
    *("test_upload.py", "test_pages.py", "test_plugin.py", "test_corpus.py", "test_faults.py", "test_gates.py"),
    *("test_sdk_workers.py", "test_memory.py", "test_processing.py", "test_aem_upload.py", "test_adobe_clients.py"),
}

# Every client reads the certificates of all authorities, 25 ms each, and the tests make thousands of clients.
transports.create_ssl_context = cache(transports.create_ssl_context)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A running server without demo content, shared by the tests of one module: each uses paths of its own."""
    with ServerProcess(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture
def client(server: ServerProcess) -> Iterator[httpx.Client]:
    """A client of `server`, logged in as the administrator."""
    with server.client() as client:
        yield client


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory for a server of the test's own."""
    return tmp_path / "data"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Otherwise as shuffled: nothing moves within a module."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, bool]:
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS), item.path.name not in LONG
