"""Fixtures and options. One server for each test process: with pytest-xdist every worker has its own."""

import os
import sys
import uuid
from collections.abc import Iterator

import pytest

from pytest_aemulator.author import Author
from pytest_aemulator.server import Server

LASTING = ("DATABASE_URL", "AZURE_STORAGE_CONNECTION_STRING")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aemulator", "AEMulator")
    group.addoption(
        "--aemulator-database-url",
        metavar="URL",
        help="keep the rows in this database, instead of SQLite; {worker} stands for the name of the test process",
    )
    group.addoption(
        "--aemulator-azure-connection-string",
        metavar="TEXT",
        help="keep the bytes in this Azure storage account or Azurite, in a container of the test process's own",
    )
    group.addoption(
        "--aemulator-python", metavar="PATH", default=sys.executable, help="the Python that AEMulator is installed for"
    )
    parser.addini("aemulator_settings", "settings of the server, one NAME=VALUE a line", type="linelist", default=[])


@pytest.fixture(scope="session")
def aemulator_worker() -> str:
    """The name of this test process: gw0, gw1 with pytest-xdist, else main."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def aemulator_settings(pytestconfig: pytest.Config) -> dict[str, str]:
    """Settings of the server, as environment variables. Override it in a conftest.py to compute them."""
    settings = {}
    for line in pytestconfig.getini("aemulator_settings"):
        name, equals, value = line.partition("=")
        if not equals:
            raise pytest.UsageError(f"aemulator_settings: {line!r} is not NAME=VALUE")
        settings[name.strip()] = value.strip()
    if url := pytestconfig.getoption("--aemulator-database-url"):
        settings["DATABASE_URL"] = url
    if account := pytestconfig.getoption("--aemulator-azure-connection-string"):
        settings["AZURE_STORAGE_CONNECTION_STRING"] = account
    return settings


@pytest.fixture(scope="session")
def aemulator_server(
    aemulator_settings: dict[str, str], aemulator_worker: str, pytestconfig: pytest.Config
) -> Iterator[Server]:
    """The running server. Tests rather use `aemulator`, which is empty for each of them."""
    settings = {name: value.replace("{worker}", aemulator_worker) for name, value in aemulator_settings.items()}
    if "AZURE_STORAGE_CONNECTION_STRING" in settings:
        settings.setdefault("AEMULATOR_BLOB_CONTAINER", f"aemulator-{aemulator_worker}-{uuid.uuid4().hex[:8]}")
    server = Server(settings, pytestconfig.getoption("--aemulator-python"))
    try:
        server.start()
        if any(name in settings for name in LASTING):  # what an earlier run left there
            _reset(server)
        yield server
        if any(name in settings for name in LASTING):
            _reset(server)
    finally:
        server.stop()
        server.remove()


@pytest.fixture
def aemulator(aemulator_server: Server) -> Iterator[Author]:
    """An AEM author with nothing in it."""
    aemulator_server.check()
    author = Author(aemulator_server)
    try:
        yield author
        aemulator_server.check()
        author.reset()
    finally:
        author.close()


def _reset(server: Server) -> None:
    author = Author(server)
    try:
        author.reset()
    finally:
        author.close()
