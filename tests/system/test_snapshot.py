"""The whole state in one file and back, on either database, here and elsewhere."""

import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests import photographer
from tests.adobe import adobe_client
from tests.blobstore.account import ACCOUNT, KEY
from tests.blobstore.servers import azurite
from tests.photographer import Upload, photo
from tests.postgres import cluster
from tests.server import ADMIN, ServerProcess, manage


@pytest.fixture(scope="module")
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    with photographer.client(server) as client:
        yield client


def snapshot(server: ServerProcess) -> bytes:
    answer = httpx.get(f"{server.url}/_aemulator/snapshot", auth=ADMIN, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.content


def restore(server: ServerProcess, content: bytes) -> httpx.Response:
    return httpx.post(f"{server.url}/_aemulator/restore", auth=ADMIN, content=content, timeout=60)


def processed_asset(http: httpx.Client, folder: str, seed: int) -> str:
    path = Upload(http, photographer.make_folder(http, folder), "a.jpg", photo(seed)).run()
    assert photographer.wait_processed(http, [path], 60) == {path: "processed"}
    return path


def everything(http: httpx.Client, path: str) -> tuple[object, dict[str, str]]:
    """The asset's nodes, and the digests of its binaries."""
    nodes = http.get(f"{path}.infinity.json", auth=ADMIN).json()
    found = {}
    for name in nodes["jcr:content"]["renditions"]:
        if "." in name or name == "original":
            binary = http.get(f"{path}/jcr:content/renditions/{name}", auth=ADMIN).raise_for_status()
            found[name] = hashlib.sha256(binary.content).hexdigest()
    return nodes, found


def test_what_was_then_is_back_and_what_came_since_is_gone(server: ServerProcess, http: httpx.Client) -> None:
    kept = processed_asset(http, "kept", 1)
    before = everything(http, kept)
    file = snapshot(server)
    since = processed_asset(http, "since", 2)
    assert http.request("DELETE", "/api/assets/kept", auth=ADMIN).status_code == 200
    answer = restore(server, file)
    assert answer.status_code == 200, answer.text
    assert answer.json()["blobs"] >= 7
    assert everything(http, kept) == before
    assert http.head(f"{since}.json", auth=ADMIN).status_code == 404
    assert processed_asset(http, "again", 3)


def test_the_journal_is_part_of_it(server: ServerProcess, http: httpx.Client) -> None:
    processed_asset(http, "journal", 4)
    with adobe_client(server.url) as adobe:
        journal = adobe.post("/register").json()["journal"]
        events = adobe.get(journal).json()
        file = snapshot(server)
        assert httpx.post(f"{server.url}/_aemulator/reset", auth=ADMIN).status_code == 200
        assert restore(server, file).status_code == 200
        assert adobe.get(journal).json() == events


def test_a_job_that_was_under_way_is_finished_afterwards(server: ServerProcess, http: httpx.Client) -> None:
    folder = photographer.make_folder(http, "underway")
    path = Upload(http, folder, "a.jpg", photo(5, 3000, 2000)).run()
    file = snapshot(server)
    assert http.request("DELETE", "/api/assets/underway", auth=ADMIN).status_code == 200
    assert restore(server, file).status_code == 200
    assert photographer.wait_processed(http, [path], 60) == {path: "processed"}


def test_it_moves_to_another_server_and_another_database(
    server: ServerProcess, http: httpx.Client, tmp_path: Path
) -> None:
    path = processed_asset(http, "moving", 6)
    before = everything(http, path)
    file = snapshot(server)
    with cluster() as url, ServerProcess(tmp_path / "data", environment={"DATABASE_URL": url}) as other:
        assert restore(other, file).status_code == 200
        with photographer.client(other) as there:
            assert everything(there, path) == before
            assert processed_asset(there, "new", 7), "new rows get keys of their own"
            back = snapshot(other)
    assert restore(server, back).status_code == 200
    assert everything(http, path) == before
    assert http.head("/content/dam/new/a.jpg.json", auth=ADMIN).status_code == 200


def rewritten(file: bytes, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> bytes:
    """The archive with its entries changed and its checksums right again."""
    target, sums = io.BytesIO(), dict[str, str]()
    with tarfile.open(fileobj=io.BytesIO(file)) as old, tarfile.open(fileobj=target, mode="w") as new:
        for member in old:
            source = old.extractfile(member)
            assert source
            content = json.dumps(sums).encode() if member.name == "checksums.json" else source.read()
            if (changed := change(member.name, content)) is None:
                continue
            member.name, content = changed
            member.size = len(content)
            sums[member.name] = hashlib.sha256(content).hexdigest()
            new.addfile(member, io.BytesIO(content))
    return target.getvalue()


def in_manifest(**fields: object) -> Callable[[str, bytes], tuple[str, bytes]]:
    def change(name: str, content: bytes) -> tuple[str, bytes]:
        return name, json.dumps(json.loads(content) | fields).encode() if name == "manifest.json" else content

    return change


def test_a_file_that_cannot_be_read_changes_nothing(server: ServerProcess, http: httpx.Client) -> None:
    path = processed_asset(http, "safe", 8)
    before = everything(http, path)
    file = snapshot(server)
    first_row = file.index(b'"id"')
    bad: dict[str, tuple[bytes, int, str]] = {
        "empty": (b"", 400, ""),
        "something else": (b"PK\x03\x04" + bytes(4000), 400, "not a snapshot"),
        "truncated at once": (file[:700], 400, "truncated"),
        "truncated in the middle": (file[: len(file) // 2], 400, "truncated"),
        "without its end": (file[: file.rindex(b"checksums.json")], 400, "truncated"),
        "one byte changed": (file[:first_row] + b"X" + file[first_row + 1 :], 400, "checksum"),
        "another format": (rewritten(file, in_manifest(version=99)), 409, "99"),
        "another program": (rewritten(file, in_manifest(format="x")), 400, "not a snapshot"),
        "a path that leads elsewhere": (
            rewritten(file, lambda name, body: (name.replace("blobs/1", "../../etc/x"), body)),
            400,
            "no snapshot has",
        ),
        "an unknown table": (
            rewritten(file, lambda name, body: (name.replace("repository_node", "auth_user"), body)),
            409,
            "no table auth_user",
        ),
        "an unknown column": (
            rewritten(file, lambda name, body: (name, body.replace(b'"depth"', b'"tallness"'))),
            409,
            "tallness",
        ),
        "rows that break the rules": (
            rewritten(file, lambda name, body: (name, body.replace(b'"depth": 0', b'"depth": null'))),
            400,
            "cannot be loaded",
        ),
    }
    for what, (content, status, words) in bad.items():
        answer = restore(server, content)
        assert answer.status_code == status, (what, answer.text)
        assert words in answer.json()["message"], (what, answer.text)
    assert everything(http, path) == before
    assert http.get("/_aemulator/health").status_code == 200


def test_both_are_for_the_logged_in(server: ServerProcess) -> None:
    assert httpx.get(f"{server.url}/_aemulator/snapshot").status_code == 401
    assert httpx.post(f"{server.url}/_aemulator/restore", content=b"").status_code == 401
    foreign = {"Origin": "http://evil.example"}
    assert httpx.post(f"{server.url}/_aemulator/restore", auth=ADMIN, headers=foreign).status_code == 403


def test_the_commands_work_with_and_without_a_server(data_dir: Path, tmp_path: Path) -> None:
    file, where = tmp_path / "state.tar", ("--data-dir", str(data_dir))
    with ServerProcess(data_dir) as running, running.client() as client:
        client.post("/api/assets/one", json={"class": "assetFolder"})
        done = manage("snapshot", str(file), *where)
        assert done.returncode == 0, done.stderr
        client.request("DELETE", "/api/assets/one")
        assert manage("restore", str(file), "--yes", *where).returncode == 0
        assert client.get("/content/dam/one.json").status_code == 200
    offline = tmp_path / "offline.tar"
    assert manage("snapshot", str(offline), *where).returncode == 0
    other = ("--data-dir", str(tmp_path / "other"))
    done = manage("restore", str(offline), "--yes", *other)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "other" / "aemulator.sqlite3")) as rows:
        assert rows.execute("SELECT 1 FROM repository_node WHERE path = '/content/dam/one'").fetchone()
    assert "there is no file" in manage("restore", str(tmp_path / "none"), "--yes", *other).stderr


def test_it_moves_into_another_storage_and_back(server: ServerProcess, http: httpx.Client, tmp_path: Path) -> None:
    """Into Azurite, as an Azure account is one: all but our own container there is others'."""
    path = processed_asset(http, "stored", 9)
    before = everything(http, path)
    file = snapshot(server)
    (tmp_path / "azurite").mkdir()
    with azurite(tmp_path / "azurite") as storage, storage.service() as account:
        account.create_container("others").upload_blob("theirs", b"bytes")
        words = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={storage.url};"
        elsewhere = {"AZURE_STORAGE_CONNECTION_STRING": words, "AEMULATOR_BLOB_CONTAINER": "of-another"}
        with ServerProcess(tmp_path / "data", environment=elsewhere) as other:
            assert restore(other, file).status_code == 200
            with photographer.client(other) as there:
                assert everything(there, path) == before
                back = snapshot(other)
                assert processed_asset(there, "more", 10)
                assert httpx.post(f"{other.url}/_aemulator/reset", auth=ADMIN, timeout=30).status_code == 200
                assert not list(account.get_container_client("of-another").list_blob_names())
                assert restore(other, back).status_code == 200
                assert everything(there, path) == before
        names = list(account.get_container_client("others").list_blob_names())
        assert names == ["theirs"]
    assert restore(server, back).status_code == 200
    assert everything(http, path) == before


def test_what_is_deleted_while_it_is_taken_is_in_it(server: ServerProcess, http: httpx.Client) -> None:
    path = Upload(http, photographer.make_folder(http, "slow"), "a.jpg", photo(11, 3000, 2000)).run()
    assert photographer.wait_processed(http, [path], 60) == {path: "processed"}
    before = everything(http, path)
    with httpx.stream("GET", f"{server.url}/_aemulator/snapshot", auth=ADMIN, timeout=60) as answer:
        pieces = answer.iter_raw()
        file = next(pieces)
        assert http.request("DELETE", "/api/assets/slow", auth=ADMIN).status_code == 200
        file += b"".join(pieces)
    assert restore(server, file).status_code == 200
    assert everything(http, path) == before
