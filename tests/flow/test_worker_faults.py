"""Faults that concern a worker, with custom workers: one deployed with Adobe's SDK, one in plain Python elsewhere.

As with the other faults, all are made first, each for a folder of its own.
"""

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import photographer
from tests.compute.custom_worker import Call, CustomWorker, custom_worker
from tests.flow.test_faults import ended, inject
from tests.photographer import Upload
from tests.server import ROOT, ServerProcess, manage, wait_until
from tests.services import require, require_program

Json = dict[str, Any]
QUICK = {
    "AEMULATOR_CUSTOM_WORKER_TIMEOUT": "12",
    "AEMULATOR_RENDER_PROCESSES": "1",
    "AEMULATOR_RUNTIME_PROCESSES": "2",
}
PACKAGES = ROOT / "tests" / "npm" / "node_modules"
COPIER = """
const { worker } = require('@adobe/asset-compute-sdk');
const fs = require('node:fs').promises;
exports.main = worker((source, rendition) => fs.copyFile(source.path, rendition.path));
"""
DEPLOYED, ELSEWHERE = "deployed", "elsewhere"
RENDITION = "copy.txt"
SOURCE = b"0123456789" * 20
DAMAGED = SOURCE[:64] + bytes(len(SOURCE) - 64)


@dataclass(frozen=True)
class Case:
    """`fails`: with which words; none: the rendition is there in the end, with `content`."""

    kind: str
    match: Json = field(default_factory=dict)
    parameters: Json = field(default_factory=dict)
    times: int | None = None
    fails: str = ""
    reason: str = "GenericError"
    content: bytes = SOURCE
    name: str = ""

    def folder(self, worker: str) -> str:
        return f"{self.name or self.kind}-{worker}"


CALLED: Json = {"service": "custom-worker"}
MADE: Json = {"rendition": RENDITION}
BOTH = [
    Case("unauthorized", CALLED, fails="answered 401"),
    Case("server-error", CALLED, times=2),
    Case("expired-signature", MADE, fails="403"),
    Case("truncated-body", {"service": "blobstore", "step": 4}, times=1, name="truncated-source"),
    Case("rendition-too-large", MADE, times=1),
    Case("worker-crash", MADE, times=1, name="crash-once"),
    Case("worker-never-answers", MADE, fails="no event within 12 seconds"),
    Case("event-lost", MADE, times=1, fails="no event within 12 seconds"),
    Case("event-duplicated", MADE),
]
ONLY_DEPLOYED = [
    Case("corrupt-source", content=DAMAGED),
    Case("error-reason", MADE, {"reason": "RenditionTooLarge"}, times=1, name="too-large-reason"),
    Case("event-late", MADE, {"seconds": 1}, times=1),
]
ONLY_ELSEWHERE = [
    Case("latency", CALLED, {"seconds": 0.3}),
    Case("forbidden", CALLED, fails="answered 403"),
    Case("not-found", CALLED, fails="answered 404"),
    Case("too-many-requests", CALLED, {"retry_after": 1}, times=1),
    Case("truncated-body", CALLED, times=1),
    Case(
        "error-reason", MADE, {"reason": "SourceUnsupported", "message": "no"}, fails="no", reason="SourceUnsupported"
    ),
    Case("worker-crash", MADE, fails="broke the connection"),
    Case("event-reordered", MADE, {"seconds": 1}, times=1),
]
CASES = [
    *((case, DEPLOYED) for case in BOTH + ONLY_DEPLOYED),
    *((case, ELSEWHERE) for case in BOTH + ONLY_ELSEWHERE),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    require_program("node")
    require((PACKAGES / "@adobe" / "asset-compute-sdk").is_dir(), "Adobe's SDK is not installed: make node-packages")
    with ServerProcess(tmp_path_factory.mktemp("worker-faults") / "data", environment=QUICK) as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: ServerProcess) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def elsewhere(server: ServerProcess) -> Iterator[CustomWorker]:
    def copies(call: Call) -> tuple[int, object]:
        try:
            original = http.get(call.body["source"]["url"]).raise_for_status().content
            for rendition in call.body["renditions"]:
                outcome = _stored(http, rendition, original)
                call.send_event(server.url, rendition, **outcome)
        except httpx.HTTPError as err:
            return 503, {"error": str(err)}  # to be called again
        return 200, {}

    trust = ssl.create_default_context(cafile=str(server.ca_file))
    with httpx.Client(verify=trust) as http, custom_worker(copies) as worker:
        yield worker


def _stored(http: httpx.Client, rendition: Json, content: bytes) -> Json:
    answer = http.put(rendition["target"]["urls"][0], content=content)
    if answer.is_success:
        return {"metadata": {"repo:size": len(content)}}
    reason = "RenditionTooLarge" if answer.status_code == 413 else "GenericError"
    return {"type": "rendition_failed", "errorReason": reason, "errorMessage": f"storing it: {answer.status_code}"}


@pytest.fixture(scope="module")
def deployed(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("copier") / "copier"
    folder.mkdir()
    (folder / "index.js").write_text(COPIER)
    (folder / "node_modules").symlink_to(PACKAGES.resolve())
    assert manage("deploy", str(folder), "--data-dir", str(server.data_dir)).returncode == 0
    return "https://aemulator.adobeioruntime.net/api/v1/web/default/copier"


@pytest.fixture(scope="module")
def made(server: ServerProcess, admin: httpx.Client, deployed: str, elsewhere: CustomWorker) -> dict[str, str]:
    """The ids of the faults, by folder. Each has an asset on its way through it."""
    faults = {}
    for worker, url in ((DEPLOYED, deployed), (ELSEWHERE, elsewhere.url)):
        profile = {"title": worker, "custom": [{"name": "copy", "extension": "txt", "worker": url}]}
        paths = [f"/content/dam/{case.folder(of)}" for case, of in CASES if of == worker]
        folders = [{"path": path, "profile": worker} for path in paths]
        admin.post("/_aemulator/seed", json={"profiles": [profile], "folders": folders}).raise_for_status()
    for case, worker in CASES:
        folder = f"/content/dam/{case.folder(worker)}"
        match = {**case.match, "path": folder}
        faults[folder] = str(inject(admin, case.kind, match, case.parameters, case.times)["id"])
    with photographer.client(server) as http, ThreadPoolExecutor(8) as people:  # a fault is looked up for a while
        list(people.map(lambda folder: Upload(http, folder, "a.txt", SOURCE).run(), faults))
    return faults


def copy_in(flow: Json) -> Json:
    (copy,) = [one for one in flow["renditions"] if one["name"] == RENDITION]
    return dict(copy)


@pytest.mark.parametrize(("case", "worker"), CASES, ids=[case.folder(worker) for case, worker in CASES])
def test_fault(admin: httpx.Client, made: dict[str, str], case: Case, worker: str) -> None:
    folder = f"/content/dam/{case.folder(worker)}"
    if not case.fails:  # a rendition that is asked for again has failed, for a moment
        wait_until(lambda: photographer.state_of(admin, f"{folder}/a.txt") == "processed", 60, "it is processed")
        wait_until(lambda: copy_in(ended(admin, f"{folder}/a.txt"))["state"] == "attached", 20, "it is attached")
    flow = ended(admin, f"{folder}/a.txt")
    faults = {one["id"]: one["hits"] for one in admin.get("/_aemulator/faults").json()["faults"]}
    assert faults[made[folder]] >= 1
    copy = copy_in(flow)
    if case.fails:
        assert (copy["state"], copy["reason"]) == ("failed", case.reason)
        assert case.fails in copy["message"]
    else:
        assert copy["state"] == "attached", copy
        assert admin.get(f"{folder}/a.txt/jcr:content/renditions/{RENDITION}").content == case.content


def test_who_works_elsewhere_is_shown_as_a_worker(admin: httpx.Client, made: dict[str, str]) -> None:
    flow = ended(admin, f"/content/dam/latency-{ELSEWHERE}/a.txt")
    seen = {(one["from"], one["to"], one["step"]) for one in flow["exchanges"]}
    worker = {("custom-worker", "blobstore", 4), ("custom-worker", "blobstore", 5), ("custom-worker", "events", 6)}
    assert worker <= seen
