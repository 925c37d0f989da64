"""One server for all modules of this folder: every test works in a folder of its own."""

from collections.abc import Iterator

import pytest

from tests.server import ServerProcess


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server") / "data") as running:
        yield running
