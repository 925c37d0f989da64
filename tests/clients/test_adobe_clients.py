"""Adobe's clients of Asset Compute, I/O Events and IMS, none of them patched."""

import json
import re
from pathlib import Path
from uuid import uuid4

import httpx

from tests.adobe import CLIENT_ID, CLIENT_SECRET, ORG_ID
from tests.clients.conftest import Program, block_of
from tests.server import ServerProcess

RUNS, AT_ONCE, JOBS = 200, 10, 20


def expected(jobs: int) -> list[list[list[object]]]:
    return [
        [["rendition_created", "a.png", number, True], ["rendition_failed", "b.nothing", number, True]]
        for number in range(jobs)
    ]


def test_asset_compute_client_loses_no_event(run: Program) -> None:
    """A fresh client each time, so each starts to read the journal at its end while its first job is under way."""
    found = run("asset-compute-client.js", str(RUNS), "1", "oauth", str(AT_ONCE))
    assert found == [expected(1)] * RUNS


def test_asset_compute_client_with_many_jobs_at_once(run: Program) -> None:
    assert run("asset-compute-client.js", "2", str(JOBS), "oauth") == [expected(JOBS)] * 2


def test_asset_compute_client_reads_every_integration_file(run: Program, server: ServerProcess) -> None:
    """The environment block names one; `create` refuses the flat OAuth JSON (a defect of the client)."""
    found = run("asset-compute-integrations.js", str(server.data_dir / "secrets"), preload=True)
    assert len(found) == 9
    assert set(found.values()) == {"rendition_failed GenericError"}


def test_asset_compute_client_from_register_to_unregister(run: Program) -> None:
    found = {name: _without_ids(value) for name, value in run("asset-compute-lifecycle.js").items()}
    assert found == {
        "early": "Error: Must call register before calling /process",
        "again": True,
        "ready": True,
        "events": ["a.zip", "a.zip"],
        "timeout": "Error: Request never sent timed out after 50 ms",
        "ownId": ["my own id", ["activationId", "ok", "requestId"]],
        "malformed": refusal("process", 400, "renditions: must have at least one entry"),
        "unauthorized": refusal("process", 401, "unauthorized: the token is not a JWT: Not enough segments"),
        "foreignKey": refusal("register", 401, "x-api-key is missing or is not the client id of the access token"),
        "unregistered": ["ok", "requestId"],
        "forgotten": "Error: Must call register before calling /process",
        "refused": refusal("process", 404, "this client is not registered: call /register first"),
        "twice": 'Error: Unable to invoke /unregister: 404: {"ok":true} (details: {"size":0,"timeout":30000})',
        "newJournal": True,
        "afterwards": 1,
    }


def refusal(operation: str, status: int, message: str) -> str:
    """The client's error text: what the service answered."""
    body = json.dumps({"ok": False, "message": message}, separators=(",", ":"))
    return f"Error: Unable to invoke /{operation}: {status} {body}"


def _without_ids(value: object) -> object:
    return re.sub(r',?"requestId":"[0-9a-f]{32}"', "", value) if isinstance(value, str) else value


def test_asset_compute_client_waits_when_there_were_too_many_calls(
    run: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    limit = {"AEMULATOR_PROCESS_RATE_LIMIT": "20", "AEMULATOR_RENDER_PROCESSES": "1"}
    with ServerProcess(tmp_path / "data", environment=limit) as limited:
        found = run("asset-compute-limits.js", block=block_of(limited))
    assert found.pop("waited") >= 2.0
    assert found == {
        "refused": [True, 429, 3, "Unable to invoke /process: 429 "],
        "accepted": True,
    }


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
