"""The few calls that the repository makes of the blob storage itself, against the embedded one."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from repository.binaries import BlobStorage
from repository.errors import BlobMissing, BlobStorageError, BlobTooLarge
from repository.rendition_blobs import RenditionBlobs
from tests.blobstore import account
from tests.blobstore.servers import StoreProcess

SOON = timedelta(hours=1)


def storage_at(url: str) -> BlobStorage:
    parts = f"AccountName={account.ACCOUNT};AccountKey={account.KEY};BlobEndpoint={url};"
    return BlobStorage(f"DefaultEndpointsProtocol=http;{parts}", "assets")


def read(storage: BlobStorage, name: str, limit: int) -> bytes:
    async def reading() -> bytes:
        async with RenditionBlobs(storage) as blobs:
            return await blobs.read(name, limit)

    return asyncio.run(reading())


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlobStorage]:
    with StoreProcess(tmp_path_factory.mktemp("binaries") / "store") as process:
        found = storage_at(process.server.url)
        found.ensure_container()
        yield found


def test_blocks_become_a_blob_of_their_type(storage: BlobStorage) -> None:
    name = "a b/\u00fc.png"
    for content, url in zip((b"one", b"two"), storage.sign_blocks(name, 2, timezone.now() + SOON), strict=True):
        httpx.put(url, content=content).raise_for_status()
    for _ in range(2):  # the same again changes nothing
        storage.commit(name, [0, 1], "image/png")
    assert read(storage, name, 6) == b"onetwo"
    assert httpx.get(storage.sign_read(name, timezone.now() + SOON)).headers["content-type"] == "image/png"
    with pytest.raises(BlobTooLarge):
        read(storage, name, 5)


def test_the_loop_commits_and_puts_as_the_threads_do(storage: BlobStorage) -> None:
    url = storage.sign_blocks("in the loop", 1, timezone.now() + SOON)[0]
    httpx.put(url, content=b"staged").raise_for_status()

    async def storing() -> list[int]:
        async with RenditionBlobs(storage) as blobs:
            staged = await blobs.blocks("in the loop")
            for _ in range(2):
                await blobs.commit("in the loop", [block.index for block in staged], "image/png")
            await blobs.put("embedded", b"few bytes", "text/plain")
            with pytest.raises(BlobMissing, match="InvalidBlockList"):
                await blobs.commit("none", [3], "text/plain")
            return [block.size for block in staged]

    assert asyncio.run(storing()) == [len(b"staged")]
    assert (read(storage, "in the loop", 10), read(storage, "embedded", 10)) == (b"staged", b"few bytes")


def test_no_blocks_become_an_empty_blob(storage: BlobStorage) -> None:
    storage.commit("empty", [], "text/plain")
    assert read(storage, "empty", 10) == b""


def test_what_is_not_there_is_missing(storage: BlobStorage) -> None:
    with pytest.raises(BlobMissing, match="InvalidBlockList"):
        storage.commit("none", [3], "text/plain")
    with pytest.raises(BlobMissing, match="BlobNotFound"):
        read(storage, "none", 10)


def test_a_storage_that_does_not_answer_is_an_error_without_signatures(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(BlobStorageError) as error:
        read(storage_at("http://127.0.0.1:9/devstoreaccount1"), "x", 10)
    assert "sig=" not in caplog.text + str(error.value)
