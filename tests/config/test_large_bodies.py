"""Bodies as the application gets them from the protocol, over a real socket."""

import asyncio
import json
import os
import re
import socket
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from config.large_bodies import PIECE, LargeBodyProtocol
from tests.server import wait_until

released = threading.Event()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the pieces of the body; `/wait` asks for it when it is told to, `/refuse` never."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        return
    if scope["path"] == "/wait":
        await asyncio.to_thread(released.wait, 10)
    sizes, checksum, more = [], 0, scope["path"] != "/refuse"
    while more:
        message = await receive()
        sizes.append(len(message["body"]))
        checksum = zlib.crc32(message["body"], checksum)
        more = message["more_body"]
    answer = json.dumps({"sizes": sizes, "checksum": checksum}).encode()
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    settings = uvicorn.Config(
        application, http=LargeBodyProtocol, ws="websockets-sansio", log_config=None, lifespan="off"
    )
    server = uvicorn.Server(settings)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_until(lambda: server.started, 10, "uvicorn started")
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as own:
        yield own


def answer(connection: socket.socket) -> dict[str, Any]:
    return answers(connection, 1)[0]


def answers(connection: socket.socket, count: int) -> list[dict[str, Any]]:
    received = b""
    while received.count(b"}") < count:
        received += connection.recv(65536)
    return [json.loads(found) for found in re.findall(rb"\{.*?\}", received)]


def head(path: str, size: int) -> bytes:
    return f"PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n".encode()


@pytest.mark.parametrize("size", [0, 1, 70_000, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 3])
def test_body_arrives_whole_in_large_pieces(connection: socket.socket, size: int) -> None:
    body = os.urandom(size)
    for _ in range(2):  # the second on the same connection
        connection.sendall(head("/", size) + body)
        seen = answer(connection)
        assert seen["checksum"] == zlib.crc32(body)
        assert sum(seen["sizes"]) == size
        assert all(piece >= PIECE for piece in seen["sizes"][:-1])


def test_nothing_is_read_ahead_of_an_application_that_does_not_ask(connection: socket.socket) -> None:
    body = os.urandom(64 * PIECE)
    connection.sendall(head("/wait", len(body)))
    connection.settimeout(0.3)
    with pytest.raises(TimeoutError):
        connection.sendall(body)  # the server reads a piece; then the sockets are full
    released.set()


def test_byte_by_byte_in_chunks(connection: socket.socket) -> None:
    body = os.urandom(20_000)
    connection.sendall(b"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
    connection.sendall(b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
    seen = answer(connection)
    assert (seen["checksum"], sum(seen["sizes"])) == (zlib.crc32(body), len(body))


def test_requests_one_behind_the_other_keep_their_bodies(connection: socket.socket) -> None:
    bodies = [os.urandom(300_000), os.urandom(2 * PIECE), b"last"]
    requests = b"".join(head("/", len(body)) + body for body in bodies)
    sender = threading.Thread(target=connection.sendall, args=(requests,))
    sender.start()
    found = answers(connection, len(bodies))
    sender.join()
    assert [one["checksum"] for one in found] == [zlib.crc32(body) for body in bodies]


def test_websocket_begins(connection: socket.socket) -> None:
    lines = [b"GET /socket HTTP/1.1", b"host: x", b"connection: upgrade", b"upgrade: websocket"]
    lines += [b"sec-websocket-version: 13", b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="]
    connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 101")


def test_body_that_nobody_wants_is_read_away(connection: socket.socket) -> None:
    for _ in range(2):
        connection.sendall(head("/refuse", 3 * PIECE) + bytes(3 * PIECE))
        assert answer(connection)["sizes"] == []


@pytest.mark.parametrize(
    "offer",
    [
        "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\nUpgrade: h2c",  # Java's own client
        "Upgrade: TLS/1.2\r\nConnection: Upgrade",  # Apache's
    ],
)
@pytest.mark.parametrize("is_in_one", [True, False])
def test_a_body_comes_with_an_offer_of_another_protocol(connection: socket.socket, offer: str, is_in_one: bool) -> None:
    body = b"\r\nUpgrade: h2c is said in the body, too"
    lines = ["POST / HTTP/1.1", "Host: x", offer, f"Content-Length: {len(body)}"]
    for _ in range(2):  # on one connection
        if is_in_one:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        else:
            connection.sendall("\r\n".join([*lines, "Expect: 100-continue", "", ""]).encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
            connection.sendall(body)
        assert answer(connection)["checksum"] == zlib.crc32(body)
