"""A real server process for tests: `manage.py serve` on free ports, with a data directory of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.1  # seconds
READY_WITHIN = 60.0  # seconds; generous, since other tests may load the machine
ADMIN = ("admin", "admin")

T = TypeVar("T")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what a developer's shell or another test configured."""
    kept = {name: value for name, value in os.environ.items() if not _is_configuration(name)}
    return kept | {"PYTHONUNBUFFERED": "1"} | more


def _is_configuration(name: str) -> bool:
    return name.startswith("AEMULATOR_") or name in {
        "DJANGO_SETTINGS_MODULE",  # the test process's own (tests.settings)
        "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_STORAGE_ACCOUNT",
        "AZURE_STORAGE_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "DRAMATIQ_BROKER_URL",
        "NODE_OPTIONS",
        "NODE_EXTRA_CA_CERTS",
        "PYTHONDONTWRITEBYTECODE",  # every server would compile all of our modules
    }


def wait_until(condition: Callable[[], T], within: float, what: str) -> T:
    """The first truthy answer of `condition`, asked again and again for at most `within` seconds."""
    deadline, pause = time.monotonic() + within, FIRST_PAUSE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 1.2)  # who asks takes processor time from what is waited for
    return found


class ServerProcess:
    """`manage.py serve` as a child process. `start` returns when it is ready; a context manager stops it.

    `data_dir` survives `stop` and `kill`: start another on it to see what a restart finds.
    """

    def __init__(
        self, data_dir: Path, *options: str, demo: bool = False, environment: dict[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir
        self.log = data_dir.with_name(f"{data_dir.name}.log")
        self._ready_file = data_dir.with_name(f"{data_dir.name}.ready.json")
        self._options = options if demo else ("--no-demo", *options)
        self._environment = clean_environment(**(environment or {}))
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.https_url = ""

    def start(self) -> Self:
        self._ready_file.unlink(missing_ok=True)
        command = [sys.executable, "manage.py", "serve", "--port", "0", "--https-port", "0"]
        command += ["--data-dir", str(self.data_dir), "--ready-file", str(self._ready_file), *self._options]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(self._is_ready, READY_WITHIN, "the server is ready")
        facts = json.loads(self._ready_file.read_text())
        self.url, self.https_url = facts["url"], facts["https_url"]
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process, "the server was not started"
        return self._process

    @property
    def ca_file(self) -> Path:
        return self.data_dir / "secrets" / "ca.pem"

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def client(self, **options: Any) -> httpx.Client:
        """A client that is logged in as the administrator."""
        return httpx.Client(base_url=self.url, auth=ADMIN, timeout=30.0, **options)

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; its exit code."""
        return self._end(signal.SIGINT)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self if self._process else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process and self._process.poll() is None:
            self.stop()

    def _is_ready(self) -> bool:
        code = self.process.poll()
        assert code is None, f"the server ended with {code}:\n{self.output()}"
        return self._ready_file.exists()

    def _end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def children(pid: int) -> set[int]:
    """The processes that a process started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for task in tasks for child in task.read_text().split()}


def manage(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` to its end; stdin is empty."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean_environment(**(environment or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
