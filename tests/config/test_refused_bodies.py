"""Refusals of uploads arrive, also where the client closes afterwards and nobody read the body."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from config.large_bodies import LargeBodyProtocol
from config.refused_bodies import LONGEST, RefusedBodies

SIZE = 8 * 1024 * 1024


async def refusing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"no"})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    config = uvicorn.Config(RefusedBodies(refusing), http=LargeBodyProtocol, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


def exchange(port: int, *parts: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def head(*lines: str) -> bytes:
    return "\r\n".join(["PUT / HTTP/1.1", "Host: a", "Connection: close", *lines, "", ""]).encode()


def test_the_answer_arrives_though_the_body_was_not_wanted(port: int) -> None:
    for _ in range(20):
        answer = exchange(port, head(f"Content-Length: {SIZE}"), b"x" * SIZE)
        assert answer.startswith(b"HTTP/1.1 403")
        assert answer.endswith(b"no")


def test_a_chunked_one_too(port: int) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    assert exchange(port, head("Transfer-Encoding: chunked"), chunk * 64, b"0\r\n\r\n").endswith(b"no")


def test_who_expects_to_be_asked_is_told_at_once(port: int) -> None:
    answer = exchange(port, head("Expect: 100-continue", f"Content-Length: {SIZE}"))
    assert answer.startswith(b"HTTP/1.1 403")


def test_who_sends_no_more_is_told_after_a_while(port: int) -> None:
    started = time.monotonic()
    assert exchange(port, head(f"Content-Length: {SIZE}"), b"half").endswith(b"no")
    assert time.monotonic() - started >= LONGEST


async def test_what_was_read_is_not_waited_for() -> None:
    sent: list[Message] = []

    async def reading(_scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["body"] == b"all"
        await send({"type": "http.response.start", "status": 201, "headers": []})

    async def receive() -> Message:
        assert not sent
        return {"type": "http.request", "body": b"all", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await RefusedBodies(reading)({"type": "http", "headers": [(b"content-length", b"3")]}, receive, send)
    assert [message["status"] for message in sent] == [201]
