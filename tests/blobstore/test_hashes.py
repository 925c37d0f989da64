"""Hashes that come with a body."""

import base64
import os
from collections.abc import Iterator

import httpx
import pytest
from azure.storage.blob import BlobBlock, ContainerClient

from blobstore.hashes import Hashes, Hashing
from tests.blobstore.servers import BlobServer
from tests.blobstore.signing import account_token

CHECK = 0xAE8B14860A799888  # of "123456789", from the catalogue of CRCs (CRC-64/NVME)
WANTED = Hashes(crc64=bytes(8))


@pytest.fixture
def own(embedded_server: BlobServer) -> Iterator[ContainerClient]:
    container = embedded_server.service().create_container("hashes")
    yield container
    container.delete_container()


def crc64(data: bytes) -> str:
    hashing = Hashing(WANTED)
    hashing.update(data)
    return base64.b64encode(hashing.result().crc64 or b"").decode()


def test_crc64_is_azures() -> None:
    hashing = Hashing(WANTED)
    for piece in (b"1234", b"", b"56789"):
        hashing.update(piece)
    assert hashing.result() == Hashes(None, CHECK.to_bytes(8, "little"))


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_crc64_is_checked_and_returned(own: ContainerClient, size: int) -> None:
    url, body = f"{own.url}/blob?{account_token()}", os.urandom(size)
    headers = {"x-ms-blob-type": "BlockBlob", "x-ms-content-crc64": crc64(body)}
    answer = httpx.put(url, content=body, headers=headers)
    assert (answer.status_code, answer.headers["x-ms-content-crc64"]) == (201, crc64(body))
    refused = httpx.put(url, content=body + b"x", headers=headers)
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (400, "Crc64Mismatch")
    assert httpx.get(url).content == body


def test_sdk_sends_crc64_of_blocks(own: ContainerClient) -> None:
    blob = own.get_blob_client("blocks")
    answer = blob.stage_block("AAAA", b"content", validate_content="crc64")
    assert bytes(answer["content_crc64"]) == base64.b64decode(crc64(b"content"))
    blob.commit_block_list([BlobBlock("AAAA")])
    assert blob.download_blob().readall() == b"content"


def test_source_of_a_copy_is_checked(own: ContainerClient) -> None:
    own.upload_blob("source", b"content")
    headers = {
        "x-ms-blob-type": "BlockBlob",
        "x-ms-copy-source": f"{own.url}/source?{account_token()}",
        "content-length": "0",
    }
    url = f"{own.url}/target?{account_token()}"
    right = httpx.put(url, headers={**headers, "x-ms-source-content-crc64": crc64(b"content")})
    assert right.status_code == 201
    wrong = httpx.put(url, headers={**headers, "x-ms-source-content-crc64": crc64(b"other")})
    assert (wrong.status_code, wrong.headers["x-ms-error-code"]) == (400, "Crc64Mismatch")
