"""What the seven steps cost: a batch of photographs through AEMulator, and through the bare engine beside it.

From the first byte sent to the last rendition attached, four uploads at once. The bare engine runs before and after;
the ratio is AEMulator's rate over the mean of the two.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import photographs, results
from benchmarks.processes import Usage
from tests import photographer
from tests.photographer import Upload
from tests.server import ADMIN, ServerProcess

SIZES = {"2 MP": (1632, 1224), "12 MP": (4000, 3000)}
BATCH = 100
UPLOADS_AT_ONCE = 4
TARGET = 0.6
LOOK_EVERY = 0.1  # seconds between two looks at the asset that is waited for: looking is work for the server, too
LONGEST = 600.0  # seconds for a batch


@dataclass(frozen=True)
class Run:
    """Of one batch: seconds, CPU seconds, bytes."""

    seconds: float
    server_cpu: float
    workers_cpu: float
    client_cpu: float
    server_peak: int
    workers_peak: int


@dataclass(frozen=True)
class Bare:
    seconds: float
    cpu: float
    peak: int


def main() -> None:
    ratios: dict[str, float] = {}
    details: dict[str, object] = {}
    rows = []
    for name, (width, height) in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            files = photographs.make(Path(folder), BATCH, width, height)
            before = bare_engine(files)
            run = aemulator(files)
            after = bare_engine(files)
        bare_seconds = (before.seconds + after.seconds) / 2
        ratios[name] = round(bare_seconds / run.seconds, 3)
        rows.append(_row(name, run, before, bare_seconds))
        details[name] = {"aemulator": run.__dict__, "bare": [before.__dict__, after.__dict__], "batch": BATCH}
    file = results.write("pipeline", ratios, details)
    print(results.table(_HEAD, rows))
    print(f"\ntarget: at least {TARGET} of the bare engine's rate; written to {file}")
    sys.exit(0 if min(ratios.values()) >= TARGET else 1)


def bare_engine(files: list[Path]) -> Bare:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "benchmarks.bare_engine", out, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Bare(**json.loads(done.stdout))


def aemulator(files: list[Path]) -> Run:
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(Path(folder) / "data") as server,
        photographer.client(server) as http,
    ):
        _warm_up(http)
        before = _own_cpu()
        with Usage(server.process.pid) as usage:
            began = time.perf_counter()
            _upload_all(server, photographer.make_folder(http, "batch"), files)
            _wait_for_all(http, [f"/content/dam/batch/{file.name}" for file in files])
            seconds = time.perf_counter() - began
        client = _own_cpu() - before
    return Run(seconds, usage.server_cpu, usage.children_cpu, client, usage.server_peak, usage.children_peak)


def _warm_up(http: httpx.Client) -> None:
    """One asset, so that every connection is open and the workers are loaded."""
    path = Upload(http, photographer.make_folder(http, "warm-up"), "photo.jpg", photographer.photo(1)).run()
    photographer.wait_processed(http, [path], LONGEST)


def _upload_all(server: ServerProcess, folder: str, files: list[Path]) -> None:
    with photographer.client(server) as http, ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        list(pool.map(lambda file: Upload(http, folder, file.name, file.read_bytes()).run(), files))


def _wait_for_all(http: httpx.Client, paths: list[str]) -> None:
    """One after the other, so that looking costs little."""
    deadline = time.monotonic() + LONGEST
    for path in paths:
        while (state := photographer.state_of(http, path)) != "processed":
            assert time.monotonic() < deadline, f"{path} is {state}"
            time.sleep(LOOK_EVERY)
        _check_renditions(http, path)


def _check_renditions(http: httpx.Client, path: str) -> None:
    answer = http.head(f"{path}/jcr:content/renditions/cq5dam.zoom.2048.2048.jpeg", auth=ADMIN)
    assert answer.status_code == 200, path


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


_HEAD = (
    "batch",
    "assets/s",
    "bare/s",
    "ratio",
    "CPU ms: server",
    "workers",
    "client",
    "bare",
    "peak MiB: server",
    "workers",
    "bare",
)


def _row(name: str, run: Run, bare: Bare, bare_seconds: float) -> list[str]:
    cpu = (run.server_cpu, run.workers_cpu, run.client_cpu, bare.cpu)
    peak = (run.server_peak, run.workers_peak, bare.peak)
    return [
        name,
        f"{BATCH / run.seconds:.1f}",
        f"{BATCH / bare_seconds:.1f}",
        f"{bare_seconds / run.seconds:.2f}",
        *(f"{seconds / BATCH * 1000:.0f}" for seconds in cpu),
        *(f"{size / 2**20:.0f}" for size in peak),
    ]


if __name__ == "__main__":
    main()
