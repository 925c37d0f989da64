"""The server that these modules share with others."""

import pytest

from tests.repository.author import shared_server
from tests.server import ServerProcess


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ServerProcess:
    return shared_server(request, tmp_path_factory)
