"""Commands that ask the server of the data directory: the one that runs, or one that is started for the moment."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import CommandError

from config import client_environment, datalock

READY_WITHIN = 60.0  # seconds
STOP_WITHIN = 15.0


def is_served() -> bool:
    return datalock.is_held(settings.DATA_DIR)


def client(url: str = "", timeout: float = 600.0) -> httpx.Client:
    """Logged in with the token of the environment block."""
    token = client_environment.variables()["AEMULATOR_ACCESS_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url or settings.AEMULATOR_URL, headers=headers, timeout=timeout)


def ask(method: str, path: str, **content: Any) -> httpx.Response:
    """The server's answer; CommandError in its words where it refuses."""
    with client() as asking:
        try:
            answer = asking.request(method, path, **content)
        except httpx.HTTPError as err:
            raise unreachable(err) from err
    check(answer)
    return answer


def check(answer: httpx.Response) -> None:
    if answer.is_error:
        raise CommandError(f"the server refused: {answer.status_code} {answer.text}")


def unreachable(err: httpx.HTTPError) -> CommandError:
    return CommandError(f"the server at {settings.AEMULATOR_URL} does not answer: {err}")


@contextmanager
def served() -> Iterator[httpx.Client]:
    """A client of the running server, or of one that is there only as long as this context."""
    if is_served():
        with client() as asking:
            yield asking
        return
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        process = _started(ready)
        try:
            with client(_wait_ready(process, ready)) as asking:
                yield asking
        finally:
            _stop(process)


def _started(ready: Path) -> subprocess.Popen[str]:
    ports = ["--port", "0", "--https-port", "0"]
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--no-demo", "--no-workers", *ports]
    command += ["--data-dir", str(settings.DATA_DIR), "--ready-file", str(ready)]
    # Without the last server's addresses, which this process has read for its settings.
    environment = {name: value for name, value in os.environ.items() if name not in _ADDRESSES}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _wait_ready(process: subprocess.Popen[str], ready: Path) -> str:
    deadline = time.monotonic() + READY_WITHIN
    while not ready.exists():
        if process.poll() is not None:
            words = process.stderr.read().strip() if process.stderr else ""
            raise CommandError(f"the server does not start: {words}")
        if time.monotonic() > deadline:
            raise CommandError(f"the server is not ready within {READY_WITHIN:g} s")
        time.sleep(0.02)
    return str(json.loads(ready.read_text())["url"])


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


_ADDRESSES = {"AEMULATOR_HOST", "AEMULATOR_PORT", "AEMULATOR_HTTPS_PORT", "AEMULATOR_URL", "AEMULATOR_HTTPS_URL"}
