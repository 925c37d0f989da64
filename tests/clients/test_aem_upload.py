"""@adobe/aem-upload as published: files, folders, every way to sign in, versions, and how fast a hundred files are."""

import base64
import json
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import pytest

from tests.clients.conftest import Program
from tests.processors import Processors
from tests.repository.author import BROWSER, node, upload
from tests.server import ADMIN, ServerProcess, wait_until

BASIC = {"Authorization": "Basic " + base64.b64encode(":".join(ADMIN).encode()).decode()}
HUNDRED_FILES_WITHIN = 2.0  # seconds, on a machine that has nothing else to do
ATTEMPTS = 3
NFD = unicodedata.normalize("NFD", "Café déjà.png")

# What is on the disk, and the path that the client asks AEM for. None: it leaves the file out.
AWKWARD = {
    "two words.jpg": "two words.jpg",
    "x#1.PNG": "x-1.PNG",
    "R&D {draft}?.Jpeg": "R-D -draft--.Jpeg",
    "v1.2.final.tiff": "v1.2.final.tiff",
    "no extension": "no extension",
    "50%.jpg": "50-.jpg",
    "a,b@c=d;e$+f.jpg": "a,b@c=d;e$+f.jpg",
    "it's (1) ~.jpg": "it's (1) ~.jpg",
    "star*:[x]|.jpg": "star---x--.jpg",
    "Ünïcode ß.jpg": "Ünïcode ß.jpg",
    NFD: unicodedata.normalize("NFC", NFD),
    "日本 😀.PNG": "日本 😀.PNG",
    ".hidden": None,
    "Thumbs.db": None,
    "Sub #1 & co/Über.ordner/deep/er/x.jpg": "sub--1---co/über-ordner/deep/er/x.jpg",
}


@pytest.fixture
def folder() -> str:
    return f"/content/dam/up-{uuid4().hex[:12]}"


@pytest.fixture
def existing(client: httpx.Client, folder: str) -> str:
    client.post(folder.replace("/content/dam", "/api/assets"), json={"class": "assetFolder"}).raise_for_status()
    return folder


def send(run: Program, server: ServerProcess, folder: str, headers: dict[str, str] = BASIC, **job: Any) -> Any:
    return run("aem-upload.js", json.dumps({"url": server.url + folder, "headers": headers, **job}))


def one_file(tmp_path: Path, content: bytes = b"some bytes", **options: Any) -> dict[str, Any]:
    file = tmp_path / "file.bin"
    file.write_bytes(content)
    return {"fileName": "file.bin", "fileSize": len(content), "filePath": str(file), **options}


def test_a_folder_tree_with_awkward_names(
    run: Program, server: ServerProcess, client: httpx.Client, folder: str, tmp_path: Path
) -> None:
    tree = tmp_path / "Tree"
    for name in AWKWARD:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(name.encode())
    done = send(run, server, folder, paths=[str(tree)], deep=True)
    assert [problems for _, problems in done["files"] if problems] == []
    asked = {unquote(url.partition(f"{folder}/tree/")[2]) for url, _ in done["files"]}
    kept = {name: path for name, path in AWKWARD.items() if path is not None}
    assert {unicodedata.normalize("NFC", path) for path in asked} == set(kept.values())
    for name, path in kept.items():
        assert client.get(httpx.URL(f"{server.url}{folder}/tree/").join(_quoted(path))).content == name.encode()
    assert node(client, f"{folder}/tree/sub--1---co", "1")["jcr:content"]["jcr:title"] == "Sub #1 & co"
    original = node(client, f"{folder}/tree/x-1.PNG/jcr:content/renditions/original/jcr:content")
    assert original["jcr:mimeType"] == "image/png"


def test_the_same_tree_again_is_no_error(
    run: Program, server: ServerProcess, client: httpx.Client, folder: str, tmp_path: Path
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.txt").write_text("x")
    for _ in range(2):
        done = send(run, server, folder, paths=[str(tmp_path / "a")], deep=True)
        assert (done["completed"], done["errors"]) == (1, [])
    assert client.get(f"{folder}/a/b/x.txt").text == "x"


def test_one_file_from_a_path_and_from_a_buffer(
    run: Program, server: ServerProcess, client: httpx.Client, existing: str, tmp_path: Path
) -> None:
    file = one_file(tmp_path, bytes(range(256)) * 1000)
    from_buffer = {"fileName": "buffer.bin", "fileSize": file["fileSize"], "buffer": file["filePath"]}
    done = send(run, server, existing, files=[file, from_buffer])
    assert (done["completed"], [problems for _, problems in done["files"]]) == (2, [[], []])
    for name in ("file.bin", "buffer.bin"):
        assert client.get(f"{existing}/{name}").content == bytes(range(256)) * 1000


def test_bearer_token_and_login_cookie(
    run: Program, server: ServerProcess, environment: dict[str, str], existing: str, tmp_path: Path
) -> None:
    bearer = {"Authorization": f"Bearer {environment['AEMULATOR_ACCESS_TOKEN']}"}
    assert send(run, server, existing, bearer, files=[one_file(tmp_path)])["completed"] == 1
    assert send(run, server, existing, _cookie(server), files=[one_file(tmp_path)])["completed"] == 1


def test_a_browser_asks_for_csrf_tokens(
    run: Program, server: ServerProcess, client: httpx.Client, existing: str, tmp_path: Path
) -> None:
    """Without them a browser's cookie does not count: the same upload from what is no document is refused."""
    as_browser = {**_cookie(server), "user-agent": BROWSER}
    refused = send(run, server, existing, as_browser, files=[one_file(tmp_path)])
    assert (refused["completed"], refused["files"][0][1]) == (0, ["EFORBIDDEN Request failed with status code 403"])
    done = send(run, server, existing, as_browser, files=[one_file(tmp_path)], browser=True)
    assert (done["completed"], done["files"][0][1]) == (1, [])
    assert client.get(f"{existing}/file.bin").content == b"some bytes"


def test_wrong_password_and_missing_folder(run: Program, server: ServerProcess, folder: str, tmp_path: Path) -> None:
    wrong = {"Authorization": "Basic " + base64.b64encode(b"admin:wrong").decode()}
    refused = send(run, server, "/content/dam", wrong, files=[one_file(tmp_path)])
    assert refused["files"][0][1] == ["ENOTAUTHORIZED Request failed with status code 401"]
    missing = send(run, server, folder, files=[one_file(tmp_path)])
    assert missing["files"][0][1] == ["ENOTFOUND Request failed with status code 404"]
    assert send(run, server, f"{folder}/x", wrong, paths=[str(tmp_path)])["thrown"].startswith("ENOTAUTHORIZED")


def test_binary_update_version_and_replace(
    run: Program, server: ServerProcess, client: httpx.Client, existing: str, tmp_path: Path
) -> None:
    path = upload(client, existing, "file.bin", b"first")
    uuid = node(client, path)["jcr:uuid"]
    assert send(run, server, existing, files=[one_file(tmp_path, b"second")])["completed"] == 1
    assert (client.get(path).content, node(client, path)["jcr:uuid"]) == (b"second", uuid)
    assert client.get(f"{path}.version.json").json()["versions"] == []

    version = {"createVersion": True, "versionLabel": "before the third", "versionComment": "ça va"}
    assert send(run, server, existing, files=[one_file(tmp_path, b"third", **version)])["completed"] == 1
    assert (client.get(path).content, node(client, path)["jcr:uuid"]) == (b"third", uuid)
    (kept,) = client.get(f"{path}.version.json").json()["versions"]
    assert (kept["label"], kept["comment"]) == ("before the third", "ça va")

    assert send(run, server, existing, files=[one_file(tmp_path, b"fourth", replace=True)])["completed"] == 1
    assert client.get(path).content == b"fourth"
    assert node(client, path)["jcr:uuid"] != uuid


def test_an_empty_file_is_the_clients_own_error(
    run: Program, server: ServerProcess, client: httpx.Client, existing: str, tmp_path: Path
) -> None:
    done = send(run, server, existing, files=[one_file(tmp_path, b"")])
    assert "Empty file" in done["files"][0][1][0]
    assert client.get(f"{existing}/file.bin").status_code == 404


def test_a_hundred_tiny_files(
    run: Program, server: ServerProcess, client: httpx.Client, folder: str, tmp_path: Path
) -> None:
    """With default options, as if the machine had nothing else to do."""
    warm = upload(client, "/content/dam", f"warm-{uuid4().hex}.txt", b"so that the workers are there")
    wait_until(lambda: node(client, f"{warm}/jcr:content")["dam:assetState"] == "processed", 30, "it is processed")
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    for number in range(100):
        (tiny / f"{number}.txt").write_text(str(number))
    took = []
    for number in range(ATTEMPTS):
        processors = Processors(server.process.pid)
        done = send(run, server, f"{folder}/{number}", paths=[str(tiny)])
        took.append(processors.idle_seconds(done["seconds"], done["waited"]))
        assert (done["completed"], done["errors"]) == (100, [])
        query = {"path": f"{folder}/{number}", "type": "dam:Asset", "p.limit": "0"}
        assert client.get("/bin/querybuilder.json", params=query).json()["total"] == 100
        if took[-1] < HUNDRED_FILES_WITHIN:
            return
    pytest.fail(f"seconds: {took}")


def _cookie(server: ServerProcess) -> dict[str, str]:
    """As a browser gets it."""
    form = {"j_username": ADMIN[0], "j_password": ADMIN[1], "j_validate": "true"}
    answer = httpx.post(f"{server.url}/libs/granite/core/content/login.html/j_security_check", data=form)
    return {"Cookie": f"login-token={answer.cookies['login-token']}"}


def _quoted(path: str) -> httpx.URL:
    return httpx.URL(path="./" + path)
