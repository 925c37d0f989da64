"""A corpus of damaged files through the pool: nothing hangs, every rendition has one result, nothing leaks.

Every real sample (or, without SAMPLES_DIR, files drawn here), cut off and with flipped bits. `CORPUS_SIZE` sets the
number of files (200 here; the full run has 2,000), `CORPUS_SEED` the seed.
"""

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from compute.core_worker import CoreActivation, RenditionInstructions, RenditionResult, SourceRef
from compute.engine.limits import Limits
from compute.pool import WorkerPool
from tests.compute.engine.samples import all_samples, cutout, encoded, photo
from tests.compute.engine.test_documents import archive, pdf, svg
from tests.compute.storage import Storage

SIZE = int(os.environ.get("CORPUS_SIZE", "200"))
SEED = int(os.environ.get("CORPUS_SEED", "20240229"))
PROCESSES = 2
LIMITS = Limits(max_seconds=20, max_memory=1024**3, transfer_retry_seconds=5)
REASONS = {
    None,
    "RenditionFormatUnsupported",
    "SourceUnsupported",
    "SourceFormatUnsupported",
    "SourceCorrupt",
    "RenditionTooLarge",
    "GenericError",
}
WANTED: tuple[dict[str, Any], ...] = (
    {"fmt": "png", "width": 48, "height": 48},
    {"fmt": "jpeg", "width": 1280, "height": 1280},
    {"fmt": "xmp"},
    {"fmt": "text"},
    {"fmt": "machine-metadata-json"},
)
KEPT_MEMORY = 450 * 1024 * 1024  # what a worker may hold before it is replaced, and a margin


def originals() -> list[tuple[str, bytes]]:
    drawn = [
        (f"photo.{fmt.lower()}", encoded(photo(400, 300), fmt))
        for fmt in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "BMP", "TGA", "SGI", "PPM", "JPEG2000", "ICO")
    ]
    drawn += [
        ("cutout.png", encoded(cutout(), "PNG")),
        ("progressive.jpg", encoded(photo(400, 300), progressive=True)),
        ("cmyk.jpg", encoded(photo(200, 200, "CMYK"))),
        ("page.pdf", pdf()),
        ("drawing.svg", svg()),
        ("words.docx", archive(word__document_dot_xml="<w>" + "words " * 200 + "</w>", thumb=encoded(photo(64, 64)))),
        ("plain.txt", b"plain text\n" * 50),
    ]
    samples = [(path.name, path.read_bytes()) for path in all_samples() if path.is_file()]
    return drawn + [(name, content) for name, content in samples if content]


def damaged(content: bytes, random_: random.Random) -> bytes:
    """Cut off somewhere, or with some bits flipped, more often near the start, where the headers are."""
    if random_.random() < 0.33:
        return content[: random_.randrange(1, len(content))]
    changed = bytearray(content)
    reach = len(changed) if random_.random() < 0.5 else min(len(changed), 2048)
    for _ in range(random_.choice((1, 4, 16, 128))):
        changed[random_.randrange(reach)] ^= 1 << random_.randrange(8)
    return bytes(changed)


class Corpus:
    """Runs damaged files through a pool and keeps what came of them."""

    def __init__(self, pool: WorkerPool, storage: Storage) -> None:
        self._pool = pool
        self._storage = storage
        self._originals = originals()
        self.reasons: Counter[str | None] = Counter()
        self.slowest = 0.0

    def run(self, number: int) -> None:
        name, content = self._originals[number % len(self._originals)]
        changed = damaged(content, random.Random(SEED + number))
        path = f"/{number}/{name}"
        source = SourceRef(self._storage.source(path, changed), name)
        entries = tuple(
            RenditionInstructions(index, {**raw, "target": self._storage.target(f"{number}-{index}")})
            for index, raw in enumerate(WANTED)
        )
        results: list[RenditionResult] = []
        started = time.monotonic()
        self._pool.run(CoreActivation(str(number), source, entries), results.append)
        self.slowest = max(self.slowest, time.monotonic() - started)
        assert sorted(result.index for result in results) == list(range(len(WANTED))), f"{name}, seed {SEED + number}"
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
            corpus = Corpus(pool, storage)
            list(threads.map(corpus.run, range(SIZE)))
        assert set(corpus.reasons) <= REASONS
        assert corpus.reasons[None] > SIZE, "most files have metadata, and many survive what was done to them"
        assert corpus.reasons["SourceCorrupt"] > SIZE / 4
        assert corpus.slowest < 2 * LIMITS.max_seconds
        pids = pool.pids()
        assert len(pids) == PROCESSES
        assert _children() >= set(pids)
        assert all(_resident(pid) < KEPT_MEMORY for pid in pids)
        assert pool.health()["busy"] == 0
    finally:
        pool.stop(timeout=10)
    assert not _children() & set(pids)


def _children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()} | {
        int(pid)
        for task in Path(f"/proc/{os.getpid()}/task").iterdir()
        for pid in (task / "children").read_text().split()
    }


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
