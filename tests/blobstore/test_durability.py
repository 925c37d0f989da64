"""kill -9 at any moment: what was acknowledged is there, byte for byte; what was not is there whole or not at all."""

import hashlib
import itertools
import os
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.blobstore.servers import BlobServer, StoreProcess
from tests.blobstore.signing import account_token
from tests.server import wait_until

TOKEN = account_token("rwdlc")
PUT = {"x-ms-blob-type": "BlockBlob"}
WRITERS = 4


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "blobs"
    shutil.rmtree(tmp_path / "blobs")


class Writer(threading.Thread):
    """Uploads small, large and staged blobs one after the other, until the server dies; remembers each answer."""

    def __init__(self, server: BlobServer, number: int) -> None:
        super().__init__()
        self.server = server
        self.number = number
        self.acknowledged: dict[str, str] = {}
        self.sent: dict[str, str] = {}

    def run(self) -> None:
        chosen = random.Random(self.number)
        with httpx.Client(timeout=10) as client:
            for count in itertools.count():
                name = f"w{self.number}-{count}"
                body = chosen.randbytes(chosen.choice([100, 20_000, 300_000, 2_000_000]))
                self.sent[name] = hashlib.sha256(body).hexdigest()
                try:
                    done = self._staged(client, name, body) if count % 3 == 0 else self._whole(client, name, body)
                except httpx.TransportError:
                    return
                assert done, "the store refused a write"
                self.acknowledged[name] = self.sent[name]

    def _whole(self, client: httpx.Client, name: str, body: bytes) -> bool:
        return client.put(self._url(name), content=body, headers=PUT).status_code == 201

    def _staged(self, client: httpx.Client, name: str, body: bytes) -> bool:
        half = len(body) // 2
        for block, part in (("AAAA", body[:half]), ("BBBB", body[half:])):
            assert client.put(f"{self._url(name)}&comp=block&blockid={block}", content=part).status_code == 201
        xml = "<BlockList><Latest>AAAA</Latest><Latest>BBBB</Latest></BlockList>"
        return client.put(f"{self._url(name)}&comp=blocklist", content=xml).status_code == 201

    def _url(self, name: str) -> str:
        return f"{self.server.url}/durable/{name}?{TOKEN}"


@pytest.mark.parametrize("after", [1, 25])
def test_acknowledged_blobs_outlive_kill_9(directory: Path, after: int) -> None:
    process = StoreProcess(directory).start()
    process.server.service().create_container("durable")
    writers = [Writer(process.server, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    wait_until(lambda: sum(len(writer.acknowledged) for writer in writers) >= after, 60, "enough was acknowledged")
    process.kill()
    for writer in writers:
        writer.join()
    with process:
        check(process.server, writers)


def check(server: BlobServer, writers: list[Writer]) -> None:
    sent = {name: digest for writer in writers for name, digest in writer.sent.items()}
    acknowledged = {name for writer in writers for name in writer.acknowledged}
    container = server.service().get_container_client("durable")
    found = {
        blob.name: hashlib.sha256(container.download_blob(blob.name).readall()).hexdigest()
        for blob in container.list_blobs()
    }
    assert acknowledged <= found.keys()
    assert found == {name: sent[name] for name in found}


def test_several_processes_serve_one_directory(directory: Path) -> None:
    with StoreProcess(directory) as first, StoreProcess(directory) as second:
        services = [first.server.service(), second.server.service()]
        services[0].create_container("shared")
        bodies = {f"blob{number}": os.urandom(number * 9_000) for number in range(24)}

        def upload(part: int) -> None:
            container = services[part].get_container_client("shared")
            for name in list(bodies)[part::2]:
                container.upload_blob(name, bodies[name])

        threads = [threading.Thread(target=upload, args=(part,)) for part in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for service in services:
            container = service.get_container_client("shared")
            assert {blob.name for blob in container.list_blobs()} == set(bodies)
            for name, body in bodies.items():
                assert container.download_blob(name).readall() == body


def test_processes_that_start_together_make_one_index(directory: Path) -> None:
    processes = [StoreProcess(directory) for _ in range(3)]
    try:
        threads = [threading.Thread(target=process.start) for process in processes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number, process in enumerate(processes):
            process.server.service().create_container(f"container{number}")
        assert len(list(processes[0].server.service().list_containers())) == 3
    finally:
        for process in processes:
            process.kill()
