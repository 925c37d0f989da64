"""Schemathesis runs the whole OpenAPI document: whatever it sends, no box answers 5xx, hangs or breaks off."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from requests.auth import _basic_auth_str
from schemathesis import APIOperation, Case, GenerationMode

from config.settings import RUNTIME_AUTH
from tests.adobe import access_token, headers
from tests.server import ServerProcess

SOON = 20.0  # seconds
NOT_SENT = {
    "/_aemulator/reset": "emptying the server between two requests proves nothing of the others",
    "/_aemulator/restore": "its body is a tar, which no schema describes",
}
RUNTIME = ("/api/v1/", "/runtime/", "/_aemulator/activations/")  # where its key opens
BOXES = {"Assets HTTP API", "Sling", "Upload", "Login", "Blob storage", "Asset Compute", "I/O Events", "IMS", "Control"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Of its own: what is sent here is not for other tests to find."""
    with ServerProcess(tmp_path_factory.mktemp("openapi") / "data", "--no-workers") as running:
        yield running


@pytest.fixture(scope="module")
def operations(server: ServerProcess) -> list[Any]:
    schema = schemathesis.openapi.from_url(f"{server.url}/_aemulator/openapi.json")
    found: list[Any] = list(schema.get_all_operations())
    return [operation for result in found if (operation := result.ok()).path not in NOT_SENT]


class Sender:
    """Sends cases with the headers that each box wants to see; keeps every status."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.statuses: dict[str, set[int]] = defaultdict(set)
        self._adobe = headers(access_token(url))
        user, _, password = RUNTIME_AUTH.partition(":")
        self._runtime = {"authorization": _basic_auth_str(user, password)}

    def send(self, case: Case[Any]) -> None:
        known = self._runtime if case.operation.path.startswith(RUNTIME) else self._adobe
        answer = case.call(base_url=self.url, headers=known, timeout=SOON, allow_redirects=False)
        assert answer.status_code < 500, f"{answer.status_code} {answer.text[:300]}\n{case.as_curl_command()[:2000]}"
        self.statuses[case.operation.label].add(answer.status_code)


@pytest.fixture(scope="module")
def sender(server: ServerProcess) -> Sender:
    return Sender(server.url)


def test_no_valid_request_makes_a_box_fail_and_all_let_us_in(operations: list[Any], sender: Sender) -> None:
    assert {tag for operation in operations for tag in operation.tags or ()} >= BOXES
    for operation in operations:
        _try(operation, GenerationMode.POSITIVE, sender)
    refused = {label for label, statuses in sender.statuses.items() if statuses <= {401, 403}}
    assert refused <= {"POST /events/webhooks/asset-compute"}  # wants a signature over the body


def test_no_invalid_request_makes_a_box_fail(operations: list[Any], sender: Sender) -> None:
    sender.statuses.clear()
    for operation in operations:
        with suppress(Unsatisfiable):  # there is nothing about it that could be wrong
            _try(operation, GenerationMode.NEGATIVE, sender)
    assert len(sender.statuses) > len(operations) / 2


def _try(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, sender: Sender) -> None:
    @settings(
        max_examples=2,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Case[Any]) -> None:
        sender.send(case)

    attempt()
