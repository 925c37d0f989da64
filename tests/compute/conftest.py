"""Fixtures of the tests of the Asset Compute service."""

from collections.abc import Iterator

import httpx
import pytest

from tests.adobe import JournalReader, adobe_client
from tests.server import ServerProcess

SILENCE = 1.5
"""Seconds after which a custom worker's renditions fail."""


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests of the service: each follows its own requests in the journal."""
    environment = {"AEMULATOR_CUSTOM_WORKER_TIMEOUT": str(SILENCE), "AEMULATOR_RENDER_PROCESSES": "1"}
    with ServerProcess(tmp_path_factory.mktemp("service") / "data", environment=environment) as running:
        yield running


@pytest.fixture
def adobe(server: ServerProcess) -> Iterator[httpx.Client]:
    """A client that is registered."""
    with adobe_client(server.url) as client:
        client.post("/register").raise_for_status()
        yield client


@pytest.fixture
def journal(adobe: httpx.Client) -> JournalReader:
    """Reads the client's journal from its end on."""
    reader = JournalReader(adobe, adobe.post("/register").json()["journal"])
    reader.rest()
    return reader
