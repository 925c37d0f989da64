"""Bodies are streamed: the memory of a real server process stays flat under 2 GiB, up and down."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.blobstore.servers import StoreProcess, memory
from tests.blobstore.signing import account_token

MIB = 1024**2
BLOCK = 256 * MIB
BLOCKS = 8  # 2 GiB
ALLOWED = 50 * MIB
TOKEN = account_token("rwdlc")


@contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """Resident memory of a process, looked at again and again."""
    seen = [memory(pid)]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            seen.append(memory(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StoreProcess]:
    with StoreProcess(tmp_path / "blobs") as process:
        yield process
    shutil.rmtree(tmp_path / "blobs")  # pytest keeps folders of earlier runs: not these


def put(store: StoreProcess, target: str, size: int, piece: bytes) -> None:
    head = f"PUT {target} HTTP/1.1\r\nhost: x\r\nx-ms-blob-type: BlockBlob\r\ncontent-length: {size}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", store.server.port)) as own:
        own.sendall(head.encode())
        for _ in range(size // len(piece)):
            own.sendall(piece)
        answer = own.recv(4096)
    assert answer.startswith(b"HTTP/1.1 201"), answer


def test_two_gibibytes_go_up_and_down_in_flat_memory(store: StoreProcess) -> None:
    store.server.service().create_container("large")
    path = "/devstoreaccount1/large/blob"
    put(store, f"{path}?{TOKEN}", 8 * MIB, b"\1" * MIB)  # buffers and threads that any upload makes
    before = memory(store.pid)
    with watched(store.pid) as seen:
        for number in range(BLOCKS):
            put(store, f"{path}?comp=block&blockid=AAA{number}&{TOKEN}", BLOCK, bytes([number]) * MIB)
        listed = "".join(f"<Latest>AAA{number}</Latest>" for number in range(BLOCKS))
        url = f"{store.server.root}{path}?{TOKEN}"
        answer = httpx.put(f"{url}&comp=blocklist", content=f"<BlockList>{listed}</BlockList>", timeout=30)
        assert answer.status_code == 201
        assert download(url) == BLOCK * BLOCKS
    assert max(seen) - before < ALLOWED, f"{(max(seen) - before) / MIB:.0f} MiB more"


def download(url: str) -> int:
    size = 0
    with httpx.stream("GET", url, timeout=30) as answer:
        for piece in answer.iter_raw():
            size += len(piece)
    return size


def test_slow_reader_does_not_fill_the_memory(store: StoreProcess) -> None:
    """The server reads ahead of a client that takes nothing only by a few pieces."""
    store.server.service().create_container("slow")
    path = "/devstoreaccount1/slow/blob"
    put(store, f"{path}?{TOKEN}", 128 * MIB, b"\1" * MIB)
    before = memory(store.pid)
    with socket.create_connection(("127.0.0.1", store.server.port)) as own:
        own.sendall(f"GET {path}?{TOKEN} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        own.recv(1024)
        with watched(store.pid) as seen:
            deadline = time.monotonic() + 0.5
            while time.monotonic() < deadline:
                assert httpx.head(f"{store.server.root}{path}?{TOKEN}").status_code == 200
    assert max(seen) - before < ALLOWED
