"""The socket of a page, on a real server."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.server import ADMIN, ServerProcess

PATIENCE = 20.0


@pytest.fixture
def session(server: ServerProcess) -> Iterator[httpx.Client]:
    """Signed in by the form, as a browser is."""
    with httpx.Client(base_url=server.url) as client:
        form = {"j_username": ADMIN[0], "j_password": ADMIN[1], "_charset_": "utf-8"}
        answer = client.post("/libs/granite/core/content/login.html/j_security_check", data=form)
        assert answer.status_code == 302
        yield client


def address(server: ServerProcess) -> str:
    return f"{server.url.replace('http', 'ws', 1)}/_aemulator/live"


def listen(server: ServerProcess, session: httpx.Client, **headers: str) -> AbstractContextManager[ClientConnection]:
    cookie = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    return connect(address(server), additional_headers={"Cookie": cookie, **headers})


def heard(socket: ClientConnection) -> int:
    message = json.loads(socket.recv(timeout=PATIENCE))
    assert "seq" in message
    return int(message["seq"])


def make_folder(client: httpx.Client, name: str) -> None:
    assert client.post(f"/api/assets/{name}", json={"class": "assetFolder", "properties": {}}).status_code == 201


def test_says_the_current_number_then_every_newer_one(
    server: ServerProcess, session: httpx.Client, client: httpx.Client
) -> None:
    with listen(server, session) as socket:
        before = heard(socket)
        make_folder(client, "newer")
        assert heard(socket) > before


def test_every_socket_hears_of_a_change(server: ServerProcess, session: httpx.Client, client: httpx.Client) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(listen(server, session)) for _ in range(20)]
        before = [heard(socket) for socket in sockets]
        make_folder(client, "for-everybody")
        assert all(heard(socket) > known for socket, known in zip(sockets, before, strict=True))


def test_what_changed_can_be_asked_for_by_the_number(
    server: ServerProcess, session: httpx.Client, client: httpx.Client
) -> None:
    make_folder(client, "watched")
    with listen(server, session) as socket:
        before = heard(socket)
    make_folder(client, "watched/inside")
    answer = session.get(f"/assets.live.html/content/dam/watched?since={before}")
    assert 'data-path="/content/dam/watched/inside"' in answer.text
    again = session.get(f"/assets.live.html/content/dam/watched?since={answer.headers['X-Seq']}")
    assert "data-path" not in again.text
    client.delete("/api/assets/watched/inside")
    gone = session.get(f"/assets.live.html/content/dam/watched?since={answer.headers['X-Seq']}")
    assert 'data-gone data-path="/content/dam/watched/inside"' in gone.text


def test_nobody_listens_without_signing_in(server: ServerProcess) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(address(server)):
        pass
    assert refused.value.response.status_code == 403


def test_a_page_of_another_site_is_refused(server: ServerProcess, session: httpx.Client) -> None:
    with pytest.raises(InvalidStatus) as refused, listen(server, session, Origin="https://elsewhere.example"):
        pass
    assert refused.value.response.status_code == 403


def test_what_a_page_says_is_ignored(server: ServerProcess, session: httpx.Client, client: httpx.Client) -> None:
    with listen(server, session) as socket:
        before = heard(socket)
        socket.send("anything")
        socket.send(b"\x00\x01")
        make_folder(client, "after-noise")
        assert heard(socket) > before
