"""Blob servers on free ports: the embedded store in a process or a thread of its own, and Azurite."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from azure.storage.blob import BlobServiceClient

from blobstore.asgi import BlobApplication, create_app
from config.large_bodies import LargeBodyProtocol
from tests.blobstore.account import ACCOUNT, KEY, config
from tests.server import ROOT, wait_until

NPM = ROOT / "tests" / "npm"
AZURITE = NPM / "node_modules" / ".bin" / "azurite-blob"
READY_WITHIN = 60.0


@dataclass
class BlobServer:
    """A running server. `kind` is `embedded` or `azurite`; `app` is the application where it runs in this process,
    `pid` the process where it has one of its own."""

    kind: str
    port: int
    pid: int = 0
    app: BlobApplication | None = None

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/{ACCOUNT}"

    def service(self, credential: str | None = KEY) -> BlobServiceClient:
        return BlobServiceClient(self.url, credential=credential, retry_total=0)


def bound_socket() -> socket.socket:
    own = socket.socket()
    own.bind(("127.0.0.1", 0))
    return own


@contextmanager
def embedded(directory: Path, **more: object) -> Iterator[BlobServer]:
    """The store under uvicorn in a thread."""
    app = create_app(config(directory, **more))
    server = uvicorn.Server(uvicorn.Config(app, http=LargeBodyProtocol, log_config=None, lifespan="on"))
    with bound_socket() as own:
        port = own.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [own]})
        thread.start()
        try:
            wait_until(lambda: server.started, READY_WITHIN, "uvicorn started")
            yield BlobServer("embedded", port, app=app)
        finally:
            server.should_exit = True
            thread.join()


class StoreProcess:
    """The store under uvicorn in a process of its own, to be measured and killed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.server = BlobServer("embedded", 0)

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> "StoreProcess":
        with bound_socket() as own:
            own.listen()
            own.set_inheritable(True)
            command = [sys.executable, "-m", "tests.blobstore.serve", str(self.directory), str(own.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[own.fileno()])
            self.server = BlobServer("embedded", own.getsockname()[1], self._process.pid)
        wait_until(lambda: _answers(self.server.url), READY_WITHIN, "the store answers")
        return self

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> "StoreProcess":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None


@contextmanager
def azurite(folder: Path) -> Iterator[BlobServer]:
    """Azurite's blob service, from npm."""
    install_azurite()
    with bound_socket() as own:
        port = own.getsockname()[1]
    command = [str(AZURITE), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    command += ["--silent", "--skipApiVersionCheck", "--disableTelemetry", "--disableProductStyleUrl"]
    with (folder / "azurite.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/{ACCOUNT}"), READY_WITHIN, "Azurite answers")
        yield BlobServer("azurite", port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def install_azurite() -> None:
    """`npm ci` where nobody did it yet; test processes take turns."""
    with (NPM / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not AZURITE.exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=NPM, check=True)


def memory(pid: int) -> int:
    """Resident memory of a process in bytes, without what it shares with files."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
    return int(line.split()[1]) * 1024


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, params={"comp": "list"}, timeout=5).status_code == 403
    except httpx.TransportError:
        return False


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
