"""Disks that fail: Azure's own error, no traceback, nothing half written, and on again when the disk is back."""

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from blobstore import health
from tests.blobstore.servers import BlobServer, StoreProcess, embedded
from tests.blobstore.signing import account_token

PUT = {"x-ms-blob-type": "BlockBlob"}
TOKEN = account_token("rwdlc")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def server(directory: Path) -> Iterator[BlobServer]:
    with embedded(directory) as running:
        running.service().create_container("trouble")
        yield running


def url(server: BlobServer, name: str = "blob") -> str:
    return f"{server.url}/trouble/{name}?{TOKEN}"


def assert_busy(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert ET.fromstring(answer.content).findtext("Code") == "ServerBusy"


@pytest.mark.parametrize("size", [10, 500_000])
def test_missing_directory_is_an_error_until_it_is_back(server: BlobServer, directory: Path, size: int) -> None:
    body = b"x" * size
    assert httpx.put(url(server), content=body, headers=PUT).status_code == 201
    moved = directory.with_name("moved")
    directory.rename(moved)
    assert_busy(httpx.put(url(server), content=body, headers=PUT))
    assert_busy(httpx.get(url(server)))
    moved.rename(directory)
    assert httpx.get(url(server)).content == body
    assert httpx.put(url(server), content=body, headers=PUT).status_code == 201


def test_store_that_was_deleted_starts_empty(server: BlobServer, directory: Path) -> None:
    httpx.put(url(server), content=b"x", headers=PUT)
    shutil.rmtree(directory)
    directory.mkdir()
    assert httpx.get(url(server)).status_code == 404
    server.service().create_container("trouble")
    assert httpx.put(url(server), content=b"x", headers=PUT).status_code == 201


def test_damaged_index_is_an_error(server: BlobServer, directory: Path) -> None:
    for name in ("index.sqlite3", "index.sqlite3-wal", "index.sqlite3-shm"):
        (directory / name).unlink(missing_ok=True)
    (directory / "index.sqlite3").write_bytes(b"this is no database" * 1000)
    assert_busy(httpx.get(url(server)))
    assert_busy(httpx.put(url(server), content=b"x", headers=PUT))


def test_lost_content_breaks_the_connection_instead_of_sending_less(server: BlobServer, directory: Path) -> None:
    httpx.put(url(server), content=b"x" * 3_000_000, headers=PUT)
    file = next(path for path in (directory / "contents").rglob("*") if path.is_file())
    file.write_bytes(b"x" * 1_000_000)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url(server))


def test_full_disk_is_an_error_and_leaves_nothing(directory: Path) -> None:
    with StoreProcess(directory) as process:
        process.server.service().create_container("trouble")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        assert_busy(httpx.put(url(process.server), content=b"x" * 3_000_000, headers=PUT))
        assert not any(path.is_file() for path in (directory / "contents").rglob("*"))
        assert httpx.get(url(process.server)).status_code == 404


def test_health_says_whether_the_directory_takes_files(tmp_path: Path) -> None:
    assert health.problem(tmp_path / "not" / "made" / "yet") is None
    (tmp_path / "file").write_text("in the way")
    assert "Not a directory" in (health.problem(tmp_path / "file") or "")
    assert health.report(tmp_path)["ok"] is True
    assert health.report(tmp_path / "file")["ok"] is False
