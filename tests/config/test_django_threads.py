"""What the bridge to Django's threads settles before Django sees a request, over a real socket."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from a2wsgi.wsgi_typing import Environ, StartResponse

from config.django_threads import DjangoThreads

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


def test_a_client_that_leaves_in_the_middle_is_an_error_not_a_short_body() -> None:
    outcome: list[str] = []
    ended = threading.Event()

    def reading(environ: Environ, start_response: StartResponse) -> list[bytes]:
        try:
            environ["wsgi.input"].read(10)
            outcome.append("taken for whole")
        except ConnectionError:
            outcome.append("refused")
            raise
        finally:
            ended.set()
        return []

    with serving(DjangoThreads(reading)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        assert ended.wait(10)
    assert outcome == ["refused"]
