"""Fixtures of the tests of the IMS."""

from collections.abc import Iterator

import pytest

from tests.server import ServerProcess


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests of the IMS: none of them is in another's way."""
    with ServerProcess(tmp_path_factory.mktemp("identity") / "data", "--no-workers", environment=BROKER) as running:
        yield running


BROKER = {"DRAMATIQ_BROKER_URL": "redis://127.0.0.1:9/0"}  # never reached: nothing is processed
