"""Adobe's clients of Asset Compute, I/O Events and IMS, none of them patched."""

import json
from pathlib import Path
from uuid import uuid4

import httpx

from tests.adobe import CLIENT_ID, CLIENT_SECRET, ORG_ID
from tests.clients.conftest import Program
from tests.server import ServerProcess

RUNS, JOBS = 10, 8


def expected(jobs: int) -> list[list[list[object]]]:
    return [
        [["rendition_created", "a.png", number, True], ["rendition_failed", "b.nothing", number, True]]
        for number in range(jobs)
    ]


def test_asset_compute_client_loses_no_event(run: Program) -> None:
    """A fresh client each time, so each starts to read the journal at its end while its jobs are under way."""
    assert run("asset-compute-client.js", str(RUNS), str(JOBS), "oauth") == [expected(JOBS)] * RUNS


def test_asset_compute_client_with_a_jwt_integration(run: Program, server: ServerProcess, tmp_path: Path) -> None:
    credentials = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    httpx.post(f"{server.url}/ims/token/v3", data=credentials).raise_for_status()  # makes the integration's key
    integration = {
        "metascopes": ["asset_compute_meta", "event_receiver_api", "ent_adobeio_sdk"],
        "technicalAccount": {
            "id": "A1B2C3D4E5F60718293A4B5C@techacct.adobe.com",
            "org": ORG_ID,
            "clientId": CLIENT_ID,
            "clientSecret": CLIENT_SECRET,
            "privateKey": (server.data_dir / "secrets" / "ims-integration-key.pem").read_text(),
        },
    }
    file = tmp_path / "integration.json"
    file.write_text(json.dumps(integration))
    assert run("asset-compute-client.js", "1", "1", str(file)) == [expected(1)]


def test_aio_lib_events_publishes_and_reads(run: Program) -> None:
    assert run("aio-lib-events.js", f"p-{uuid4().hex}") == {
        "listed": 1,
        "published": ["OK", "OK", "OK"],
        "first": [1],
        "rest": [2],
        "latest": [],
        "retryAfter": 1000,
        "since": [2, 3],
        "seek": [1, 2, 3],
        "watched": [4],
        "all": [1, 2, 3, 4],
    }


def test_ims_libraries_get_tokens_through_the_preload_file(run: Program) -> None:
    found = run("tokens.js", preload=True)
    assert 23.9 < found.pop("hours") <= 24
    assert found == {
        "valid": True,
        "organization": {"ident": ORG_ID.partition("@")[0], "authSrc": "AdobeOrg"},
        "invalid": False,
        "core": 3,
        "coreSeconds": 86399,
    }
