"""A peer as a child process on a free port of the loopback, and the little that all of them are asked."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from benchmarks.processes import children

# File name, box, format of the set that AEM makes of every photograph.
RENDITIONS = ((2048, 2048, "jpeg"), (1280, 1280, "jpeg"), (319, 319, "png"), (140, 100, "png"), (48, 48, "png"))
QUALITY = 85
STARTS_WITHIN = 120.0  # seconds
ENDS_WITHIN = 20.0


class Peer:
    """Subclasses say how it is started, how a file is uploaded, and by which URLs its renditions are had."""

    name = ""
    ready_path = "/"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def prepare(self) -> None:
        """Before the start: databases, settings."""

    def log_in(self, http: httpx.Client) -> None:
        """Once for each client."""

    def upload(self, http: httpx.Client, file: Path) -> str:
        """What the peer calls the file."""
        raise NotImplementedError

    def rendition_url(self, identifier: str, width: int, height: int, fmt: str) -> str:
        raise NotImplementedError

    def render(self, http: httpx.Client, identifier: str) -> list[bytes]:
        """The whole set, one after the other; the uploads at once keep all processors busy."""
        answers = [http.get(self.rendition_url(identifier, *rendition)) for rendition in RENDITIONS]
        for answer in answers:
            answer.raise_for_status()
        return [answer.content for answer in answers]

    def client(self) -> httpx.Client:
        http = httpx.Client(base_url=self.url, timeout=120.0)
        self.log_in(http)
        return http

    def run(self, *command: str) -> None:
        """One of its own programs, to its end."""
        subprocess.run(
            command, cwd=self.folder, env={**os.environ, **self.environment()}, check=True, capture_output=True,
            timeout=STARTS_WITHIN,
        )  # fmt: skip

    def __enter__(self) -> Self:
        self.prepare()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, env={**os.environ, **self.environment()}, stdout=log, stderr=log
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__(None, None, None)
                raise RuntimeError(f"{self.name} did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process
        started = [self.pid, *children(self.pid)]
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid in started[1:]:
            if Path(f"/proc/{pid}").exists():
                os.kill(pid, signal.SIGKILL)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}{self.ready_path}", timeout=5.0).status_code < 500
        except httpx.TransportError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
