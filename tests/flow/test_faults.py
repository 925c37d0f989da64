"""Each fault on a real server: what it does, that everything ends properly, and that all is well once it is gone.

All faults are made first, each for a folder of its own, so that their assets are on their way at the same time.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from flow.fault_kinds import KINDS, REASONS
from tests import photographer
from tests.photographer import Upload
from tests.server import ServerProcess, wait_until

Json = dict[str, Any]
QUICK = {
    "AEMULATOR_RENDER_MAX_SECONDS": "2",
    "AEMULATOR_JOB_ANSWER_TIMEOUT": "12",
    "AEMULATOR_RENDER_PROCESSES": "2",
}
WITHIN = 90.0
THUMBNAIL = "cq5dam.thumbnail.48.48.png"
METADATA = "cqdam.metadata.xml"
DEFAULTS = frozenset(photographer.RENDITIONS - {"original"})


@dataclass(frozen=True)
class Case:
    """`failing`: the renditions that fail, and with which reason; none: everything is well in the end."""

    kind: str
    match: Json = field(default_factory=dict)
    parameters: Json = field(default_factory=dict)
    times: int | None = None
    failing: frozenset[str] = frozenset()
    reason: str = ""
    name: str = ""
    everywhere: bool = False

    @property
    def folder(self) -> str:
        return self.name or self.kind

    @property
    def path(self) -> str:
        return f"/content/dam/{self.folder}/a.jpg"


CASES = [
    Case("latency", {"step": 2}, {"seconds": 0.5}),
    Case("unauthorized", {"step": 2}, times=1),
    Case("forbidden", {"step": 4}, failing=DEFAULTS, reason="GenericError"),
    Case("not-found", {"service": "compute"}, times=1),
    Case("too-many-requests", {"step": 2}, {"retry_after": 1}, times=2),
    Case("server-error", {"step": 6, "rendition": THUMBNAIL}, {"status": 500}, times=2),
    Case("compute-down", times=2),
    Case("expired-signature", {"rendition": "cq5dam.thumb*"}, failing=frozenset(n for n in DEFAULTS if "thumb" in n)),
    Case("corrupt-source", failing=DEFAULTS - {METADATA}, reason="SourceCorrupt"),
    Case("truncated-body", {"step": 4}, times=1),
    Case("rendition-too-large", {"rendition": THUMBNAIL}, times=1),
    Case("worker-crash", failing=DEFAULTS, reason="GenericError"),
    Case("worker-never-answers", failing=DEFAULTS, reason="GenericError"),
    Case("event-lost", {"rendition": THUMBNAIL}, times=1),
    Case("event-late", {"rendition": THUMBNAIL}, {"seconds": 2}, times=1),
    Case("event-duplicated"),
    Case("event-reordered", times=1),
    Case("journal-error", {"step": 7}, {"status": 500}, times=2, everywhere=True),
    *(
        Case("error-reason", {"rendition": THUMBNAIL}, {"reason": reason}, 1, frozenset({THUMBNAIL}), reason, reason)
        for reason in REASONS
        if reason != "RenditionTooLarge"
    ),
    Case("error-reason", {"rendition": THUMBNAIL}, {"reason": "RenditionTooLarge"}, times=1, name="RenditionTooLarge"),
]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("faults") / "data", environment=QUICK) as server:
        yield server


@pytest.fixture(scope="module")
def admin(quick: ServerProcess) -> Iterator[httpx.Client]:
    with quick.client() as client:
        yield client


@pytest.fixture(scope="module")
def made(quick: ServerProcess, admin: httpx.Client) -> dict[str, Json]:
    """The faults, by folder. Each has an asset on its way through it."""
    faults = {}
    with photographer.client(quick) as http, ThreadPoolExecutor(8) as people:  # a fault is looked up for a while
        for case in CASES:
            photographer.make_folder(http, case.folder)
            match = case.match if case.everywhere else {**case.match, "path": f"/content/dam/{case.folder}"}
            faults[case.folder] = inject(admin, case.kind, match, case.parameters, case.times)
        pictures = [photographer.photo(number, 160, 120) for number in range(len(CASES))]
        uploads = [
            Upload(http, f"/content/dam/{case.folder}", "a.jpg", picture)
            for case, picture in zip(CASES, pictures, strict=True)
        ]
        list(people.map(Upload.run, uploads))
    return faults


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)
def test_fault(admin: httpx.Client, made: dict[str, Json], case: Case) -> None:
    flow = ended(admin, case.path)
    fault = fault_of(admin, made[case.folder]["id"])
    assert fault["hits"] >= 1, fault
    failed = {one["name"]: one["reason"] for one in flow["renditions"] if one["state"] == "failed"}
    assert failed.keys() == case.failing
    if case.reason:
        assert set(failed.values()) == {case.reason}
    assert {one["name"] for one in flow["renditions"] if one["state"] == "attached"} == DEFAULTS - case.failing
    assert flow["flow"]["state"] == ("failed" if case.failing else "done")
    if KINDS[case.kind].group != "Workers" and not case.everywhere:
        struck = [one for one in flow["exchanges"] if one["fault"] == case.kind]
        assert len(struck) == fault["hits"]
    # What the wire shows, the last block list, comes a moment before the transaction that it is for.
    wait_until(lambda: state_of(admin, case.path) == "processed", WITHIN, "the asset is processed")
    if case.failing:
        heal(admin, case, made[case.folder]["id"])


def state_of(admin: httpx.Client, path: str) -> str:
    return str(admin.get(f"{path}/jcr:content.1.json").json()["dam:assetState"])


def test_every_kind_has_a_case() -> None:
    assert {case.kind for case in CASES} == KINDS.keys()
    assert {case.parameters.get("reason") for case in CASES} - {None} == set(REASONS)


def test_a_duplicated_event_is_in_the_journal_twice_and_attached_once(
    admin: httpx.Client, made: dict[str, Json]
) -> None:
    case = next(case for case in CASES if case.kind == "event-duplicated")
    flow = ended(admin, case.path)

    def twice() -> bool:
        journal = admin.get(f"/_aemulator/flows/{flow['flow']['id']}").json()["journal"]
        return len(journal) == 2 * len(DEFAULTS)

    wait_until(twice, 20, "both events of each rendition were read")
    renditions = admin.get(f"{case.path}/jcr:content/renditions.1.json").json()
    assert {name for name, value in renditions.items() if isinstance(value, dict)} == photographer.RENDITIONS


def test_a_job_that_is_given_up_ends_its_flow_though_nothing_more_is_on_the_wire(
    quick: ServerProcess, admin: httpx.Client
) -> None:
    with photographer.client(quick) as http:
        folder = photographer.make_folder(http, "given-up")
        fault = {"kind": "forbidden", "match": {"step": 2, "path": folder}}
        number = admin.post("/_aemulator/faults", json=fault).json()["id"]
        path = Upload(http, folder, "a.jpg", photographer.photo(99, 160, 120)).run()
    flow = ended(admin, path)
    assert flow["flow"]["state"] == "failed"
    assert {one["state"] for one in flow["renditions"]} == {"failed"}
    assert "403" in flow["renditions"][0]["message"]
    assert flow["steps"][1]["state"] == "failed"
    assert admin.get(f"{path}/jcr:content.1.json").json()["dam:assetState"] == "unProcessed"
    admin.delete(f"/_aemulator/faults/{number}")


def heal(admin: httpx.Client, case: Case, fault: str) -> None:
    """Without the fault everything can be made."""
    assert admin.delete(f"/_aemulator/faults/{fault}").status_code == 200
    admin.post("/bin/asynccommand", data={"operation": "PROCESS", "asset": case.path}).raise_for_status()

    def healed() -> bool:
        flows = admin.get("/_aemulator/flows", params={"path": case.path, "limit": 1}).json()["flows"]
        return bool(flows[0]["kind"] == "reprocess" and flows[0]["state"] == "done")

    wait_until(healed, WITHIN, f"{case.path} is processed without the fault")


def inject(admin: httpx.Client, kind: str, match: Json, parameters: Json, times: int | None) -> Json:
    fault = {"kind": kind, "match": match, "parameters": parameters, "times": times}
    answer = admin.post("/_aemulator/faults", json=fault)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def ended(admin: httpx.Client, path: str) -> Json:
    """The flow of the upload, once it has ended."""

    def found() -> str:
        flows = admin.get("/_aemulator/flows", params={"path": path}).json()["flows"]
        uploads = [one for one in flows if one["kind"] == "upload"]
        return str(uploads[0]["id"]) if uploads and uploads[0]["state"] in {"done", "failed"} else ""

    number = wait_until(found, WITHIN, f"the flow of {path} has ended")
    return dict(admin.get(f"/_aemulator/flows/{number}").raise_for_status().json())


def fault_of(admin: httpx.Client, number: str) -> Json:
    return next(one for one in admin.get("/_aemulator/faults").json()["faults"] if one["id"] == number)
