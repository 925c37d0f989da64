"""Versions, user info and page deletion, as Adobe's own test clients call them."""

import re

import httpx

from tests.repository.author import fresh_folder, node, post, upload


def test_versions_are_made_listed_and_restored(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    path = upload(client, folder, "a.txt", b"first")
    assert client.get(f"{path}.version.json").json() == {"versions": []}
    form = {"cmd": "createVersion", "label": "v1", "comment": "The first", ":status": "browser"}
    assert client.post(f"{path}.version.html", data=form).status_code == 200
    upload(client, folder, "a.txt", b"second")
    version = client.get(f"{path}.version.json").json()["versions"][0]
    assert (version["label"], version["comment"]) == ("v1", "The first")
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d", version["created"])
    restore = {"cmd": "restoreVersion", "id": version["id"], ":status": "browser"}
    assert client.post(f"{path}.version.html", data=restore).status_code == 200
    assert client.get(path).content == b"first"


def test_versions_by_sling_operations(client: httpx.Client) -> None:
    path = upload(client, fresh_folder(client), "a.txt", b"first")
    assert post(client, path, {":operation": "checkout"}).status_code == 409
    assert post(client, path, {":operation": "checkin"}).status_code == 200
    assert post(client, path, {":operation": "checkout"}).status_code == 200
    assert post(client, path, {":operation": "restore", ":version": "1.0"}).status_code == 200
    assert post(client, path, {":operation": "restore", ":version": "9.9"}).status_code == 404


def test_versions_of_what_has_none(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    assert client.get(f"{folder}/no.txt.version.json").status_code == 404
    assert post(client, f"{folder}.version.html", {"cmd": "createVersion"}).status_code == 409
    assert post(client, f"{folder}.version.html", {"cmd": "explode"}).status_code == 400


def test_pages_are_deleted_by_command(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    post(client, folder, {"./a/x": "1", "./b/x": "1"})
    form = {"cmd": "deletePage", "path": [f"{folder}/a", f"{folder}/b"], "force": "true", "_charset_": "utf-8"}
    assert post(client, "/bin/wcmcommand", form).status_code == 200
    assert "a" not in node(client, folder, "1")
    assert post(client, "/bin/wcmcommand", form).status_code == 404
    assert post(client, "/bin/wcmcommand", {"cmd": "deletePage"}).status_code == 400
    assert post(client, "/bin/wcmcommand", {"cmd": "other"}).status_code == 400
