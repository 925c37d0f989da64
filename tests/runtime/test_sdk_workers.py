"""Workers made with Adobe's own SDK, deployed as they are: bytes and events go where they should, one event each."""

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adobe import JournalReader, png_source
from tests.runtime.blobs import Blobs
from tests.runtime.conftest import KEY, Commands, deploy_path
from tests.server import ROOT, ServerProcess, wait_until
from tests.services import require

PACKAGES = ROOT / "tests" / "npm" / "node_modules"
HOST = "https://aemulator.adobeioruntime.net/api/v1/web/dx-asset-compute-worker-1"
Json = dict[str, Any]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def app(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app of three workers, with the SDK installed beside it."""
    require((PACKAGES / "@adobe" / "asset-compute-sdk").is_dir(), "Adobe's SDK is not installed: make node-packages")
    folder = tmp_path_factory.mktemp("app") / "my app"
    shutil.copytree(Path(__file__).parent / "app", folder)
    (folder / "node_modules").symlink_to(PACKAGES.resolve())
    deploy_path(commands, folder)
    return folder


@pytest.fixture(scope="module")
def blobs(server: ServerProcess) -> Iterator[Blobs]:
    made = Blobs(server)
    yield made
    made.close()


class Work:
    """Sends requests for renditions of the app's workers."""

    def __init__(self, adobe: httpx.Client, journal: JournalReader, blobs: Blobs) -> None:
        self._adobe, self._journal, self.blobs = adobe, journal, blobs
        self.number = next(_numbers)
        self.content = b"the source of request %d\n" % self.number
        self.request_id = ""

    def rendition(self, worker: str, name: str, does: str, **more: object) -> Json:
        target = self.blobs.target(f"{self.number}-{name}")
        made = {"worker": f"{HOST}/{worker}", "name": name, "fmt": "txt", "does": does, "target": target}
        return {**made, "userData": {"of": name}, **more}

    def process(self, *renditions: Json, source: object = None) -> dict[str, Json]:
        """The events by rendition name; there is one for each, and no more."""
        if source is None:
            url = self.blobs.source(f"source-{self.number}.txt", self.content)
            source = {"url": url, "name": "source.txt"}
        body = {"source": source, "renditions": list(renditions), "userData": {"number": self.number}}
        answer = self._adobe.post("/process", json=body).raise_for_status()
        self.request_id = answer.json()["requestId"]
        events = self._journal.wait_for(len(renditions), within=60, request_id=self.request_id)
        assert [event for event in self._journal.rest() if event["requestId"] == self.request_id] == []
        assert len(events) == len(renditions)
        return {event["rendition"]["name"]: event for event in events}

    def made(self, name: str) -> bytes:
        return self.blobs.content(f"{self.number}-{name}")


@pytest.fixture
def work(app: Path, adobe: httpx.Client, journal: JournalReader, blobs: Blobs) -> Work:
    return Work(adobe, journal, blobs)


def test_a_worker_downloads_uploads_and_tells(work: Work, rest: httpx.Client) -> None:
    events = work.process(
        work.rendition("worker", "copy", "copy"), work.rendition("worker", "greet", "greet", width="9")
    )
    assert work.made("copy") == work.content
    assert work.made("greet") == b"hello greet\n"
    copied, greeted = events["copy"], events["greet"]
    assert copied["type"] == greeted["type"] == "rendition_created"
    assert copied["userData"] == {"number": work.number}
    assert copied["rendition"]["userData"] == {"of": "copy"}
    assert greeted["rendition"]["width"] == "9"
    assert "target" not in copied["rendition"]
    assert copied["metadata"]["repo:size"] == len(work.content)
    assert copied["metadata"]["dc:format"] == "text/plain"
    assert copied["activationIds"] == greeted["activationIds"]  # one call with all renditions of the worker
    (activation_id,) = copied["activationIds"]
    activation = wait_until(lambda: ended(rest, activation_id), 10, "the activation has ended")
    assert activation["response"]["result"] == {"requestId": work.request_id}
    assert any("making copy: copy" in line for line in activation["logs"])


def test_what_it_made_goes_up_in_blocks(work: Work) -> None:
    target = work.blobs.target(f"{work.number}-large", blocks=4, max_part=1_000_000)
    events = work.process(work.rendition("worker", "large", "large", size="2500000", target=target))
    assert events["large"]["metadata"]["repo:size"] == 2_500_000
    assert work.made("large") == b"x" * 2_500_000


def test_what_does_not_fit_its_blocks_is_too_large(work: Work) -> None:
    target = work.blobs.target(f"{work.number}-large", blocks=1, max_part=1000)
    events = work.process(work.rendition("worker", "large", "large", size="1001", target=target))
    assert events["large"]["errorReason"] == "RenditionTooLarge"


def test_a_small_rendition_comes_in_the_event(work: Work) -> None:
    events = work.process(
        work.rendition("worker", "greet", "greet", embedBinaryLimit=1000), source={"url": png_source()}
    )
    assert events["greet"]["data"].startswith("data:text/plain;")
    assert work.blobs.is_untouched(f"{work.number}-greet")


ERRORS = {
    "ClientError": "my_reason",
    "GenericError": "GenericError",
    "RenditionFormatUnsupportedError": "RenditionFormatUnsupported",
    "RenditionTooLarge": "RenditionTooLarge",
    "SourceCorruptError": "SourceCorrupt",
    "SourceFormatUnsupportedError": "SourceFormatUnsupported",
    "SourceUnsupportedError": "SourceUnsupported",
    "TypeError": "GenericError",
}


def test_each_class_of_error_is_the_reason_of_its_rendition(work: Work) -> None:
    wanted = [work.rendition("worker", error, "throw", error=error) for error in ERRORS]
    events = work.process(
        *wanted, work.rendition("worker", "good", "copy"), work.rendition("worker", "none", "nothing")
    )
    assert events["good"]["type"] == "rendition_created"
    assert events["none"]["errorReason"] == "GenericError"
    assert events["none"]["errorMessage"] == "No rendition generated for none"
    for error, reason in ERRORS.items():
        assert (events[error]["errorReason"], events[error]["errorMessage"]) == (reason, "as asked")


def test_a_crash_fails_what_it_left_at_once(work: Work) -> None:
    events = work.process(
        work.rendition("worker", "before", "copy"),
        work.rendition("worker", "crash", "crash"),
        work.rendition("worker", "after", "copy"),
    )
    assert events["before"]["type"] == "rendition_created"
    for name in ("crash", "after"):
        assert events[name]["errorReason"] == "GenericError"
        assert "ended without an event" in events[name]["errorMessage"]
        assert "exit code 5" in events[name]["errorMessage"]


def test_a_time_limit_is_told_by_the_worker_itself(work: Work, rest: httpx.Client) -> None:
    """The SDK sends its failures 15 seconds before the deadline, and exits with 101."""
    events = work.process(work.rendition("impatient", "slow", "hang"), work.rendition("impatient", "next", "copy"))
    for event in events.values():
        assert "Processing timed out for rendition" in event["errorMessage"]
        assert event["duration"] > 0
    (activation_id,) = events["slow"]["activationIds"]
    activation = wait_until(lambda: ended(rest, activation_id), 10, "the activation has ended")
    assert "exit code 101" in activation["response"]["result"]["error"]


@pytest.mark.parametrize("source", ["http://127.0.0.1:1/plain", "nonsense"])
def test_what_the_sdk_refuses_without_an_event_fails_at_once(work: Work, source: str) -> None:
    events = work.process(
        work.rendition("worker", "one", "copy"), work.rendition("worker", "two", "copy"), source=source
    )
    for event in events.values():
        assert event["type"] == "rendition_failed"
        assert "Invalid or missing https url" in event["errorMessage"]


def test_a_source_that_is_not_there(work: Work) -> None:
    url = work.blobs.source("gone.txt", b"x").replace("gone.txt", "never.txt")
    events = work.process(work.rendition("worker", "one", "copy"), source=url)
    assert events["one"]["type"] == "rendition_failed"


def test_a_batch_worker_makes_all_at_once(work: Work) -> None:
    events = work.process(
        *(work.rendition("batch", name, does) for name, does in (("a", "x"), ("b", "nothing"), ("c", "x")))
    )
    assert work.made("a") == b"0 of 3\n"
    assert work.made("c") == b"2 of 3\n"
    assert events["b"]["errorReason"] == "GenericError"
    failed = work.process(work.rendition("batch", "d", "x"), work.rendition("batch", "e", "throw"))
    assert {event["errorReason"] for event in failed.values()} == {"SourceCorrupt"}


def test_a_shell_script_worker_runs_its_script(work: Work) -> None:
    events = work.process(work.rendition("shell", "size", "count"), work.rendition("shell", "bad", "throw"))
    assert work.made("size") == b"%d\n" % len(work.content)
    assert events["size"]["metadata"]["dc:format"] == "text/plain"
    assert (events["bad"]["errorReason"], events["bad"]["errorMessage"]) == ("SourceUnsupported", "not by this script")


def test_several_workers_share_a_request(work: Work) -> None:
    events = work.process(
        work.rendition("worker", "one", "copy"),
        work.rendition("batch", "two", "x"),
        work.rendition("worker", "three", "greet"),
        {"name": "core.png", "fmt": "png", "width": 16, "embedBinaryLimit": 32768},
        source={"url": png_source()},
    )
    assert {event["type"] for event in events.values()} == {"rendition_created"}
    assert events["one"]["activationIds"] == events["three"]["activationIds"] != events["two"]["activationIds"]


def test_adobe_auth_is_asked_for(server: ServerProcess, app: Path) -> None:
    headers = {"host": "aemulator.adobeioruntime.net"}
    answer = httpx.post(f"{server.url}/api/v1/web/dx-asset-compute-worker-1/worker", json={}, headers=headers)
    assert answer.status_code == 401


def run_openwhisk(server: ServerProcess, program: str) -> Json:
    """What a program with Adobe's OpenWhisk client prints."""
    environment = {"__OW_API_HOST": server.url, "__OW_API_KEY": ":".join(KEY), "NODE_PATH": str(PACKAGES)}
    done = subprocess.run(
        ["node", str(Path(__file__).with_name(program))],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_adobes_openwhisk_client(server: ServerProcess, app: Path) -> None:
    found = run_openwhisk(server, "openwhisk-client.js")
    assert {"worker", "batch", "shell", "impatient"} <= set(found["actions"])
    assert found["known"] == "worker"
    assert found["checked"] == found["result"] == {"ok": True, "checkAction": True}
    assert any("__checkAction" in line for line in found["logs"])
    assert (found["isListed"], found["refused"]) == (True, 404)


def test_adobes_openwhisk_client_deploys(server: ServerProcess, app: Path) -> None:
    found = run_openwhisk(server, "openwhisk-deploy.js")
    assert found["result"] == {"text": "Hello you"}
    assert (found["again"], found["gone"], found["none"]) == (409, 404, [[], []])
    assert "by-client" in found["packages"]


def ended(rest: httpx.Client, activation_id: str) -> Json:
    """The activation once it has ended; empty before."""
    answer = rest.get(f"/activations/{activation_id}")
    return dict(answer.json()) if answer.status_code == 200 else {}
