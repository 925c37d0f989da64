"""The server's process: started on free ports, ended with its owner, and its log at hand when something is wrong."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
READY_WITHIN = 120.0  # seconds; generous, since other tests may load the machine
STOP_WITHIN = 15.0
TAIL = 40  # lines
_FOREIGN = {
    "DJANGO_SETTINGS_MODULE",  # that of the project under test
    "AZURE_STORAGE_CONNECTION_STRING",
    "DATABASE_URL",
    "REDIS_URL",
    "DRAMATIQ_BROKER_URL",
    "NODE_OPTIONS",
    "NODE_EXTRA_CA_CERTS",
    "PYTHONWARNINGS",
}


class ServerDied(Exception):
    """The server's process ended by itself, or did not start; the message has the end of its log."""


class Server:
    """`manage.py serve --ephemeral --no-demo`. `settings` are environment variables; nothing else configures it."""

    def __init__(self, settings: Mapping[str, str] | None = None, python: str = sys.executable) -> None:
        self._settings = dict(settings or {})
        self._python = python
        self._folder = tempfile.TemporaryDirectory(prefix="aemulator-test-")
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.url = ""
        self.https_url = ""

    def start(self) -> None:
        """Returns when it is ready. Raises ServerDied."""
        ready = Path(self._folder.name) / "ready.json"
        command = [self._python, str(MANAGE), "serve", "--ephemeral", "--no-demo", "--until-stdin-ends"]
        command += ["--port", "0", "--https-port", "0", "--ready-file", str(ready)]
        self._log = self._log_file.open("wb")
        self._process = subprocess.Popen(
            command,
            cwd=MANAGE.parent,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
        )
        deadline = time.monotonic() + READY_WITHIN
        while not ready.exists():
            self.check()
            if time.monotonic() > deadline:
                self.stop()
                raise ServerDied(f"AEMulator was not ready within {READY_WITHIN:g} s\n{self.log_tail()}")
            time.sleep(0.02)
        facts = json.loads(ready.read_text())
        self.url, self.https_url = str(facts["url"]), str(facts["https_url"])

    @property
    def login(self) -> tuple[str, str]:
        """The administrator's."""
        return "admin", self._settings.get("AEMULATOR_ADMIN_PASSWORD") or "admin"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def check(self) -> None:
        """Raises ServerDied when it does not run."""
        code = self._process.poll() if self._process else None
        if self._process is None or code is not None:
            raise ServerDied(f"AEMulator ended (exit code {code}); the end of its log:\n{self.log_tail()}")

    def log(self) -> str:
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    def log_tail(self) -> str:
        return "\n".join(self.log().splitlines()[-TAIL:]) or "(nothing was written)"

    def stop(self) -> None:
        """The data directory, a temporary one, goes with it."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process and self._process.stdin:
            self._process.stdin.close()
        if self._log:
            self._log.close()

    def remove(self) -> None:
        """With its log."""
        self._folder.cleanup()

    @property
    def _log_file(self) -> Path:
        return Path(self._folder.name) / "server.log"

    def _environment(self) -> dict[str, str]:
        """Whoever runs the tests may have another AEMulator's block in the shell."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AEMULATOR_", "COV_", "PYTEST_")) and name not in _FOREIGN
        }
        return kept | {"PYTHONUNBUFFERED": "1"} | self._settings
