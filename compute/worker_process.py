"""The parent's end of one core worker process: start it, hand it an activation, read its messages, end it.

Both directions are JSON lines on pipes, never pickles: a decoder that a hostile file has taken over must not be able to
run code in the server.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from compute.activation import CoreActivation
from compute.engine.limits import Limits
from processors import processors

PROJECT = Path(__file__).resolve().parent.parent
_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH")
TUNING = {
    "PYTHONPATH": str(PROJECT),
    "VIPS_CONCURRENCY": "1",  # one activation at a time in each process; the processes share the processors
    "VIPS_BLOCK_UNTRUSTED": "1",  # loaders that libvips itself does not trust are never needed here
    "VIPS_WARNING": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",  # each arena more holds on to memory of finished activations
}


class Died(Exception):
    """The process ended, or was ended, before its activation was done."""


class WorkerProcess:
    """Used by one thread at a time, but for `kill`."""

    def __init__(self, limits: Limits, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        self._buffer = bytearray()
        self._killed = False
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        with processors.all():
            self._popen = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-c", "from compute.core_worker import main; main()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**environment, **TUNING, "TMPDIR": str(folder)},
                cwd=folder,
                process_group=0,  # Ctrl-C in the terminal is for the server, which then ends its workers
            )
        self._limits = limits

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return not self._killed and self._popen.poll() is None

    def wait_ready(self, deadline: float) -> None:
        """Wait until the process has loaded the engine. Raises Died or TimeoutError."""
        self._send({"limits": self._limits.as_json(), "parent": os.getpid()})
        self.receive(deadline)

    def perform(self, activation: CoreActivation) -> None:
        """Hand over an activation; its messages are read with `receive`. Raises Died."""
        self._send({"activation": activation.as_json()})

    def receive(self, deadline: float) -> dict[str, Any]:
        """The next message. Raises Died when the process ends, TimeoutError at `deadline` (monotonic seconds)."""
        while (end := self._buffer.find(b"\n")) < 0:
            self._read_more(deadline)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            message: dict[str, Any] = json.loads(line)
        except ValueError as err:
            self.kill()
            raise Died("it sent something that is no message") from err
        return message

    def crash(self) -> None:
        """End as a process does that a decoder broke. A fault."""
        self._popen.send_signal(signal.SIGSEGV)

    def hang(self) -> None:
        """Stand still, until somebody kills it. A fault."""
        self._popen.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self._killed = True
        self._popen.kill()

    def end(self, timeout: float) -> None:
        """Let the idle process go, by force when it does not."""
        assert self._popen.stdin
        assert self._popen.stdout
        with contextlib.suppress(BrokenPipeError):
            self._popen.stdin.close()
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._popen.stdout.close()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._popen.stdin
        try:
            self._popen.stdin.write(json.dumps(message).encode() + b"\n")
            self._popen.stdin.flush()
        except (BrokenPipeError, ValueError) as err:
            raise Died(self._cause_of_death()) from err

    def _read_more(self, deadline: float) -> None:
        assert self._popen.stdout
        try:
            poll = select.poll()
            poll.register(self._popen.stdout, select.POLLIN)
            ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
            chunk = os.read(self._popen.stdout.fileno(), 1 << 20) if ready else b""
        except (OSError, ValueError) as err:  # closed by the thread that stops the pool
            raise Died("it was stopped") from err
        if not ready:
            raise TimeoutError
        if not chunk:
            raise Died(self._cause_of_death())
        self._buffer += chunk

    def _cause_of_death(self) -> str:
        try:
            status = self._popen.wait(5)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            status = self._popen.wait()
        if status >= 0:
            return f"exit status {status}"
        try:
            return signal.Signals(-status).name
        except ValueError:
            return f"signal {-status}"
