"""A batch of photographs through AEMulator, thumbor, Directus and Wagtail: assets a second from the first byte of the
first upload to the fifth rendition of the last asset, four uploads at once.

AEMulator makes its renditions by itself; the others make them when they are asked for, so they are asked for right
after each upload. `BATCH` sets the number of photographs, `PEERS_DIR` where the peers are installed.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue

import httpx
from PIL import Image

from benchmarks import photographs, pipeline, results
from benchmarks.peers import installing
from benchmarks.peers.directus import Directus
from benchmarks.peers.service import RENDITIONS, Peer
from benchmarks.peers.thumbor import Thumbor
from benchmarks.peers.wagtail import Wagtail
from benchmarks.processes import Usage

COUNT = int(os.environ.get("BATCH", pipeline.BATCH))
PEERS: tuple[type[Peer], ...] = (Thumbor, Directus, Wagtail)
TARGET = 3.0


@dataclass(frozen=True)
class Run:
    """`cpu`: seconds of the service and its children; `peak`: bytes."""

    assets: int
    seconds: float
    cpu: float
    peak: int

    @property
    def rate(self) -> float:
        return self.assets / self.seconds


def peer_run(kind: type[Peer], files: list[Path]) -> Run:
    with tempfile.TemporaryDirectory() as folder, kind(Path(folder)) as peer, Usage(peer.pid) as usage:
        with ThreadPoolExecutor(pipeline.UPLOADS_AT_ONCE) as pool:
            clients: SimpleQueue[httpx.Client] = SimpleQueue()
            for _ in range(pipeline.UPLOADS_AT_ONCE):
                clients.put(peer.client())
            _check(_asset(peer, clients, files[0]))  # everything is loaded now
            began = time.perf_counter()
            list(pool.map(lambda file: _asset(peer, clients, file), files[1:]))
            seconds = time.perf_counter() - began
        for http in _emptied(clients):
            http.close()
    return Run(len(files) - 1, seconds, usage.server_cpu + usage.children_cpu, usage.server_peak + usage.children_peak)


def own_run(files: list[Path]) -> Run:
    run = pipeline.aemulator(files[1:])
    return Run(len(files) - 1, run.seconds, run.server_cpu + run.workers_cpu, run.server_peak + run.workers_peak)


def _asset(peer: Peer, clients: "SimpleQueue[httpx.Client]", file: Path) -> list[bytes]:
    http = clients.get()
    try:
        return peer.render(http, peer.upload(http, file))
    finally:
        clients.put(http)


def _emptied(clients: "SimpleQueue[httpx.Client]") -> Iterator[httpx.Client]:
    while not clients.empty():
        yield clients.get()


def _check(made: list[bytes]) -> None:
    """They are the pictures that were asked for."""
    for content, (width, height, fmt) in zip(made, RENDITIONS, strict=True):
        with Image.open(io.BytesIO(content)) as image:
            fits = image.width <= width and image.height <= height and max(image.size) >= min(width, 1632, height) * 0.7
            assert fits, f"{image.size} for {width}×{height}"
            assert image.format == fmt.upper()


def compare(files: list[Path]) -> dict[str, Run]:
    """AEMulator before and after the others: what else the machine does meets all of them."""
    before = own_run(files)
    runs = {kind.name: peer_run(kind, files) for kind in PEERS}
    after = own_run(files)
    own = before if before.seconds >= after.seconds else after  # the worse of the two
    return {"AEMulator": own, **runs}


def main() -> None:
    for install in (installing.thumbor, installing.wagtail, installing.directus):
        install()
    ratios: dict[str, dict[str, float]] = {}
    details: dict[str, object] = {}
    rows = []
    for size, (width, height) in pipeline.SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            runs = compare(photographs.make(Path(folder), COUNT + 1, width, height))  # the first one warms up
        own = runs["AEMulator"]
        ratios[size] = {name: round(own.rate / run.rate, 2) for name, run in runs.items() if run is not own}
        details[size] = {name: asdict(run) for name, run in runs.items()}
        rows += [_row(size, name, run, own) for name, run in runs.items()]
    print(results.table(("", "assets/s", "AEMulator is", "CPU ms/asset", "peak MiB"), rows))
    print(f"\ntarget: {TARGET:g} times the best; written to {results.write('peers', ratios, details)}")
    sys.exit(0 if all(min(found.values()) >= TARGET for found in ratios.values()) else 1)


def _row(size: str, name: str, run: Run, own: Run) -> tuple[str, ...]:
    cpu = f"{run.cpu / run.assets * 1000:.0f}"
    return f"{size} {name}", f"{run.rate:.2f}", f"{own.rate / run.rate:.2f} ×", cpu, f"{run.peak / 2**20:.0f}"


if __name__ == "__main__":
    main()
