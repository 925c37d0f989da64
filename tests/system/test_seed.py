"""Seeding: whatever a test wants to find, in one request."""

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx

from tests.photographer import photo
from tests.server import ServerProcess, manage

Json = dict[str, Any]


def seed(client: httpx.Client, description: Json | None = None, **options: Any) -> httpx.Response:
    if description is not None:
        options["json"] = description
    return client.post("/_aemulator/seed", params={"wait": "true", **options.pop("params", {})}, **options)


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_description_makes_profiles_folders_and_assets(client: httpx.Client) -> None:
    description = {
        "profiles": [{"title": "Small", "images": [{"name": "small.png", "format": "png", "width": 50}]}],
        "folders": [{"path": "/content/dam/shop", "title": "The Shop", "profile": "Small"}],
        "assets": [
            {"path": "/content/dam/shop/deep/a b.jpg", "picture": {"width": 300, "height": 200, "seed": 4}},
            {"path": "/content/dam/shop/t.txt", "base64": base64.b64encode(b"hello").decode(), "mimeType": "text/x-a"},
            {"path": "/content/dam/shop/p.png", "picture": {}, "metadata": {"dc:title": "Mine"}},
        ],
    }
    answer = seed(client, description)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["assets"].values()) == {"processed"}
    assert client.get("/content/dam/shop/t.txt").content == b"hello"
    assert client.get("/content/dam/shop/t.txt").headers["content-type"].startswith("text/x-a")
    assert client.get("/content/dam/shop/jcr:content.json").json()["jcr:title"] == "The Shop"
    metadata = client.get("/content/dam/shop/p.png/jcr:content/metadata.json").json()
    assert metadata["dc:title"] == "Mine"
    assert metadata["tiff:ImageWidth"] == 640
    made = client.get("/content/dam/shop/deep/a%20b.jpg/jcr:content/renditions/small.png")
    assert made.headers["content-type"] == "image/png"


def test_the_same_description_again_changes_nothing_that_is_there(client: httpx.Client) -> None:
    description = {"assets": [{"path": "/content/dam/twice/a.jpg", "picture": {"seed": 7}}]}
    assert seed(client, description).status_code == 200
    before = client.get("/content/dam/twice/a.jpg").content
    assert seed(client, description).json()["assets"] == {"/content/dam/twice/a.jpg": "processed"}
    assert client.get("/content/dam/twice/a.jpg").content == before


def test_files_come_as_a_form_with_and_without_a_description(client: httpx.Client) -> None:
    description = {"assets": [{"path": "/content/dam/form/named.jpg", "file": "mine"}]}
    parts = {
        "description": (None, json.dumps(description), "application/json"),
        "mine": ("x.jpg", photo(1), "image/jpeg"),
        "other": ("other.jpg", photo(2), "image/jpeg"),
        "/content/dam/form/exact/here.jpg": ("y.jpg", photo(3), "image/jpeg"),
    }
    answer = seed(client, files=parts, params={"folder": "/content/dam/form"})
    assert answer.json()["assets"] == {
        "/content/dam/form/named.jpg": "processed",
        "/content/dam/form/other.jpg": "processed",
        "/content/dam/form/exact/here.jpg": "processed",
    }
    assert client.get("/content/dam/form/exact/here.jpg").content == photo(3)


def test_a_zip_is_unpacked(client: httpx.Client) -> None:
    content = zipped(**{"a.jpg": photo(1), "deep/er/b.jpg": photo(2), "__MACOSX/._a.jpg": b"x", "deep/.DS_Store": b"x"})
    headers = {"Content-Type": "application/zip"}
    answer = seed(client, content=content, headers=headers, params={"folder": "/content/dam/zip"})
    assert set(answer.json()["assets"]) == {"/content/dam/zip/a.jpg", "/content/dam/zip/deep/er/b.jpg"}


def test_what_cannot_be_is_refused_in_words(client: httpx.Client) -> None:
    bad: list[tuple[Json, str]] = [
        ({"assets": [{"path": "/etc/passwd", "picture": {}}]}, "assets.0.path"),
        ({"assets": [{"path": "/content/dam/../x.jpg", "picture": {}}]}, "assets.0.path"),
        ({"assets": [{"path": "/content/dam/x.jpg"}]}, "exactly one"),
        ({"assets": [{"path": "/content/dam/x.txt", "picture": {}}]}, "a picture ends in"),
        ({"assets": [{"path": "/content/dam/x.txt", "base64": "!"}]}, "base64"),
        ({"assets": [{"path": "/content/dam/x.txt", "file": "nowhere"}]}, "no file nowhere"),
        ({"assets": [{"path": "/content/dam/x.jpg", "picture": {"width": 0}}]}, "width"),
        ({"surprise": []}, "surprise"),
        ({"assets": [{"path": "/content/dam/a:b.jpg", "picture": {}}]}, "400 The name 'a:b.jpg' contains ':'"),
        ({"folders": [{"path": "/content/dam/x", "profile": "none"}]}, "no processing profile none"),
        ({"profiles": [{"title": ""}]}, "profiles.0"),
    ]
    for description, words in bad:
        answer = seed(client, description)
        assert answer.status_code == 400, description
        assert words in answer.json()["message"]


def test_bodies_that_are_something_else(client: httpx.Client) -> None:
    as_zip = {"Content-Type": "application/zip"}
    assert seed(client, content=b"no zip", headers=as_zip).status_code == 400
    assert seed(client, content=zipped(**{"../x.jpg": b"x"}), headers=as_zip).status_code == 400
    assert seed(client, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert seed(client, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    form = {"Content-Type": "multipart/form-data"}
    assert seed(client, content=b"x", headers=form).status_code == 400
    assert seed(client, {}, params={"wait": "perhaps"}).status_code == 400
    assert seed(client, {}, params={"within": "soon"}).status_code == 400
    assert seed(client, {}, params={"within": "nan"}).status_code == 400
    photo_part = {"a": ("a.jpg", photo(1), "image/jpeg")}
    assert seed(client, files=photo_part, params={"folder": "/etc"}).status_code == 400
    assert seed(client, files={"/content/dam/../x.jpg": photo_part["a"]}).status_code == 400


def test_it_is_for_the_logged_in_and_not_for_other_sites(server: ServerProcess, client: httpx.Client) -> None:
    assert httpx.post(f"{server.url}/_aemulator/seed").status_code == 401
    assert seed(client, {}, headers={"Origin": "http://evil.example"}).status_code == 403


def test_waiting_ends_in_time(client: httpx.Client) -> None:
    description = {"assets": [{"path": "/content/dam/late/a.jpg", "picture": {"width": 8000, "height": 6000}}]}
    answer = seed(client, description, params={"within": "0.01"})
    assert answer.status_code == 504
    assert "/content/dam/late/a.jpg" in answer.json()["message"]


def test_the_command(server: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(photo(1))
    (tmp_path / "seed.json").write_text('{"assets": [{"path": "/content/dam/command/p.png", "picture": {}}]}')
    where = ["--data-dir", str(server.data_dir)]
    files = [str(tmp_path / "one.jpg"), str(tmp_path / "seed.json")]
    done = manage("seed", *files, "--folder", "/content/dam/command", "--wait", *where)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == {
        "/content/dam/command/one.jpg processed",
        "/content/dam/command/p.png processed",
    }
    assert "cannot be read" in manage("seed", str(tmp_path / "none.jpg"), *where).stderr
    assert "no server runs" in manage("seed", "--data-dir", str(tmp_path / "other")).stderr
