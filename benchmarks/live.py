"""Live pages under load: many sockets watch while a batch of assets is processed.

For each change of the tree and each socket: the time from the change's row (written just before its commit) to the
first message whose number covers it. One socket is cut in the middle and comes back: what it is told then, and the
fragment it asks for, must cover all that it missed.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import results
from tests import photographer
from tests.photographer import Upload
from tests.server import ADMIN, ServerProcess

CLIENTS = int(os.environ.get("CLIENTS", "200"))
ASSETS = int(os.environ.get("ASSETS", "500"))
UPLOADS_AT_ONCE = 4
LONGEST = 600.0  # seconds until every asset is processed
AWAY = 2.0  # seconds that the socket which is cut stays away
SETTLE = 10.0  # seconds in which the last message must have reached everybody
TARGET_P95 = 0.25  # seconds
FOLDER = "live-benchmark"


@dataclass
class Watcher:
    """A socket: (arrival in epoch seconds, number) of each message."""

    heard: list[tuple[float, int]] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.heard[-1][1] if self.heard else 0

    async def listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            self.heard.append((time.time(), int(orjson.loads(text)["seq"])))


@dataclass(frozen=True)
class Measured:
    latencies: list[float]
    changes: int
    behind: int
    caught_up: bool
    seconds: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder) / "data") as server:
        measured = asyncio.run(_measure(server))
    ordered = sorted(measured.latencies)
    p50, p95, longest = (ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.95, 1.0))
    head = ["sockets", "assets", "changes", "seconds", "p50 ms", "p95 ms", "longest ms", "behind", "caught up"]
    row = [str(CLIENTS), str(ASSETS), str(measured.changes), f"{measured.seconds:.1f}"]
    row += [f"{value * 1000:.0f}" for value in (p50, p95, longest)]
    row += [str(measured.behind), "yes" if measured.caught_up else "NO"]
    print(results.table(head, [row]))
    details = {"p50": p50, "p95": p95, "longest": longest, "behind": measured.behind, "changes": measured.changes}
    file = results.write("live", {"p95 to target": round(p95 / TARGET_P95, 3)}, {**details, "clients": CLIENTS})
    print(f"\ntarget: p95 below {TARGET_P95 * 1000:.0f} ms, nobody behind; written to {file}")
    sys.exit(0 if p95 < TARGET_P95 and not measured.behind and measured.caught_up else 1)


async def _measure(server: ServerProcess) -> Measured:
    cookie = _sign_in(server)
    address = f"{server.url.replace('http', 'ws', 1)}/_aemulator/live"
    watchers = [Watcher() for _ in range(CLIENTS)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_watch(address, cookie, watcher)) for watcher in watchers]
        await _until(lambda: all(watcher.heard for watcher in watchers), LONGEST)
        first = max(watcher.last for watcher in watchers)
        leaver = group.create_task(_leave_and_return(server, address, cookie))
        started = time.monotonic()
        await asyncio.to_thread(_process, server)
        seconds = time.monotonic() - started
        rows = [row for row in await asyncio.to_thread(_changes, server) if row[0] > first]
        last = rows[-1][0]
        await _until(lambda: all(watcher.last >= last for watcher in watchers), SETTLE)
        caught_up = await leaver
        for task in tasks:
            task.cancel()
    latencies = [latency for watcher in watchers for latency in _latencies(watcher, rows)]
    behind = sum(watcher.last < last for watcher in watchers)
    return Measured(latencies, len(rows), behind, caught_up, seconds)


async def _watch(address: str, cookie: str, watcher: Watcher) -> None:
    async with connect(address, additional_headers={"Cookie": cookie}) as socket:
        await watcher.listen(socket)


async def _leave_and_return(server: ServerProcess, address: str, cookie: str) -> bool:
    """Whether a page that was away knows everything after one message and one fragment."""
    watcher = Watcher()
    async with connect(address, additional_headers={"Cookie": cookie}) as socket:
        task = asyncio.create_task(watcher.listen(socket))
        await asyncio.sleep(AWAY)
        task.cancel()
    known = watcher.last
    await asyncio.sleep(AWAY)
    async with connect(address, additional_headers={"Cookie": cookie}) as socket:
        told = int(orjson.loads(await socket.recv())["seq"])
    async with httpx.AsyncClient(base_url=server.url, auth=ADMIN, timeout=30) as client:
        answer = await client.get(f"/assets.live.html/content/dam/{FOLDER}?since={known}")
    changed = await asyncio.to_thread(_new_assets, server, known, told)
    return told > known and all(f'data-path="{path}"' in answer.text for path in changed)


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110  (many sockets, no one event)
        await asyncio.sleep(0.05)


def _process(server: ServerProcess) -> None:
    with photographer.client(server) as http:
        folder = photographer.make_folder(http, FOLDER)
        uploads = [Upload(http, folder, f"{n:04}.jpg", photographer.photo(n, 320, 240)) for n in range(ASSETS)]
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            paths = list(pool.map(Upload.run, uploads))
        photographer.wait_processed(http, paths, LONGEST)


def _sign_in(server: ServerProcess) -> str:
    with httpx.Client(base_url=server.url) as client:
        form = {"j_username": ADMIN[0], "j_password": ADMIN[1]}
        client.post("/libs/granite/core/content/login.html/j_security_check", data=form)
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _changes(server: ServerProcess) -> list[tuple[int, float]]:
    """(number, epoch seconds) of every change, in order."""
    found = _rows(server, "SELECT seq, at FROM repository_change ORDER BY seq", ())
    return [(seq, datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()) for seq, at in found]


def _new_assets(server: ServerProcess, after: int, upto: int) -> set[str]:
    """The assets that came between two numbers."""
    query = "SELECT path FROM repository_change WHERE seq > ? AND seq <= ? AND kind = 'created' AND path LIKE ?"
    found = _rows(server, query, (after, upto, f"/content/dam/{FOLDER}/%.jpg"))
    return {path for (path,) in found}


def _rows(server: ServerProcess, query: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(server.data_dir / "aemulator.sqlite3", timeout=30)) as database:
        return database.execute(query, parameters).fetchall()


def _latencies(watcher: Watcher, rows: list[tuple[int, float]]) -> list[float]:
    """Of each change: until the first message that covers it."""
    found, place = [], 0
    for seq, at in rows:
        while place < len(watcher.heard) and watcher.heard[place][1] < seq:
            place += 1
        if place == len(watcher.heard):
            break
        found.append(max(0.0, watcher.heard[place][0] - at))
    return found


if __name__ == "__main__":
    main()
