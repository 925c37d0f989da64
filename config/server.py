"""One process, one event loop: HTTP and HTTPS servers, the boxes' loops, and a stop that takes at most five seconds."""

import asyncio
import contextlib
import gc
import json
import logging
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
import uvloop
from django.conf import settings
from django.urls import get_resolver

from config import certificates, client_environment, database
from config.demo import upload
from config.large_bodies import LargeBodyProtocol
from config.launch import ServeOptions
from config.served import Served
from processors import processors

KEEP_ALIVE = 120  # seconds; longer than any client's own idle limit, so that it is the client that closes
GRACE = 1  # second for requests that are under way when the server stops
LAST_RESORT = 4.0  # seconds after the signal; then the process ends, whatever is still under way
SOCKET_MESSAGE_LIMIT = 1024 * 1024
YOUNG_OBJECTS = 20_000
"""Allocations between two looks for garbage in cycles. A request makes many objects that all go with it: at Python's
700, looking for cycles among them was a twentieth of the processor time of an upload."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    where: Served
    plain: socket.socket
    secure: socket.socket
    root: Path
    options: ServeOptions


class QuietServer(uvicorn.Server):
    """Signals are for the process, not for one of its two servers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().call_later(GRACE, self._abort_connections)
        await super().shutdown(sockets)

    def _abort_connections(self) -> None:
        """A request that still waits for its body, in a thread perhaps, ends when its connection is gone."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(start: Start) -> int:
    database.prepare()
    pem = certificates.server_file(start.root / "secrets", start.where.host)
    start.where.remember(start.root)
    get_resolver().url_patterns  # noqa: B018  (loads the views now, rather than with the first request)
    block = client_environment.variables()  # the access token comes from the database: before the event loop runs
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(start, pem, block))
    database.close()
    return 0


async def _serve(start: Start, pem: Path, block: dict[str, str]) -> None:
    from config import asgi, lifespan

    stop = _stop_event(start)
    if settings.GATHER_THREADS and processors.gather():
        lifespan.server_loops["choose-processor"] = processors.stay_or_leave
    await lifespan.start()
    servers = [QuietServer(_config(asgi.application)), QuietServer(_config(asgi.application, pem))]
    sockets = (start.plain, start.secure)
    running = [asyncio.create_task(server.serve([sock])) for server, sock in zip(servers, sockets, strict=True)]
    try:
        for server in servers:
            await server.accepting.wait()
        _begin_to_collect_garbage()
        _announce(start, block)
        demo = asyncio.create_task(_fill(start, block["AEMULATOR_ACCESS_TOKEN"]))
        await stop.wait()
        demo.cancel()
    finally:
        for server in servers:
            server.should_exit = True
        await lifespan.supervisor.stop(lifespan.STOP_LOOPS_WITHIN)
        await asyncio.gather(*running, return_exceptions=True)
        await lifespan.stop()


def _begin_to_collect_garbage() -> None:
    """From now on, and only of what is made from now on: modules, models and views stay until the end."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    gc.enable()


def _config(application: object, pem: Path | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        application,  # type: ignore[arg-type]
        loop="none",
        http=LargeBodyProtocol,
        ws="websockets-sansio",
        ws_max_size=SOCKET_MESSAGE_LIMIT,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=2 * GRACE,
        ssl_certfile=pem,
    )


def _stop_event(start: Start) -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM; from then on the process has only so long to end."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if not stop.is_set():
            last_resort = threading.Timer(LAST_RESORT, _end_now, [start])
            last_resort.daemon = True
            last_resort.start()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    if start.options.until_stdin_ends:
        _watch_stdin(on_signal)
    return stop


def _watch_stdin(on_end: Callable[[], None]) -> None:
    """Whoever started the server holds the other end, and lets go of it also when it is killed."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        for _ in iter(lambda: os.read(0, 4096), b""):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended before
            loop.call_soon_threadsafe(on_end)

    threading.Thread(target=read, name="stdin", daemon=True).start()


def _end_now(start: Start) -> None:
    # A thread that waits on a client cannot be interrupted; everything acknowledged is on disk.
    if start.options.ephemeral:
        shutil.rmtree(start.root, ignore_errors=True)
    os._exit(0)


async def _fill(start: Start, token: str) -> None:
    if start.options.demo:
        await upload.fill_once(start.root, settings.AEMULATOR_URL, token)


def _announce(start: Start, block: dict[str, str]) -> None:
    password = "the one in AEMULATOR_ADMIN_PASSWORD" if os.environ.get("AEMULATOR_ADMIN_PASSWORD") else "admin"
    sys.stdout.write(
        f"\nAEMulator runs at {settings.AEMULATOR_URL}\n"
        f"             and {settings.AEMULATOR_HTTPS_URL}\n"
        f"Login: admin / {password}\n"
        f"Data:  {start.root}{' (removed at the end)' if start.options.ephemeral else ''}\n\n"
        f"Environment for Adobe's clients (again: manage.py env):\n\n{client_environment.for_shell(block)}\n"
        "Ctrl-C stops it.\n"
    )
    sys.stdout.flush()
    if start.options.ready_file:
        _write_ready(start, start.options.ready_file)


def _write_ready(start: Start, file: Path) -> None:
    facts = {
        "url": settings.AEMULATOR_URL,
        "https_url": settings.AEMULATOR_HTTPS_URL,
        "pid": os.getpid(),
        "data_dir": str(start.root),
    }
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(json.dumps(facts))
    partial.replace(file)
