"""Fixtures of the blob storage tests."""

import itertools
from collections.abc import Iterator

import httpx
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from tests.blobstore.servers import BlobServer, azurite, embedded
from tests.services import require_program

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def embedded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlobServer]:
    with embedded(tmp_path_factory.mktemp("embedded") / "blobs") as server:
        yield server


@pytest.fixture(scope="session")
def azurite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlobServer]:
    require_program("node")
    require_program("npm")
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.fixture(params=["embedded", "azurite"])
def server(request: pytest.FixtureRequest) -> BlobServer:
    """Each test that takes it runs against our store and against Azurite."""
    found: BlobServer = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture
def service(server: BlobServer) -> Iterator[BlobServiceClient]:
    with server.service() as client:
        yield client


@pytest.fixture
def container(service: BlobServiceClient) -> ContainerClient:
    """A new, empty container."""
    return service.create_container(f"test-{next(_numbers)}")


@pytest.fixture
def http(embedded_server: BlobServer) -> Iterator[httpx.Client]:
    """Plain HTTP to the embedded store."""
    with httpx.Client(base_url=embedded_server.root) as client:
        yield client


@pytest.fixture
def own_container(embedded_server: BlobServer) -> Iterator[ContainerClient]:
    """A new container of the embedded store alone."""
    with embedded_server.service() as client:
        yield client.create_container(f"own-{next(_numbers)}")
