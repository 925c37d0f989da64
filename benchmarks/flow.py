"""What recording costs: the same batch of photographs through a server that records and one that does not.

Rounds alternate, so that whatever else the machine does hits both. CPU seconds per asset of the server and its workers
are compared, which a busy machine changes less than the rate; the rate is told beside them.
"""

import statistics
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
from tests.server import ServerProcess

BATCH = 60
ROUNDS = 5
WIDTH, HEIGHT = 1632, 1224
UPLOADS_AT_ONCE = 4
LONGEST = 300.0  # seconds for a batch
MOST = 0.05
VARIANTS = {"recording": "on", "not recording": "off"}


@dataclass(frozen=True)
class Run:
    """Of one batch, in seconds."""

    seconds: float
    server_cpu: float
    workers_cpu: float

    @property
    def cpu(self) -> float:
        return self.server_cpu + self.workers_cpu


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = photographs.make(Path(folder), BATCH, WIDTH, HEIGHT)
        runs = measured(files, Path(folder))
    cpu = {name: statistics.median(run.cpu for run in of) / BATCH * 1000 for name, of in runs.items()}
    rate = {name: BATCH / statistics.median(run.seconds for run in of) for name, of in runs.items()}
    more = cpu["recording"] / cpu["not recording"] - 1
    rows = [[name, f"{cpu[name]:.1f}", f"{_server(runs[name]):.1f}", f"{rate[name]:.1f}"] for name in VARIANTS]
    details = {name: [run.__dict__ for run in of] for name, of in runs.items()}
    file = results.write("flow", {"more CPU": round(more, 4)}, {"runs": details, "batch": BATCH})
    print(results.table(("", "CPU ms an asset", "of it the server", "assets/s"), rows))
    print(f"\nrecording costs {more:+.1%} CPU; target: at most {MOST:.0%}; written to {file}")
    sys.exit(0 if more <= MOST else 1)


def measured(files: list[Path], folder: Path) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in VARIANTS}
    servers = {
        name: ServerProcess(folder / f"data-{value}", environment={"AEMULATOR_FLOW_RECORD": value}).start()
        for name, value in VARIANTS.items()
    }
    try:
        for server in servers.values():
            one_batch(server, "warm-up", files[:8])
        for number in range(ROUNDS):
            order = list(servers) if number % 2 else list(reversed(servers))
            for name in order:
                runs[name].append(one_batch(servers[name], f"round-{number}", files))
    finally:
        for server in servers.values():
            server.stop()
    return runs


def one_batch(server: ServerProcess, name: str, files: list[Path]) -> Run:
    """From the first byte to the last rendition attached."""
    with photographer.client(server) as http, Usage(server.process.pid) as usage:
        began = time.perf_counter()
        folder = photographer.make_folder(http, name)
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            list(pool.map(lambda file: Upload(http, folder, file.name, file.read_bytes()).run(), files))
        wait_for_all(http, [f"{folder}/{file.name}" for file in files])
        seconds = time.perf_counter() - began
        time.sleep(1)  # what is still to be recorded is part of the costs
    return Run(seconds, usage.server_cpu, usage.children_cpu)


def wait_for_all(http: httpx.Client, paths: list[str]) -> None:
    """One after the other, so that looking costs little, and both servers the same."""
    deadline = time.monotonic() + LONGEST
    for path in paths:
        while photographer.state_of(http, path) != "processed":
            assert time.monotonic() < deadline, f"{path} is not processed"
            time.sleep(0.1)


def _server(runs: list[Run]) -> float:
    return statistics.median(run.server_cpu for run in runs) / BATCH * 1000


if __name__ == "__main__":
    main()
