"""The pool of core worker processes, with real processes and real files."""

import base64
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import compute.pool
from compute.core_worker import CoreActivation, RenditionInstructions, RenditionResult, SourceRef
from compute.engine.limits import Limits
from compute.pool import PoolStopped, WorkerPool
from tests.compute.engine.samples import decoded, encoded, photo
from tests.compute.engine.test_documents import svg
from tests.compute.storage import Storage
from tests.server import wait_until

STANDARD = (
    {"fmt": "png", "width": 48, "height": 48},
    {"fmt": "jpeg", "width": 1280, "height": 1280},
    {"fmt": "xmp"},
)
WITHIN = 20.0


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with running_pool(Limits(transfer_retry_seconds=1), processes=2) as running:
        yield running


@pytest.fixture
def storage() -> Iterator[Storage]:
    with Storage() as running:
        yield running


@contextmanager
def running_pool(limits: Limits, processes: int = 1) -> Iterator[WorkerPool]:
    pool = WorkerPool(processes, limits)
    pool.start()
    try:
        yield pool
    finally:
        pool.stop(timeout=10)


def activation(storage: Storage, content: bytes | None, *wanted: dict[str, Any], name: str = "a.jpg") -> CoreActivation:
    """Renditions of a source in the storage (None: no source), each with a target of its own unless it names one."""
    source = SourceRef(storage.source("/source", content), name) if content is not None else None
    entries = tuple(
        RenditionInstructions(index, {"target": storage.target(f"r{index}"), **raw}) for index, raw in enumerate(wanted)
    )
    return CoreActivation("a" * 32, source, entries)


def run(pool: WorkerPool, work: CoreActivation) -> dict[int, RenditionResult]:
    results: list[RenditionResult] = []
    pool.run(work, results.append)
    indexes = [result.index for result in results]
    assert sorted(indexes) == [entry.index for entry in work.renditions], "exactly one result for each rendition"
    return {result.index: result for result in results}


def test_renditions_are_uploaded_and_described(pool: WorkerPool, storage: Storage) -> None:
    results = run(pool, activation(storage, encoded(photo(2000, 1000)), *STANDARD))
    thumbnail = storage.uploaded("r0")
    assert decoded(thumbnail).size == (48, 24)
    metadata = results[0].metadata
    assert metadata is not None
    assert metadata["repo:size"] == len(thumbnail)
    assert metadata["dc:format"] == "image/png"
    assert (metadata["tiff:imageWidth"], metadata["tiff:imageHeight"]) == (48, 24)
    assert len(metadata["repo:sha1"]) == 40
    assert "repo:encoding" not in metadata
    assert decoded(storage.uploaded("r1")).size == (1280, 640)
    xmp = results[2].metadata
    assert xmp is not None
    assert (xmp["dc:format"], xmp["repo:encoding"]) == ("application/rdf+xml", "utf-8")
    assert {put.headers["content-type"] for put in storage.of("PUT")} == {
        "image/png",
        "image/jpeg",
        "application/rdf+xml; charset=utf-8",
    }


def test_the_start_is_told_once_and_in_the_calling_thread(pool: WorkerPool, storage: Storage) -> None:
    told: list[threading.Thread] = []
    work = activation(storage, encoded(photo(20, 20)), *STANDARD)
    pool.run(
        work, lambda result: told.append(threading.current_thread()), lambda: told.append(threading.current_thread())
    )
    assert told == [threading.current_thread()] * 4


def test_small_binaries_are_embedded_and_not_uploaded(pool: WorkerPool, storage: Storage) -> None:
    wanted = {"fmt": "png", "width": 16, "embedBinaryLimit": 32768}
    results = run(pool, activation(storage, encoded(photo(64, 64)), wanted, {"fmt": "xmp", "embedBinaryLimit": 9999}))
    data = results[0].data
    assert data is not None
    head, _, content = data.partition(",")
    assert head == "data:image/png;base64"
    assert decoded(base64.b64decode(content)).size == (16, 16)
    assert str(results[1].data).startswith("data:application/rdf+xml;charset=utf-8;base64,")
    assert not storage.of("PUT")


@pytest.mark.parametrize("limit", [10, 40000, "2000", True, 1.5])
def test_a_limit_that_is_too_small_too_large_or_no_integer_means_upload(
    pool: WorkerPool, storage: Storage, limit: object
) -> None:
    wanted = {"fmt": "png", "width": 16, "embedBinaryLimit": limit}
    assert run(pool, activation(storage, encoded(photo(64, 64)), wanted))[0].data is None
    assert storage.uploaded("r0")


def test_a_bad_rendition_does_not_touch_the_others(pool: WorkerPool, storage: Storage) -> None:
    wanted = ({"fmt": "png"}, {"fmt": "nonsense"}, {"fmt": "png", "width": "wide"}, {"fmt": "jpeg", "target": None})
    results = run(pool, activation(storage, encoded(photo(64, 64)), *wanted))
    assert [results[index].error_reason for index in range(4)] == [
        None,
        "RenditionFormatUnsupported",
        "GenericError",
        "GenericError",
    ]


def test_an_old_url_is_a_target(pool: WorkerPool, storage: Storage) -> None:
    work = activation(storage, encoded(photo(64, 64)), {"fmt": "png", "target": None, "url": f"{storage.url}/out/old"})
    assert run(pool, work)[0].error_reason is None
    assert storage.blocks["/out/old"]


def test_zip_needs_no_source(pool: WorkerPool, storage: Storage) -> None:
    files = [storage.source("/one.txt", b"1"), {"url": storage.source("/two.txt", b"2"), "path": "b/2.txt"}]
    results = run(pool, activation(storage, None, {"fmt": "zip", "files": files}, {"fmt": "png"}))
    assert results[0].metadata is not None
    assert results[0].metadata["dc:format"] == "application/zip"
    assert results[1].error_reason == "GenericError"


def test_watermarks_are_fetched(pool: WorkerPool, storage: Storage) -> None:
    mark = storage.source("/mark.png", encoded(photo(20, 20), "PNG"))
    wanted = ({"fmt": "png", "watermark": {"image": mark}}, {"fmt": "png", "watermark": {"image": mark + "x"}})
    run(pool, activation(storage, encoded(photo(64, 64)), *wanted))
    missing = {"fmt": "png", "watermark": {"image": f"{storage.url}/none?sig=1"}}
    failed = run(pool, activation(storage, encoded(photo(64, 64)), missing))[0]
    assert failed.error_reason == "GenericError"
    assert "404" in str(failed.error_message)
    assert "sig" not in str(failed.error_message)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "SourceCorrupt"),
        (encoded(photo(300, 300))[:2000], "SourceCorrupt"),
        (b"\0\1\2 unknown", "SourceFormatUnsupported"),
    ],
)
def test_bad_sources_have_a_reason(pool: WorkerPool, storage: Storage, content: bytes, reason: str) -> None:
    results = run(pool, activation(storage, content, {"fmt": "png"}, {"fmt": "jpeg", "width": 10}, name="a"))
    assert [results[index].error_reason for index in range(2)] == [reason, reason]


def test_a_missing_source_fails_everything(pool: WorkerPool, storage: Storage) -> None:
    work = activation(storage, b"x", *STANDARD)
    storage.sources.clear()
    assert {result.error_reason for result in run(pool, work).values()} == {"GenericError"}


def test_activations_run_beside_each_other(pool: WorkerPool, storage: Storage) -> None:
    work = activation(storage, encoded(photo(600, 400)), *STANDARD)
    threads = [threading.Thread(target=run, args=(pool, work)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN)
    assert not any(thread.is_alive() for thread in threads)
    assert pool.health()["busy"] == 0


# --- processes that die ----------------------------------------------------------------------------------------------


@contextmanager
def interrupted(storage: Storage, act: Callable[[], None]) -> Iterator[None]:
    """Act when the source has been asked for the first time, which is kept waiting meanwhile."""
    storage.gate.clear()

    def wait_and_act() -> None:
        wait_until(lambda: storage.of("GET"), WITHIN, "the source is asked for")
        act()
        storage.gate.set()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    yield
    thread.join()


def test_a_killed_process_is_replaced_and_its_work_done_again(storage: Storage) -> None:
    with running_pool(Limits()) as pool:
        work = activation(storage, encoded(photo(64, 64)), *STANDARD)
        wait_until(lambda: pool.health()["alive"], WITHIN, "a worker is alive")
        with interrupted(storage, lambda: os.kill(pool.pids()[0], signal.SIGKILL)):
            results = run(pool, work)
        assert {result.error_reason for result in results.values()} == {None}
        assert pool.health()["restarts"] == 1


def test_an_idle_process_that_was_killed_is_replaced(storage: Storage) -> None:
    with running_pool(Limits()) as pool:
        work = activation(storage, encoded(photo(64, 64)), *STANDARD)
        run(pool, work)
        os.kill(pool.pids()[0], signal.SIGKILL)
        assert {result.error_reason for result in run(pool, work).values()} == {None}


def test_an_idle_process_is_replaced_although_nobody_needs_it() -> None:
    """Else the server would not be well until somebody uploads something."""
    with running_pool(Limits()) as pool:
        wait_until(lambda: pool.health()["alive"], WITHIN, "a worker is alive")
        [killed] = pool.pids()
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: pool.health()["restarts"] == 1 and pool.pids() not in ([], [killed]), WITHIN, "replaced")


def test_an_idle_process_that_stands_still_costs_a_moment(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute.pool, "BEGIN_SECONDS", 1.0)
    with running_pool(Limits()) as pool:
        work = activation(storage, encoded(photo(64, 64)), *STANDARD)
        run(pool, work)
        os.kill(pool.pids()[0], signal.SIGSTOP)
        started = time.monotonic()
        assert {result.error_reason for result in run(pool, work).values()} == {None}
        assert time.monotonic() - started < WITHIN


def test_a_process_that_hangs_at_its_start_holds_up_no_other(storage: Storage) -> None:
    with running_pool(Limits(), processes=2) as pool:
        wait_until(pool.pids, WITHIN, "a process was started")
        os.kill(pool.pids()[0], signal.SIGSTOP)
        started = time.monotonic()
        work = activation(storage, encoded(photo(64, 64)), *STANDARD)
        assert {result.error_reason for result in run(pool, work).values()} == {None}
        assert time.monotonic() - started < WITHIN


def test_processes_that_cannot_be_started_now_are_later(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with running_pool(Limits()) as pool:
        work = activation(storage, encoded(photo(64, 64)), *STANDARD)
        run(pool, work)
        shutil.rmtree(tmp_path)
        tmp_path.touch()
        os.kill(pool.pids()[0], signal.SIGKILL)
        wait_until(lambda: pool.health()["restarts"] == 1, WITHIN, "the process is gone")
        tmp_path.unlink()
        tmp_path.mkdir()
        assert {result.error_reason for result in run(pool, work).values()} == {None}


def test_temporary_folders_may_be_tidied_up(storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with running_pool(Limits()) as pool:
        work = activation(storage, encoded(photo(64, 64)), *STANDARD)
        run(pool, work)
        for folder in tmp_path.iterdir():
            shutil.rmtree(folder)
        assert {result.error_reason for result in run(pool, work).values()} == {None}
        assert pool.health()["restarts"] == 0


def test_what_takes_too_long_fails_and_the_rest_goes_on(storage: Storage) -> None:
    with running_pool(Limits(max_seconds=0.3)) as pool:
        big = encoded(photo(9000, 7000), quality=90)
        started = time.monotonic()
        slow = ({"fmt": "png", "compressionLevel": 9}, {"fmt": "webp", "quality": 100})
        results = run(pool, activation(storage, big, *slow, {"fmt": "xmp"}))
        assert time.monotonic() - started < WITHIN
        assert {results[0].error_reason, results[1].error_reason} == {"GenericError"}
        assert "did not end within 0.3 seconds" in str(results[0].error_message)
        assert results[2].error_reason is None
        wait_until(lambda: pool.health()["alive"] == 1, WITHIN, "the process is replaced")
        assert run(pool, activation(storage, b"text", {"fmt": "text"}, name="a.txt"))[0].error_reason is None


def test_a_source_that_hangs_costs_its_time_once(storage: Storage) -> None:
    """Also when several parts of it are wanted, and machine metadata."""
    noise = '<filter id="noise"><feTurbulence baseFrequency="0.05" numOctaves="1000000"/></filter>'
    bomb = svg(f'{noise}<rect width="400" height="200" filter="url(#noise)"/>')
    wanted: list[dict[str, Any]] = [
        {"fmt": "json"},
        {"fmt": "png"},
        {"fmt": "png", "crop": {"x": 1, "y": 1, "w": 4, "h": 4}},
        {"fmt": "jpeg", "crop": {"x": 2, "y": 1, "w": 4, "h": 4}},
    ]
    with running_pool(Limits(max_seconds=1)) as pool:
        results = run(pool, activation(storage, bomb, *wanted, name="a.svg"))
        assert {result.error_reason for result in results.values()} == {"GenericError"}
        assert all("did not end within 1 seconds" in str(result.error_message) for result in results.values())
        wait_until(lambda: pool.health()["alive"] == 1, WITHIN, "the process is replaced")
        assert pool.health()["restarts"] == 1


def test_what_takes_too_much_memory_fails_alone(storage: Storage) -> None:
    with running_pool(Limits(max_memory=48 * 1024 * 1024)) as pool:
        wanted = ({"fmt": "png", "width": 8000, "interlace": True}, {"fmt": "xmp"})
        results = run(
            pool, activation(storage, encoded(photo(8000, 6000), "PNG", compress_level=1), *wanted, name="a.png")
        )
        assert results[0].error_reason in {"GenericError", "SourceCorrupt"}
        assert results[1].error_reason is None
        assert run(pool, activation(storage, encoded(photo(64, 64)), *STANDARD))[0].error_reason is None


def test_uploads_need_nothing_of_the_allowed_memory(storage: Storage) -> None:
    with running_pool(Limits(max_memory=10 * 1024 * 1024)) as pool:
        results = run(
            pool, activation(storage, b"text", {"fmt": "text"}, {"fmt": "text"}, {"fmt": "xmp"}, name="a.txt")
        )
        assert {result.error_reason for result in results.values()} == {None}


def test_too_many_pixels_and_too_many_bytes(storage: Storage) -> None:
    limits = Limits(max_pixels=1000, max_source_bytes=10_000, max_output_bytes=150)
    with running_pool(limits) as pool:
        assert (
            run(pool, activation(storage, encoded(photo(100, 100)), {"fmt": "png"}))[0].error_reason
            == "SourceUnsupported"
        )
        assert run(pool, activation(storage, bytes(10_001), {"fmt": "xmp"}))[0].error_reason == "SourceUnsupported"
        assert (
            run(pool, activation(storage, encoded(photo(30, 30)), {"fmt": "tiff"}))[0].error_reason
            == "RenditionTooLarge"
        )


def test_stopping_ends_work_in_progress_and_all_processes(storage: Storage) -> None:
    pool = WorkerPool(2, Limits())
    pool.start()
    work = activation(storage, encoded(photo(64, 64)), *STANDARD)
    run(pool, work)
    pids = pool.pids()
    storage.requests.clear()
    with interrupted(storage, lambda: pool.stop(timeout=10)), pytest.raises(PoolStopped):
        run(pool, work)
    wait_until(lambda: not any(map(_runs, pids)), WITHIN, "the processes are gone")
    assert pool.health()["busy"] == 0


def test_workers_die_with_their_parent(tmp_path: Path) -> None:
    """The parent is killed, so that nobody can tell the workers."""
    import subprocess
    import sys

    program = (
        "import time; from compute.pool import WorkerPool; from compute.engine.limits import Limits\n"
        "pool = WorkerPool(1, Limits()); pool.start()\n"
        "while not pool.pids(): time.sleep(0.01)\n"
        "print(pool.pids()[0], flush=True); time.sleep(600)"
    )
    root = Path(__file__).resolve().parent.parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=root, env={**os.environ, "TMPDIR": str(tmp_path)}
    ) as parent:
        assert parent.stdout
        worker = int(parent.stdout.readline())
        assert _runs(worker)
        parent.kill()
    wait_until(lambda: not _runs(worker), WITHIN, "the worker is gone")


def test_the_folders_of_killed_servers_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / "aemulator-core-999999999-abc"
    (left / "1").mkdir(parents=True)
    with running_pool(Limits()):
        assert not left.exists()
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir()), "and its own folder goes with it"


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
