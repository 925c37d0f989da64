"""The server's threads are together on one processor, and everything that works without its lock is not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors import better
from tests import photographer
from tests.photographer import Upload
from tests.server import ServerProcess, children

ALLOWED = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()
pytestmark = pytest.mark.skipif(len(ALLOWED) < 2, reason="there is one processor, or the system gives no choice")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def server(data_dir: Path) -> Iterator[ServerProcess]:
    with ServerProcess(data_dir) as running:
        yield running


def test_the_server_is_on_one_processor_and_its_workers_are_everywhere(server: ServerProcess) -> None:
    with photographer.client(server) as http:
        asset = Upload(http, photographer.make_folder(http, "few"), "photo.jpg", photographer.photo(1)).run()
        photographer.wait_processed(http, [asset], 60)
    places = [frozenset(os.sched_getaffinity(thread)) for thread in threads(server.process.pid)]
    together = [place for place in places if len(place) == 1]
    free = [place for place in places if len(place) > 1]
    assert len(set(together)) == 1
    assert len(together) > len(free)
    assert set(free) == {frozenset(ALLOWED)}, "the threads of the files of the blob storage"
    workers = children(server.process.pid)
    assert workers
    assert {frozenset(os.sched_getaffinity(pid)) for pid in workers} == {frozenset(ALLOWED)}


def test_it_still_looks_for_a_better_processor_after_a_reset(server: ServerProcess) -> None:
    with server.client() as http:
        assert "loop:choose-processor" in http.get("/_aemulator/health").json()["parts"]
        assert http.post("/_aemulator/reset").status_code == 200
        assert "loop:choose-processor" in http.get("/_aemulator/health").json()["parts"]


def test_processors_that_the_server_may_not_use_are_not_counted(data_dir: Path) -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        server = ServerProcess(data_dir).start()
    finally:
        os.sched_setaffinity(0, allowed)
    with server, server.client() as http:
        assert http.get("/_aemulator/health").json()["parts"]["core-workers"]["processes"] == 2


def test_the_kernel_may_choose(data_dir: Path) -> None:
    with ServerProcess(data_dir, environment={"AEMULATOR_GATHER_THREADS": "false"}) as server:
        places = {frozenset(os.sched_getaffinity(thread)) for thread in threads(server.process.pid)}
    assert places == {frozenset(ALLOWED)}


@pytest.mark.parametrize(
    ("idle", "own", "found"),
    [
        pytest.param({0: 0.0, 1: 0.9}, 0.95, None, id="it is only the server itself that is busy here"),
        pytest.param({0: 0.0, 1: 0.9}, 0.45, 1, id="others have half of it, and the next one is idle"),
        pytest.param({0: 0.1, 1: 0.2}, 0.45, None, id="it is no better elsewhere"),
        pytest.param({0: 0.0, 1: 0.5, 2: 0.8, 3: 0.1}, 0.3, 2, id="the idlest of many"),
        pytest.param({0: 0.9, 1: 1.0}, 0.05, None, id="nobody does anything"),
        pytest.param({1: 0.9}, 0.05, None, id="the processor was taken away from the machine"),
    ],
)
def test_it_moves_when_others_take_much_and_another_processor_is_idle(
    idle: dict[int, float], own: float, found: int | None
) -> None:
    assert better(idle, 0, own) == found


def threads(pid: int) -> list[int]:
    return [int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()]
