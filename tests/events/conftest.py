"""Fixtures of the tests of I/O Events."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.adobe import CLIENT_ID, adobe_client, ingress_body
from tests.server import ServerProcess

Publish = Callable[..., httpx.Response]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests of I/O Events: each has a provider and a journal of its own."""
    environment = {"AEMULATOR_RENDER_PROCESSES": "1"}
    with ServerProcess(tmp_path_factory.mktemp("events") / "data", environment=environment) as running:
        yield running


@pytest.fixture
def adobe(server: ServerProcess) -> Iterator[httpx.Client]:
    with adobe_client(server.url) as client:
        yield client


@pytest.fixture
def provider() -> str:
    """A provider of the test's own."""
    return f"provider-{uuid4().hex}"


@pytest.fixture
def subscription(provider: str) -> dict[str, Any]:
    return {
        "name": f"journal of {provider}",
        "client_id": CLIENT_ID,
        "delivery_type": "journal",
        "events_of_interest": [{"provider_id": provider, "event_code": "asset_compute"}],
    }


@pytest.fixture
def journal(adobe: httpx.Client, subscription: dict[str, Any]) -> str:
    """URL of a journal of the test's own."""
    answer = adobe.post("/events/consumer/project/workspace/registrations", json=subscription)
    return str(answer.raise_for_status().json()["_links"]["rel:events"]["href"])


@pytest.fixture
def publish(adobe: httpx.Client, provider: str) -> Publish:
    def post(event: dict[str, Any], **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return adobe.post("/api/events", json=ingress_body(event, provider), headers=named)

    return post
