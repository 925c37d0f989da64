"""Fixtures of the tests of the Asset Compute service."""

from collections.abc import Iterator

import httpx
import pytest

from tests.adobe import JournalReader, adobe_client
from tests.server import ServerProcess


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
