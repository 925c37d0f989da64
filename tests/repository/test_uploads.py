"""Direct binary upload as clients do it: over HTTP, against the embedded blob storage."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository import uploads
from repository.errors import InvalidToken
from repository.paths import NodePath
from repository.upload_tokens import UploadToken
from tests.repository.author import fresh_folder, node
from tests.server import ServerProcess

MIN_PART, MAX_PART, MAX_SIZE = 1000, 4000, 50_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with small parts, and without workers: nothing here waits for renditions."""
    environment = {
        "AEMULATOR_UPLOAD_MIN_PART_SIZE": str(MIN_PART),
        "AEMULATOR_UPLOAD_MAX_PART_SIZE": str(MAX_PART),
        "AEMULATOR_UPLOAD_MAX_SIZE": str(MAX_SIZE),
    }
    with ServerProcess(tmp_path_factory.mktemp("uploads") / "data", "--no-workers", environment=environment) as running:
        yield running


@pytest.fixture
def folder(client: httpx.Client) -> str:
    return fresh_folder(client)


def initiate(client: httpx.Client, folder: str, *files: tuple[str, int]) -> httpx.Response:
    fields = {"fileName": [name for name, _ in files], "fileSize": [str(size) for _, size in files]}
    return client.post(f"{folder}.initiateUpload.json", data=fields)


def initiated(client: httpx.Client, folder: str, name: str, size: int) -> dict[str, Any]:
    answer = initiate(client, folder, (name, size))
    assert answer.status_code == 200, answer.text
    file: dict[str, Any] = answer.json()["files"][0]
    return {**file, "completeURI": answer.json()["completeURI"]}


def put(url: str, content: bytes) -> httpx.Response:
    return httpx.put(url, content=content, headers={"content-type": "image/png"})


def put_all(file: dict[str, Any], content: bytes, part: int = MIN_PART) -> None:
    for index in range(-(-len(content) // part)):
        assert put(file["uploadURIs"][index], content[index * part : (index + 1) * part]).status_code == 201


def complete(client: httpx.Client, file: dict[str, Any], **more: str) -> httpx.Response:
    fields = {"fileName": file["fileName"], "mimeType": file["mimeType"], "uploadToken": file["uploadToken"], **more}
    return client.post(file["completeURI"], data=fields)


def upload(client: httpx.Client, folder: str, name: str, content: bytes, **more: str) -> httpx.Response:
    file = initiated(client, folder, name, len(content))
    put_all(file, content)
    return complete(client, file, **more)


def title(answer: httpx.Response) -> str:
    found = re.search("<title>(.*?)</title>", answer.text)
    assert found, answer.text
    return found[1]


def test_initiate_answers_what_clients_check(client: httpx.Client, server: ServerProcess, folder: str) -> None:
    answer = initiate(client, folder, ("a.PNG", 10), ("b c.tif", 2500))
    assert answer.status_code == 200
    body = answer.json()
    assert body["folderPath"] == folder
    assert body["completeURI"] == f"{folder}.completeUpload.json"
    assert [file["fileName"] for file in body["files"]] == ["a.PNG", "b c.tif"]
    assert [file["mimeType"] for file in body["files"]] == ["image/png", "image/tiff"]
    assert [len(file["uploadURIs"]) for file in body["files"]] == [1, 3]
    for file in body["files"]:
        assert isinstance(file["uploadToken"], str)
        assert (file["minPartSize"], file["maxPartSize"]) == (MIN_PART, MAX_PART)
        assert all(url.startswith(f"{server.url}/") and urlsplit(url).query for url in file["uploadURIs"])


def test_initiate_leaves_no_trace(client: httpx.Client, folder: str) -> None:
    before = node(client, folder, "-1")
    initiate(client, folder, ("a.png", 10))
    assert node(client, folder, "-1") == before


def test_an_upload_is_byte_exact_and_there_at_once(client: httpx.Client, folder: str) -> None:
    content = bytes(range(256)) * 9
    answer = upload(client, folder, "ä ö.png", content)
    assert answer.status_code == 200
    assert answer.json()["files"][0]["path"] == f"{folder}/ä ö.png"
    assert node(client, f"{folder}/ä ö.png/jcr:content")["dam:assetState"] == "processing"
    assert client.get(f"{folder}/ä ö.png").content == content


def test_multipart_forms_are_read_too(client: httpx.Client, folder: str) -> None:
    answer = client.post(f"{folder}.initiateUpload.json", files={"fileName": (None, "a.png"), "fileSize": (None, "3")})
    file = answer.json()["files"][0]
    put(file["uploadURIs"][0], b"abc")
    fields = {"fileName": "a.png", "fileSize": "3", "mimeType": "image/png", "uploadToken": file["uploadToken"]}
    form = {name: (None, value) for name, value in {**fields, "uploadDuration": "12"}.items()}
    assert client.post(answer.json()["completeURI"], files=form).status_code == 200
    assert client.get(f"{folder}/a.png").content == b"abc"


def test_parts_in_any_order_again_and_larger_than_needed(client: httpx.Client, folder: str) -> None:
    content = bytes(range(250)) * 20
    file = initiated(client, folder, "a.png", len(content))
    assert len(file["uploadURIs"]) == 5
    assert put(file["uploadURIs"][1], content[3000:]).status_code == 201
    assert put(file["uploadURIs"][0], b"x" * 77).status_code == 201
    assert put(file["uploadURIs"][0], content[:3000]).status_code == 201
    assert complete(client, file).status_code == 200
    assert client.get(f"{folder}/a.png").content == content


def test_an_empty_file_is_an_asset(client: httpx.Client, folder: str) -> None:
    file = initiated(client, folder, "empty.jpg", 0)
    assert len(file["uploadURIs"]) == 1
    assert complete(client, file).status_code == 200
    assert client.get(f"{folder}/empty.jpg").content == b""


def test_several_files_in_one_complete(client: httpx.Client, folder: str) -> None:
    answer = initiate(client, folder, ("a.png", 1), ("b.png", 1)).json()
    for file, content in zip(answer["files"], (b"a", b"b"), strict=True):
        put(file["uploadURIs"][0], content)
    fields = {name: [file[name] for file in answer["files"]] for name in ("fileName", "uploadToken", "mimeType")}
    done = client.post(answer["completeURI"], data={**fields, "createVersion": ["false", "false"]})
    assert [file["fileName"] for file in done.json()["files"]] == ["a.png", "b.png"]
    assert client.get(f"{folder}/b.png").content == b"b"


def test_one_of_several_files_that_fails_fails_all(client: httpx.Client, folder: str) -> None:
    answer = initiate(client, folder, ("a.png", 1), ("b.png", 1)).json()
    put(answer["files"][0]["uploadURIs"][0], b"a")
    fields = {name: [file[name] for file in answer["files"]] for name in ("fileName", "uploadToken", "mimeType")}
    assert client.post(answer["completeURI"], data=fields).status_code == 400
    assert client.get(f"{folder}/a.png.json").status_code == 404


def test_completing_twice_makes_one_asset(client: httpx.Client, folder: str) -> None:
    file = initiated(client, folder, "a.png", 3)
    put(file["uploadURIs"][0], b"abc")
    first, second = complete(client, file, replace="true"), complete(client, file, replace="true")
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert node(client, f"{folder}/a.png/jcr:content")["dam:processingAttempts"] == 1


def test_parts_put_after_the_completion_change_nothing(client: httpx.Client, folder: str) -> None:
    file = initiated(client, folder, "a.png", 3)
    put(file["uploadURIs"][0], b"abc")
    complete(client, file)
    put(file["uploadURIs"][0], b"xyz")
    assert complete(client, file).status_code == 200
    assert client.get(f"{folder}/a.png").content == b"abc"


def test_what_becomes_of_an_asset_that_is_there(client: httpx.Client, folder: str) -> None:
    uuids = []
    for number, flags in enumerate(
        [
            {},
            {"createVersion": "false", "replace": "false"},
            {"createVersion": "true", "replace": "false", "versionLabel": "v1", "versionComment": "mine"},
            {"createVersion": "true", "replace": "true"},
            {"createVersion": "false", "replace": "true"},
        ]
    ):
        assert upload(client, folder, "a.png", f"content {number}".encode(), **flags).status_code == 200
        assert client.get(f"{folder}/a.png").content == f"content {number}".encode()
        uuids.append(node(client, f"{folder}/a.png")["jcr:uuid"])
    assert len(set(uuids[:4])) == 1
    assert uuids[4] != uuids[0]


def test_a_missing_folder_is_named_as_adobes_script_expects(client: httpx.Client, folder: str) -> None:
    for path in (f"{folder}/missing", "/content/dam/nowhere", f"{folder}/a.png"):
        for servlet in ("initiateUpload", "completeUpload"):
            form = {"fileName": "a.png", "fileSize": "1", "uploadToken": "x"}
            answer = client.post(f"{path}.{servlet}.json", data=form)
            assert answer.status_code == 404
            assert title(answer) == "404 Specified folder not found"


def test_a_form_without_file_name_is_explained(client: httpx.Client, folder: str) -> None:
    url = f"{folder}.initiateUpload.json"
    answer = client.post(url, data={"fileSize": "1"})
    assert answer.status_code == 400
    assert "Missing field: fileName" in title(answer)
    twice = "application/x-www-form-urlencoded, application/x-www-form-urlencoded"
    answer = client.post(url, content=b"fileName=a.png&fileSize=1", headers={"content-type": twice})
    assert answer.status_code == 500
    assert "two Content-Type headers" in answer.text
    answer = client.post(url, json={"fileName": "a.png"})
    assert answer.status_code == 415
    assert "urlencoded or multipart" in answer.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"fileName": "a.png", "fileSize": str(MAX_SIZE + 1)}, 413),
        ({"fileName": "a.png", "fileSize": "-1"}, 400),
        ({"fileName": "a.png", "fileSize": "ten"}, 400),
        ({"fileName": "a.png", "fileSize": "9" * 30}, 400),
        ({"fileName": ["a.png", "b.png"], "fileSize": "1"}, 400),
        ({"fileName": "a?.png", "fileSize": "1"}, 400),
        ({"fileName": "../a.png", "fileSize": "1"}, 400),
        ({"fileName": "x" * 256, "fileSize": "1"}, 400),
        ({"fileName": "a.png"}, 400),
        ({}, 400),
    ],
)
def test_what_initiate_refuses(client: httpx.Client, folder: str, fields: dict[str, Any], status: int) -> None:
    answer = client.post(f"{folder}.initiateUpload.json", data=fields)
    assert answer.status_code == status
    assert title(answer).startswith(str(status))


def test_what_complete_refuses(client: httpx.Client, folder: str) -> None:
    file = initiated(client, folder, "a.png", 2500)
    other = initiated(client, folder, "b.png", 1)
    assert complete(client, file).status_code == 400
    put(file["uploadURIs"][0], b"x" * 1000)
    put(file["uploadURIs"][2], b"x" * 1500)
    missing = complete(client, file)
    assert missing.status_code == 400
    assert "missing" in title(missing)
    put(file["uploadURIs"][1], b"x" * 13)
    wrong = complete(client, file)
    assert wrong.status_code == 400
    assert "2500 bytes, but 2513" in title(wrong)
    for fields in (
        {"uploadToken": "forged"},
        {"uploadToken": other["uploadToken"]},
        {"uploadToken": file["uploadToken"][:-1]},
        {"fileName": "c.png"},
        {"fileSize": "7"},
        {"fileSize": "x"},
        {"createVersion": ["true", "false"]},
    ):
        assert complete(client, file, **fields).status_code == 400, fields
    assert complete(client, file, uploadToken="").status_code == 400
    assert client.get(f"{folder}/a.png.json").status_code == 404


def test_a_folder_in_the_way_is_a_conflict(client: httpx.Client, folder: str) -> None:
    client.post(f"{folder}/a.png", data={"jcr:primaryType": "sling:Folder"})
    assert upload(client, folder, "a.png", b"x").status_code == 409


def test_a_wrong_mime_type_cannot_break_a_response(client: httpx.Client, folder: str) -> None:
    assert upload(client, folder, "a.png", b"x", mimeType="a/b\r\nX: y").status_code == 200
    assert client.get(f"{folder}/a.png").headers["content-type"] == "image/png"


def test_anonymous_clients_and_other_methods_are_refused(
    server: ServerProcess, client: httpx.Client, folder: str
) -> None:
    anonymous = httpx.post(f"{server.url}{folder}.initiateUpload.json", data={"fileName": "a.png", "fileSize": "1"})
    assert anonymous.status_code == 401
    assert "Basic" in anonymous.headers["www-authenticate"]
    assert client.get(f"{folder}.initiateUpload.json").status_code == 405


def test_part_urls_have_the_name_by_which_the_client_came(server: ServerProcess, folder: str) -> None:
    port = urlsplit(server.url).port
    with httpx.Client(base_url=f"http://localhost:{port}", auth=("admin", "admin")) as client:
        file = initiated(client, folder, "a.png", 1)
        assert file["uploadURIs"][0].startswith(f"http://localhost:{port}/")
        assert put(file["uploadURIs"][0], b"x").status_code == 201
        assert complete(client, file).status_code == 200


def test_a_folder_of_any_name(client: httpx.Client, folder: str) -> None:
    path = NodePath(folder) / "Größe 100% +.v2 😀"
    assert client.post(path.href, data={"jcr:primaryType": "sling:Folder"}).status_code == 201
    answer = client.post(f"{path.href}.initiateUpload.json", data={"fileName": "a.png", "fileSize": "1"})
    assert answer.status_code == 200, answer.text
    file = answer.json()["files"][0]
    put(file["uploadURIs"][0], b"x")
    done = client.post(
        urljoin(f"{client.base_url}{path.href}", answer.json()["completeURI"]),
        data={"fileName": "a.png", "mimeType": "image/png", "uploadToken": file["uploadToken"]},
    )
    assert done.status_code == 200, done.text
    assert client.get(f"{path.href}/a.png").content == b"x"


def test_direct_access_is_detected(client: httpx.Client, folder: str) -> None:
    links = client.get("/platform/content/dam").json()["_links"]
    create = links["http://ns.adobe.com/adobecloud/rel/create"]
    assert create == {"href": "/content/dam.initiateUpload.json", "type": "direct"}
    assert client.get(f"/platform{folder}").status_code == 200
    assert client.get(f"/platform{folder}/missing").status_code == 404


def test_the_legacy_servlet_takes_a_file(client: httpx.Client, folder: str) -> None:
    form = {"_charset_": "utf-8"}
    answer = client.post(f"{folder}.createasset.html", data=form, files={"file": ("ü.png", b"abc", "image/png")})
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]
    assert client.get(f"{folder}/ü.png").content == b"abc"
    again = client.post(f"{folder}.createasset.html", data=form, files={"file": ("ü.png", b"abc", "image/png")})
    assert again.status_code == 409


def test_the_legacy_servlet_knows_a_file_by_its_name_when_the_client_does_not(
    client: httpx.Client, folder: str
) -> None:
    for name, said, is_stored_as in (
        ("a.webp", "application/octet-stream", "image/webp"),  # what curl says of it
        ("b.webp", "image/x-own", "image/x-own"),
        ("c", "application/octet-stream", "application/octet-stream"),
    ):
        client.post(f"{folder}.createasset.html", files={"file": (name, b"abc", said)}).raise_for_status()
        assert client.get(f"{folder}/{name}").headers["content-type"] == is_stored_as


def test_the_legacy_servlet_takes_chunks(client: httpx.Client, folder: str) -> None:
    content = bytes(range(256)) * 30
    for _ in range(2):
        assert chunk(client, folder, content, 0, 3000).status_code == 200
    for offset in (3000, 6000):
        assert client.get(f"{folder}/big.png.json").status_code == 404
        assert chunk(client, folder, content, offset, 3000).status_code == 200
    assert client.get(f"{folder}/big.png").content == content
    assert client.get(f"{folder}/big.png").headers["content-type"] == "image/png"


def chunk(client: httpx.Client, folder: str, content: bytes, offset: int, length: int) -> httpx.Response:
    data = content[offset : offset + length]
    form = {
        "_charset_": "utf-8",
        "fileName": "big.png",
        "file@Offset": str(offset),
        "chunk@Length": str(len(data)),
        "file@Length": str(len(content)),
    }
    headers = {"x-chunked-content-type": "image/png", "x-chunked-total-size": str(len(content))}
    files = {"file": ("blob", data, "application/octet-stream")}
    return client.post(f"{folder}.createasset.html", data=form, files=files, headers=headers)


def test_what_the_legacy_servlet_refuses(client: httpx.Client, folder: str) -> None:
    content = b"x" * 9000
    url = f"{folder}.createasset.html"
    assert chunk(client, folder, content, 3000, 3000).status_code == 400
    chunk(client, folder, content, 0, 3000)
    assert chunk(client, folder, content, 6000, 3000).status_code == 400
    assert client.post(url, data={"_charset_": "utf-8"}).status_code == 400
    assert client.post(url, files={"file": ("a#.png", b"x")}).status_code == 400
    assert client.post(url, data={"file@Offset": "x"}, files={"file": ("a.png", b"x")}).status_code == 400
    assert client.post(f"{folder}/no.createasset.html", files={"file": ("a.png", b"x")}).status_code == 404
    assert client.get(f"{folder}/big.png.json").status_code == 404


@given(st.integers(0, 10**13))
def test_url_counts_suit_every_client(size: int) -> None:
    from django.conf import settings

    count = uploads.part_count(size)
    assert count >= 1
    assert count * settings.UPLOAD_MAX_PART_SIZE >= size
    assert count == 1 or size > settings.UPLOAD_MIN_PART_SIZE
    part = max(-(-size // count), settings.UPLOAD_MIN_PART_SIZE)  # as aem-upload divides
    assert part <= settings.UPLOAD_MAX_PART_SIZE


def test_tokens_end(settings: Any) -> None:
    token = UploadToken.new(NodePath("/content/dam/a.png"), 3, "image/png", "originals/x", parts=1, generation=1)
    assert UploadToken.parse(str(token)) == token
    settings.UPLOAD_TOKEN_LIFETIME = -1
    with pytest.raises(InvalidToken, match="initiate the upload again"):
        UploadToken.parse(str(token))
