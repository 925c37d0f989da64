"""Ctrl-C and SIGTERM: the server ends within five seconds, whatever is open, and leaves no process behind."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests import photographer
from tests.photographer import Upload
from tests.server import ADMIN, ROOT, ServerProcess, children, clean_environment, wait_until

STOP_WITHIN = 5.0
SIGNALS = {"Ctrl-C": signal.SIGINT, "terminate": signal.SIGTERM}


@pytest.mark.parametrize("number", SIGNALS.values(), ids=SIGNALS)
def test_it_ends_within_five_seconds_whatever_is_open(data_dir: Path, number: signal.Signals) -> None:
    with ServerProcess(data_dir) as server, idle_connection(server), half_a_body(server), live_page(server) as page:
        start_rendering(server)
        helpers = children(server.process.pid)
        assert helpers
        began = time.monotonic()
        server.process.send_signal(number)
        assert server.process.wait(STOP_WITHIN + 10) == 0
        assert time.monotonic() - began < STOP_WITHIN
        with pytest.raises(ConnectionClosed):
            hear_everything(page)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in helpers), 5, "its processes ended too")
    assert "Traceback" not in server.output()


def test_what_was_being_rendered_is_finished_after_the_next_start(data_dir: Path) -> None:
    with ServerProcess(data_dir) as server:
        paths = start_rendering(server)
    with ServerProcess(data_dir) as server, photographer.client(server) as http:
        states = photographer.wait_processed(http, paths, 60)
    assert set(states.values()) == {"processed"}


def test_ephemeral_forgets_everything(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    options = ["--port", "0", "--https-port", "0", "--no-demo", "--ephemeral", "--ready-file", str(ready)]
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve", *options],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(ready.exists, 60, "the server is ready")
        root = Path(json.loads(ready.read_text())["data_dir"])
        assert root.is_dir()
        process.terminate()
        assert process.wait(30) == 0
    assert not root.exists()


@pytest.mark.parametrize("number", SIGNALS.values(), ids=SIGNALS)
def test_a_stop_while_it_starts_is_quiet(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    options = ["--port", "0", "--https-port", "0", "--no-demo", "--ephemeral"]
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve", *options],
        cwd=ROOT,
        env=clean_environment(TMPDIR=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        wait_until(lambda: list(folder.glob("aemulator-*/server.lock")), 60, "the data directory is there")
        process.send_signal(number)
        output = process.communicate(timeout=30)[0].decode()
    assert "Traceback" not in output
    assert not list(folder.iterdir())


def start_rendering(server: ServerProcess) -> list[str]:
    """Uploads that keep the workers busy for longer than a stop may take; the paths."""
    with photographer.client(server) as http:
        folder = photographer.make_folder(http, "busy")
        return [Upload(http, folder, f"{n}.jpg", photographer.photo(n, 4000, 3000)).run() for n in range(8)]


@contextmanager
def idle_connection(server: ServerProcess) -> Iterator[None]:
    with socket.create_connection(("127.0.0.1", port(server))):
        yield


@contextmanager
def half_a_body(server: ServerProcess) -> Iterator[None]:
    """A request whose body never comes to its end: a thread waits for it."""
    with socket.create_connection(("127.0.0.1", port(server))) as connection:
        connection.sendall(b"POST /ims/token/v3 HTTP/1.1\r\nHost: a\r\n")
        connection.sendall(b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nhalf")
        reader = threading.Thread(target=read_to_end, args=(connection,))
        reader.start()
        yield
        reader.join(10)


@contextmanager
def live_page(server: ServerProcess) -> Iterator[ClientConnection]:
    """The socket of a browser that shows a page."""
    form = {"j_username": ADMIN[0], "j_password": ADMIN[1]}
    with httpx.Client(base_url=server.url) as session:
        session.post("/libs/granite/core/content/login.html/j_security_check", data=form)
        cookie = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    address = f"ws://127.0.0.1:{port(server)}/_aemulator/live"
    with connect(address, additional_headers={"Cookie": cookie}) as page:
        page.recv(timeout=10)
        yield page


def hear_everything(page: ClientConnection) -> None:
    while True:
        page.recv(timeout=10)


def port(server: ServerProcess) -> int:
    return int(server.url.rsplit(":", 1)[1])


def read_to_end(connection: socket.socket) -> None:
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass  # the server closed it: that is what the test waits for
