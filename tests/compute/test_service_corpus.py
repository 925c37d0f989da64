"""The corpus of damaged files through the whole service: one event for each rendition, no 5xx, nothing left behind."""

import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.adobe import JournalReader, adobe_client
from tests.compute.corpus import REASONS, WANTED, Corpus, open_files, resident, size
from tests.compute.storage import Storage
from tests.server import ServerProcess, children, wait_until

SIZE = size(default=200)
AT_ONCE = 40  # requests whose events are still to come
LONGEST = 60.0  # seconds without any event
GROWN = 100 * 1024 * 1024  # bytes that the server may have more at the end: caches, and what the allocator keeps
PROCESS_GROWN = 450 * 1024 * 1024  # a worker that keeps more is replaced
FILES_GROWN = 100  # idle connections come and go


class Run:
    """Files through `/process`, and the events that come of them."""

    def __init__(self, adobe: httpx.Client, journal: JournalReader, storage: Storage) -> None:
        self._adobe = adobe
        self._journal = journal
        self._storage = storage
        self._corpus = Corpus()
        self._open: dict[str, set[int]] = {}
        self._paths: dict[str, str] = {}
        self.reasons: Counter[str | None] = Counter()

    def files(self, numbers: range) -> None:
        for number in numbers:
            while len(self._open) >= AT_ONCE:
                self._take_events()
            self._send(number)
        while self._open:
            self._take_events()

    def _send(self, number: int) -> None:
        name, content = self._corpus.file(number)
        path = f"/{number}/{name}"
        renditions = [
            {
                **raw,
                "name": f"{index}",
                "userData": {"index": index},
                "target": self._storage.target(f"{number}-{index}"),
            }
            for index, raw in enumerate(WANTED)
        ]
        source = {"url": self._storage.source(path, content), "name": name}
        answer = self._adobe.post("/process", json={"source": source, "renditions": renditions})
        assert answer.status_code == 200, answer.text
        request_id = answer.json()["requestId"]
        self._open[request_id] = set(range(len(WANTED)))
        self._paths[request_id] = path

    def _take_events(self) -> None:
        deadline = time.monotonic() + LONGEST
        while not (page := self._journal.page()):
            assert time.monotonic() < deadline, f"no event for {list(self._open)}"
            time.sleep(0.02)
        for entry in page:
            self._take(entry["event"])

    def _take(self, event: dict[str, object]) -> None:
        request_id, data = str(event["requestId"]), event["userData"]
        assert isinstance(data, dict)
        assert data["index"] in self._open[request_id], "one event for each rendition"
        self._open[request_id].discard(data["index"])
        reason = event.get("errorReason")
        self.reasons[None if reason is None else str(reason)] += 1
        if not self._open[request_id]:
            del self._open[request_id], self._storage.sources[self._paths.pop(request_id)]
            self._storage.blocks.clear()
            self._storage.requests.clear()


@pytest.mark.timeout(3600)
def test_damaged_files_through_the_service(tmp_path: Path) -> None:
    with (
        ServerProcess(tmp_path / "data") as server,
        adobe_client(server.url) as adobe,
        Storage() as storage,
    ):
        journal = JournalReader(adobe, adobe.post("/register").raise_for_status().json()["journal"])
        run = Run(adobe, journal, storage)
        pid = server.process.pid
        run.files(range(20))  # everything is loaded, and every connection open
        before = resident(pid), open_files(pid), children(pid)
        run.files(range(20, SIZE))
        assert set(run.reasons) <= REASONS
        assert sum(run.reasons.values()) == SIZE * len(WANTED)
        assert run.reasons[None] > SIZE
        wait_until(lambda: _is_idle(server), 10, "the workers are idle")
        assert len(children(pid)) == len(before[2]), "no process more or less"
        assert resident(pid) < before[0] + GROWN
        assert all(resident(child) < PROCESS_GROWN for child in children(pid))
        assert open_files(pid) < before[1] + FILES_GROWN
        assert "Traceback" not in server.output()


def _is_idle(server: ServerProcess) -> bool:
    with server.client() as http:
        answer = http.get("/_aemulator/health")
    assert answer.status_code == 200, answer.text
    parts = answer.json()["parts"]
    return (
        not parts["core-workers"]["busy"] and not parts["invocations"]["unfinished"] and not parts["outbox"]["unsent"]
    )
