"""A private Redis for tests: on a free port of the loopback, keeps nothing."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.server import wait_until
from tests.services import require_program


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of a fresh Redis; skips the test (in CI: fails it) where Redis is not installed."""
    program = require_program("redis-server", "valkey-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/"]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(port), 10, "Redis answers")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
