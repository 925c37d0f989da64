"""The embedded blob store beside Azurite: PUT, Put Block and GET of small, medium and large blobs by signed URLs.

Both servers run at once and are measured in turns, so that what else the machine does meets both. Rates of large blobs
are the disk's as much as a server's; the processor time of a request is the server's own. Both sync the bytes before
they answer, the store also the rows. The clients are bare sockets: they cost little beside a server.
"""

import multiprocessing as mp
import os
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
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


Done = tuple[int, float]  # requests, and the seconds that they took
VERBS = ("PUT", "BLOCK", "GET")  # in this order: what is read was put before


@dataclass(frozen=True)
class Measured:
    """Requests a second, and seconds of processor time that each cost the server."""

    rate: float
    cpu: float


def main() -> None:
    token = account_token("rwdlc", expiry="2099-01-01T00:00:00Z")
    found: dict[str, dict[str, Measured]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        azurite(_made(folder, "azurite")) as other,
        StoreProcess(Path(folder) / "store") as process,
    ):
        for server in (other, process.server):
            server.service().create_container(CONTAINER)
        for load in LOADS:
            for verb in VERBS:
                found[f"{verb} {load.name}"] = _in_turns(verb, load, [process.server, other], token)
    _report(found)


def _made(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


def _in_turns(verb: str, load: Load, servers: list[BlobServer], token: str) -> dict[str, Measured]:
    """The median round of each server."""
    found: dict[str, list[Measured]] = {server.kind: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            found[server.kind].append(_round(verb, load, server, token))
    return {
        kind: Measured(statistics.median(one.rate for one in rounds), statistics.median(one.cpu for one in rounds))
        for kind, rounds in found.items()
    }


def _round(verb: str, load: Load, server: BlobServer, token: str) -> Measured:
    queue: Queue[Done] = mp.Queue()
    arguments = [(verb, load, server, token, number, queue) for number in range(load.connections)]
    clients = [mp.Process(target=_client, args=one) for one in arguments]
    before = cpu_seconds(server.pid)
    for client in clients:
        client.start()
    done = [queue.get(timeout=120) for _ in clients]
    for client in clients:
        client.join()
    used = cpu_seconds(server.pid) - before
    return Measured(sum(count / seconds for count, seconds in done), used / max(sum(count for count, _ in done), 1))


def _client(verb: str, load: Load, server: BlobServer, token: str, number: int, queue: "Queue[Done]") -> None:  # noqa: PLR0917
    """One connection for `SECONDS`; how many requests, and their seconds, go into `queue`: none if one was refused."""
    body = os.urandom(load.size)
    done = 0
    with socket.create_connection(("127.0.0.1", server.port)) as own:
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = time.perf_counter()
        while (now := time.perf_counter()) - start < SECONDS or done < load.kept:
            name = f"{load.size}-{number}-{done % (load.kept if verb == 'GET' else 1000)}"
            head = _head(verb, load, server, name, token)
            if not _exchange(own, head, b"" if verb == "GET" else body):
                done = 0
                break
            done += 1
    queue.put((done, now - start))


def _head(verb: str, load: Load, server: BlobServer, name: str, token: str) -> bytes:
    """PUT makes a whole blob, whose MD5 is computed and returned; BLOCK stages a part of one, as AEM's clients do."""
    method, length = ("GET", 0) if verb == "GET" else ("PUT", load.size)
    query = f"{token}&comp=block&blockid=AAAA" if verb == "BLOCK" else token
    return (
        f"{method} /devstoreaccount1/{CONTAINER}/{name}?{query} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
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


def _report(found: dict[str, dict[str, Measured]]) -> None:
    ratios, rows, missed = {}, [], 0
    targets = {f"PUT {load.name}": load.put_target for load in LOADS}
    targets |= {f"GET {load.name}": load.get_target for load in LOADS if load.get_target}
    for name, by_kind in found.items():
        own, other = by_kind["embedded"], by_kind["azurite"]
        ratios[name] = round(own.rate / other.rate, 2) if other.rate else 0.0
        target = targets.get(name)
        missed += target is not None and ratios[name] < target
        rates = (f"{own.rate:.0f}", f"{other.rate:.0f}", f"{ratios[name]:.2f}", f"{target or ''}")
        rows.append((name, *rates, f"{own.cpu * 1000:.2f}", f"{other.cpu * 1000:.2f}", f"{other.cpu / own.cpu:.2f}"))
    print(results.table(_HEAD, rows))
    details: dict[str, object] = {
        name: {kind: asdict(one) for kind, one in by_kind.items()} for name, by_kind in found.items()
    }
    print(f"\nwritten to {results.write('blob', ratios, details)}")
    sys.exit(1 if missed else 0)


_HEAD = ("", "store /s", "Azurite /s", "ratio", "target", "CPU ms: store", "Azurite", "ratio")


if __name__ == "__main__":
    main()
