"""The embedded blob store beside Azurite: PUT and GET of small, medium and large blobs by signed URLs.

Both servers run at once and are measured in turns, so that what else the machine does meets both. The store syncs every
blob to the disk before it answers; Azurite does not. The clients are bare sockets: they cost little beside a server.
"""

import multiprocessing as mp
import os
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path

from benchmarks import results
from benchmarks.processes import cpu_seconds
from tests.blobstore.servers import BlobServer, StoreProcess, azurite
from tests.blobstore.signing import account_token

CONTAINER = "bench"
ROUNDS = 3
SECONDS = 2.0  # of each measurement
PIECE = 1024 * 1024


@dataclass(frozen=True)
class Load:
    """What is asked for: blobs of `size` bytes over `connections` at once. `kept` blobs are read again and again."""

    name: str
    size: int
    connections: int
    kept: int
    put_target: float
    get_target: float | None


LOADS = [
    Load("10 kB", 10_000, 8, 16, 6.0, 3.0),
    Load("1 MB", 1_000_000, 8, 4, 4.0, None),
    Load("64 MB", 64_000_000, 2, 1, 2.5, None),
]


def main() -> None:
    token = account_token("rwdlc", expiry="2099-01-01T00:00:00Z")
    rates: dict[str, dict[str, list[float]]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        azurite(_made(folder, "azurite")) as other,
        StoreProcess(Path(folder) / "store") as process,
    ):
        for server in (other, process.server):
            server.service().create_container(CONTAINER)
        before = cpu_seconds(process.pid)
        for load in LOADS:
            for verb in ("PUT", "GET"):
                rates[f"{verb} {load.name}"] = _in_turns(verb, load, [process.server, other], token)
        cpu = cpu_seconds(process.pid) - before
    _report(rates, cpu)


def _made(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


def _in_turns(verb: str, load: Load, servers: list[BlobServer], token: str) -> dict[str, list[float]]:
    """Requests a second of each server, round by round."""
    found: dict[str, list[float]] = {server.kind: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            found[server.kind].append(_rate(verb, load, server, token))
    return found


def _rate(verb: str, load: Load, server: BlobServer, token: str) -> float:
    queue: Queue[float] = mp.Queue()
    arguments = [(verb, load, server, token, number, queue) for number in range(load.connections)]
    clients = [mp.Process(target=_client, args=one) for one in arguments]
    for client in clients:
        client.start()
    total = sum(queue.get(timeout=120) for _ in clients)
    for client in clients:
        client.join()
    return total


def _client(verb: str, load: Load, server: BlobServer, token: str, number: int, queue: "Queue[float]") -> None:  # noqa: PLR0917
    """One connection for `SECONDS`; its requests a second go into `queue`, 0 where one was refused."""
    body = os.urandom(load.size)
    done, rate = 0, 0.0
    with socket.create_connection(("127.0.0.1", server.port)) as own:
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        names = [f"{load.size}-{number}-{count}" for count in range(load.kept)]
        for name in names:
            _exchange(own, _head("PUT", load, server, name, token), body)
        start = time.perf_counter()
        while (now := time.perf_counter()) - start < SECONDS or not done:
            name = names[done % load.kept] if verb == "GET" else f"{load.size}-{number}-{done % 1000}"
            head = _head(verb, load, server, name, token)
            if not _exchange(own, head, body if verb == "PUT" else b""):
                break
            done += 1
        else:
            rate = done / (now - start)
    queue.put(rate)


def _head(verb: str, load: Load, server: BlobServer, name: str, token: str) -> bytes:
    length = load.size if verb == "PUT" else 0
    return (
        f"{verb} /devstoreaccount1/{CONTAINER}/{name}?{token} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"x-ms-version: 2021-12-02\r\nx-ms-blob-type: BlockBlob\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def _exchange(own: socket.socket, head: bytes, body: bytes) -> bool:
    """Send a request and read its whole answer; whether it was 200 or 201."""
    if len(body) < PIECE:
        own.sendall(head + body)
    else:
        own.sendall(head)
        own.sendall(body)
    received = b""
    while b"\r\n\r\n" not in received:
        received += own.recv(65536)
    answer, _, rest = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    buffer = bytearray(PIECE)
    got = len(rest)
    while got < length:
        got += own.recv_into(buffer)
    return answer.split(b" ", 2)[1] in (b"200", b"201")


def _report(rates: dict[str, dict[str, list[float]]], cpu: float) -> None:
    ratios, rows, missed = {}, [], 0
    targets = {f"PUT {load.name}": load.put_target for load in LOADS}
    targets |= {f"GET {load.name}": load.get_target for load in LOADS if load.get_target}
    sizes = {load.name: load.size for load in LOADS}
    for name, found in rates.items():
        own, other = (statistics.median(found[kind]) for kind in ("embedded", "azurite"))
        ratios[name] = round(own / other, 2)
        target = targets.get(name)
        missed += target is not None and ratios[name] < target
        megabytes = own * sizes[name.split(" ", 1)[1]] / 1e6
        rows.append((name, f"{own:.0f}", f"{megabytes:.0f}", f"{other:.0f}", f"{ratios[name]:.2f}", f"{target or ''}"))
    print(results.table(("", "store /s", "store MB/s", "Azurite /s", "ratio", "target"), rows))
    details: dict[str, object] = {"rates": rates, "store_cpu_seconds": cpu}
    print(f"\nwritten to {results.write('blob', ratios, details)}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
