"""What the bridge to Django's threads settles before Django sees a request, over a real socket."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from a2wsgi.wsgi_typing import Environ, StartResponse

from config.django_threads import AT_ONCE, IN_MEMORY, DjangoThreads

Seen = dict[str, object]


def echo(environ: Environ, start_response: StartResponse) -> list[bytes]:
    """Answers with what arrived."""
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read(int(length)) if length else b""
    start_response("200 OK", [("content-type", "application/json")])
    return [json.dumps({"body": body.decode(), "length": length}).encode()]


@contextmanager
def serving(application: DjangoThreads) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(10)


def exchange(port: int, request: bytes) -> Seen:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return dict(json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1]))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(DjangoThreads(echo)) as port:
        yield port


def test_a_chunked_body_arrives_with_its_length(port: int) -> None:
    chunks = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    seen = exchange(port, head + chunks)
    assert seen == {"body": "hello world", "length": "11"}


def test_an_empty_chunked_body_is_empty(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert exchange(port, head) == {"body": "", "length": "0"}


def test_a_plain_body_passes_as_it_is(port: int) -> None:
    seen = exchange(port, b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    assert seen == {"body": "ok", "length": "2"}


def test_a_long_answer_is_sent_piece_by_piece() -> None:
    pieces = [bytes([index]) * (AT_ONCE // 2 + 1) for index in range(5)]

    def many(_environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [("content-type", "application/octet-stream")])
        yield from pieces

    request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with serving(DjangoThreads(many)) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert [answer.count(piece) for piece in pieces] == [1] * len(pieces)


def test_a_short_body_that_does_not_come_to_its_end_never_reaches_django() -> None:
    called: list[str] = []

    def never(_environ: Environ, start_response: StartResponse) -> list[bytes]:
        called.append("called")
        start_response("204 No Content", [])
        return []

    with serving(DjangoThreads(never)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 204"
    assert called == ["called"]


def test_a_client_that_leaves_in_the_middle_of_a_long_body_is_an_error_not_a_short_body() -> None:
    outcome: list[str] = []
    ended = threading.Event()

    def reading(environ: Environ, start_response: StartResponse) -> list[bytes]:
        try:
            environ["wsgi.input"].read(2 * IN_MEMORY)
            outcome.append("taken for whole")
        except ConnectionError:
            outcome.append("refused")
            raise
        finally:
            ended.set()
        return []

    with serving(DjangoThreads(reading)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\nhalf" % (2 * IN_MEMORY))
        assert ended.wait(10)
    assert outcome == ["refused"]
