"""A corpus of damaged files through the pool: nothing hangs, every rendition has one result, nothing leaks."""

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from compute.core_worker import CoreActivation, RenditionInstructions, RenditionResult, SourceRef
from compute.engine.limits import Limits
from compute.pool import KEPT_MEMORY, WorkerPool
from tests.compute.corpus import REASONS, WANTED, Corpus, resident, size
from tests.compute.storage import Storage
from tests.server import children

SIZE = size(default=1000)
PROCESSES = 2
LIMITS = Limits(max_seconds=20, max_memory=1024**3, transfer_retry_seconds=5)
MARGIN = 50 * 1024 * 1024  # bytes: what a process needs when idle


class Run:
    """Files through a pool, and what came of them."""

    def __init__(self, pool: WorkerPool, storage: Storage) -> None:
        self._pool = pool
        self._storage = storage
        self._corpus = Corpus()
        self.reasons: Counter[str | None] = Counter()
        self.slowest = 0.0

    def file(self, number: int) -> None:
        name, content = self._corpus.file(number)
        path = f"/{number}/{name}"
        source = SourceRef(self._storage.source(path, content), name)
        entries = tuple(
            RenditionInstructions(index, {**raw, "target": self._storage.target(f"{number}-{index}")})
            for index, raw in enumerate(WANTED)
        )
        results: list[RenditionResult] = []
        started = time.monotonic()
        self._pool.run(CoreActivation(str(number), source, entries), results.append)
        self.slowest = max(self.slowest, time.monotonic() - started)
        assert sorted(result.index for result in results) == list(range(len(WANTED))), f"{name}, file {number}"
        for result in results:
            self.reasons[result.error_reason] += 1
            assert (result.error_reason is None) == (result.metadata is not None)
            assert "/aemulator-core-" not in (result.error_message or ""), "no path of ours goes out"
        del self._storage.sources[path]
        self._storage.blocks.clear()
        self._storage.requests.clear()


@pytest.mark.timeout(3600)
def test_damaged_files_end_with_a_result_and_leave_nothing_behind() -> None:
    pool = WorkerPool(PROCESSES, LIMITS)
    pool.start()
    try:
        with Storage() as storage, ThreadPoolExecutor(PROCESSES) as threads:
            run = Run(pool, storage)
            list(threads.map(run.file, range(SIZE)))
        assert set(run.reasons) <= REASONS
        assert run.reasons[None] > SIZE, "most files have metadata, and many survive what was done to them"
        assert run.reasons["SourceCorrupt"] > SIZE / 4
        assert run.slowest < 2 * LIMITS.max_seconds
        pids = pool.pids()
        assert len(pids) == PROCESSES
        assert children(os.getpid()) >= set(pids)
        assert all(resident(pid) < KEPT_MEMORY + MARGIN for pid in pids)
        assert pool.health()["busy"] == 0
    finally:
        pool.stop(timeout=10)
    assert not children(os.getpid()) & set(pids)
