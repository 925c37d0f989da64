"""@adobe/httptransfer as published: downloads from AEM, and both directions by signed URLs of the blob storage."""

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from azure.storage.blob import BlobBlock, BlobClient, ContainerClient, generate_blob_sas

from tests.clients.conftest import Program
from tests.clients.test_aem_upload import BASIC
from tests.repository.author import fresh_folder, upload
from tests.server import ServerProcess

CONTENT = os.urandom(3_000_001)


@pytest.fixture(scope="module")
def container(environment: dict[str, str]) -> Iterator[ContainerClient]:
    connection = environment["AZURE_STORAGE_CONNECTION_STRING"]
    with ContainerClient.from_connection_string(connection, f"transfer-{uuid4().hex[:8]}") as found:
        found.create_container()
        yield found


@pytest.fixture
def blob(container: ContainerClient) -> BlobClient:
    return container.get_blob_client(f"{uuid4().hex}/a file + more.bin")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "source.bin"
    file.write_bytes(CONTENT)
    return file


def call(run: Program, *steps: list[Any]) -> list[Any]:
    return list(run("httptransfer.js", json.dumps(steps)))


def signed(blob: BlobClient, permission: str, more: str = "") -> str:
    assert blob.account_name
    token = generate_blob_sas(
        blob.account_name,
        blob.container_name,
        blob.blob_name,
        account_key=blob.credential.account_key,
        permission=permission,
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    return f"{blob.url}?{token}{more}"


def blocks(blob: BlobClient, count: int) -> list[str]:
    ids = [base64.b64encode(b"%04d" % number).decode() for number in range(count)]
    return [signed(blob, "w", f"&comp=block&blockid={quote(block, safe='')}") for block in ids]


def committed(blob: BlobClient) -> bytes:
    """What came, after the commit that AEM would send."""
    staged = sorted(block.id for block in blob.get_block_list("uncommitted")[1])
    blob.commit_block_list([BlobBlock(block) for block in staged])
    return blob.download_blob().readall()


def test_aem_download_in_ranges(run: Program, server: ServerProcess, client: httpx.Client, tmp_path: Path) -> None:
    folder = fresh_folder(client)
    path = upload(client, folder, "two words ü.bin", CONTENT)
    url = f"{server.url}{httpx.URL(path=path).raw_path.decode()}"
    wanted = {
        "downloadFiles": [
            {"fileUrl": url, "filePath": str(tmp_path / "a.bin"), "fileSize": len(CONTENT)},
            {
                "fileUrl": f"{url}/jcr%3Acontent/renditions/original",
                "filePath": str(tmp_path / "b.bin"),
                "fileSize": len(CONTENT),
            },
            {"fileUrl": f"{url}.missing", "filePath": str(tmp_path / "c.bin"), "fileSize": 3},
        ],
        "headers": BASIC,
        "concurrent": True,
        "maxConcurrent": 4,
        "preferredPartSize": 1_000_000,
    }
    (seen,) = call(run, ["AEMDownload", wanted])
    assert {"end a.bin", "end b.bin"} <= set(seen)
    assert [line for line in seen if "404" in line] == [line for line in seen if line.startswith("error")] != []
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes() == CONTENT


def test_download_by_signed_url(run: Program, blob: BlobClient, tmp_path: Path) -> None:
    blob.upload_blob(CONTENT)
    url = signed(blob, "r")
    whole, parts = tmp_path / "deep" / "er" / "whole.bin", tmp_path / "parts.bin"
    done = call(
        run,
        ["downloadFile", url, str(whole), {"mkdirs": True}],
        ["downloadFileConcurrently", url, str(parts), {"maxConcurrent": 4, "preferredPartSize": 700_000}],
        ["getResourceHeaders", url],
    )
    assert [one for one in done if one and "error" in one] == []
    assert whole.read_bytes() == parts.read_bytes() == CONTENT
    assert done[2]["size"] == len(CONTENT)


def test_upload_by_one_signed_url(run: Program, blob: BlobClient, file: Path) -> None:
    """Put Blob wants its type, as Azure does; what lacks it, or the right to write, is refused without a retry."""
    url = signed(blob, "cw")
    refused, readonly, done, concurrently = call(
        run,
        ["uploadFile", str(file), url],
        ["uploadFile", str(file), signed(blob, "r"), {"headers": {"x-ms-blob-type": "BlockBlob"}}],
        ["uploadFile", str(file), url, {"headers": {"x-ms-blob-type": "BlockBlob"}}],
        ["uploadFileConcurrently", str(file), url, {"headers": {"x-ms-blob-type": "BlockBlob"}}],
    )
    assert "400" in refused["error"]
    assert "403" in readonly["error"]
    assert (done, concurrently) == (201, None)
    assert blob.download_blob().readall() == CONTENT


@pytest.mark.parametrize("function", ["uploadMultiPartFileConcurrently", "uploadAEMMultipartFile"])
def test_upload_in_parts(run: Program, blob: BlobClient, file: Path, function: str) -> None:
    target = {"urls": blocks(blob, 5), "minPartSize": 1024, "maxPartSize": 1_000_000}
    assert call(run, [function, str(file), target, {"maxConcurrent": 3}]) == [None]
    assert committed(blob) == CONTENT


def test_parts_that_are_too_few_are_the_clients_own_error(run: Program, blob: BlobClient, file: Path) -> None:
    target = {"urls": blocks(blob, 2), "maxPartSize": 1_000_000}
    (refused,) = call(run, ["uploadMultiPartFileConcurrently", str(file), target])
    assert "too large" in refused["error"]


def test_from_one_url_to_another(run: Program, container: ContainerClient, blob: BlobClient) -> None:
    blob.upload_blob(CONTENT)
    other = container.get_blob_client(uuid4().hex)
    options = {"target": {"headers": {"x-ms-blob-type": "BlockBlob"}}}
    assert call(run, ["transferStream", signed(blob, "r"), signed(other, "cw"), options]) == [201]
    assert other.download_blob().readall() == CONTENT
