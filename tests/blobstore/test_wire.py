"""What goes over the wire of our store: error documents, headers, refusals. Plain HTTP, no SDK."""

import http.client
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx
import pytest
from azure.storage.blob import BlobClient, ContainerClient

from tests.blobstore.account import ACCOUNT
from tests.blobstore.servers import BlobServer
from tests.blobstore.signing import account_token, signed
from tests.server import wait_until

PUT = {"x-ms-blob-type": "BlockBlob"}
TOKEN = account_token("rwdlc")


@pytest.fixture
def blob(own_container: ContainerClient) -> BlobClient:
    return own_container.get_blob_client("wire.bin")


@pytest.fixture
def url(blob: BlobClient) -> str:
    return signed(blob, "rwdc")


def failure(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an error; the document, the header and the ids must agree."""
    root = ET.fromstring(answer.content)
    assert root.tag == "Error"
    assert root.findtext("Code") == answer.headers["x-ms-error-code"]
    assert answer.headers["x-ms-request-id"] in (root.findtext("Message") or "")
    assert answer.headers["content-type"] == "application/xml"
    return answer.status_code, answer.headers["x-ms-error-code"]


def test_every_answer_has_the_headers_of_the_service(url: str) -> None:
    answer = httpx.put(url, content=b"x", headers={**PUT, "x-ms-version": "2021-12-02", "x-ms-client-request-id": "me"})
    assert answer.status_code == 201
    assert answer.headers["x-ms-version"] == "2021-12-02"
    assert answer.headers["x-ms-client-request-id"] == "me"
    for name in ("x-ms-request-id", "etag", "last-modified", "date", "content-md5"):
        assert answer.headers[name]
    assert answer.headers.get_list("date") == [answer.headers["date"]]
    assert answer.content == b""


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (("PUT", "", {}, b"x"), (400, "MissingRequiredHeader")),
        (("PUT", "", {"x-ms-blob-type": "Cheese"}, b"x"), (400, "InvalidHeaderValue")),
        (("PUT", "", {"x-ms-blob-type": "PageBlob"}, b""), (501, "NotImplemented")),
        (("PUT", "", {**PUT, "content-md5": "nonsense"}, b"x"), (400, "InvalidMd5")),
        (("PUT", "", {**PUT, "content-md5": "XrY7u+Ae7tCTyyK7j1rNww=="}, b"x"), (400, "Md5Mismatch")),
        (("PUT", "", {**PUT, "x-ms-blob-content-md5": "XrY7u+Ae7tCTyyK7j1rNww=="}, b"x"), (400, "Md5Mismatch")),
        (("PUT", "", {**PUT, "x-ms-content-crc64": "nonsense"}, b"x"), (400, "InvalidHeaderValue")),
        (("PUT", "", {**PUT, "x-ms-content-crc64": "AAAAAAAAAAA="}, b"x"), (400, "Crc64Mismatch")),
        (
            ("PUT", "", {**PUT, "x-ms-content-crc64": "AAAAAAAAAAA=", "content-md5": "XrY7u+Ae7tCTyyK7j1rNww=="}, b"x"),
            (400, "BothCrc64AndMd5HeaderPresent"),
        ),
        (("PUT", "comp=block&blockid=AAAA", {"x-ms-content-crc64": "AAAAAAAAAAA="}, b"x"), (400, "Crc64Mismatch")),
        (("PUT", "comp=blocklist", {"x-ms-content-crc64": "AAAAAAAAAAA="}, b"<BlockList/>"), (400, "Crc64Mismatch")),
        (("PUT", "", {**PUT, "x-ms-meta-a-b": "x"}, b"x"), (400, "InvalidMetadata")),
        (("PUT", "", {**PUT, "x-ms-meta-big": "x" * 9000}, b"x"), (400, "MetadataTooLarge")),
        (("PUT", "", {**PUT, "x-ms-access-tier": "Lukewarm"}, b"x"), (400, "InvalidHeaderValue")),
        (("PUT", "", {**PUT, "x-ms-encryption-key": "x"}, b"x"), (400, "UnsupportedHeader")),
        (("PUT", "", {**PUT, "x-ms-tags": "a=1&a=2"}, b"x"), (400, "DuplicateTagNames")),
        (("PUT", "", {**PUT, "if-modified-since": "yesterday"}, b"x"), (400, "InvalidHeaderValue")),
        (("PUT", "", {**PUT, "if-match": '"0x1"'}, b"x"), (412, "ConditionNotMet")),
        (("PUT", "comp=block", {}, b"x"), (400, "MissingRequiredQueryParameter")),
        (("PUT", "comp=block&blockid=%C3%BC", {}, b"x"), (400, "InvalidBlockId")),
        (("PUT", "comp=block&blockid=" + "QUFB" * 30, {}, b"x"), (400, "InvalidBlockId")),
        (("PUT", "comp=block&blockid=AAAA", {}, b""), (400, "InvalidHeaderValue")),
        (("PUT", "comp=blocklist", {}, b"<BlockList><Latest>"), (400, "InvalidXmlDocument")),
        (("PUT", "comp=blocklist", {}, b"<List/>"), (400, "InvalidXmlDocument")),
        (("PUT", "comp=blocklist", {}, b"<BlockList><Newest>AAAA</Newest></BlockList>"), (400, "InvalidXmlDocument")),
        (("PUT", "comp=blocklist", {}, b"<BlockList><Latest>AAAA</Latest></BlockList>"), (400, "InvalidBlockList")),
        (("PUT", "comp=cheese", {}, b""), (400, "InvalidQueryParameterValue")),
        (("PUT", "comp=lease", {"x-ms-lease-action": "acquire"}, b""), (501, "NotImplemented")),
        (("PATCH", "", {}, b""), (405, "UnsupportedHttpVerb")),
        (("GET", "", {}, b""), (404, "BlobNotFound")),
        (("DELETE", "", {}, b""), (404, "BlobNotFound")),
        (("GET", "comp=blocklist", {}, b""), (404, "BlobNotFound")),
        (("GET", "comp=metadata", {}, b""), (404, "BlobNotFound")),
        (("PUT", "comp=metadata", {"x-ms-meta-a": "b"}, b""), (404, "BlobNotFound")),
        (("PUT", "comp=properties", {}, b""), (404, "BlobNotFound")),
        (("PUT", "comp=copy&copyid=x", {}, b""), (404, "BlobNotFound")),
    ],
)
def test_refusals(blob: BlobClient, sent: tuple[str, str, dict[str, str], bytes], expected: tuple[int, str]) -> None:
    method, query, headers, content = sent
    answer = httpx.request(method, f"{blob.url}?{TOKEN}&{query}", headers=headers, content=content)
    assert failure(answer) == expected


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE x [<!ENTITY a "AAAA">]><BlockList><Latest>&a;</Latest></BlockList>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><BlockList/>',
        "\ufeff<BlockList><Latest/></BlockList>\x00",
    ],
)
def test_hostile_documents_are_refused(url: str, document: str) -> None:
    assert failure(httpx.put(f"{url}&comp=blocklist", content=document)) == (400, "InvalidXmlDocument")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/{ACCOUNT}/nobody-here?restype=container&comp=list", (404, "ContainerNotFound")),
        (f"/{ACCOUNT}/nobody-here?restype=container", (404, "ContainerNotFound")),
        (f"/{ACCOUNT}/nobody-here/x", (404, "ContainerNotFound")),
        (f"/{ACCOUNT}/Nobody/x", (400, "InvalidResourceName")),
        (f"/{ACCOUNT}/x/x", (400, "OutOfRangeInput")),
        (f"/{ACCOUNT}/nobody-here/", (400, "InvalidUri")),
        (f"/{ACCOUNT}/nobody-here/%00", (400, "InvalidUri")),
        (f"/{ACCOUNT}/nobody-here/%FF", (400, "InvalidUri")),
        (f"/{ACCOUNT}/nobody-here/" + "x" * 1025, (400, "OutOfRangeInput")),
        ("/otheraccount/container/blob", (404, "ResourceNotFound")),
        (f"/{ACCOUNT}?comp=list&maxresults=0", (400, "OutOfRangeQueryParameterValue")),
        (f"/{ACCOUNT}?comp=list&maxresults=many", (400, "InvalidQueryParameterValue")),
        (f"/{ACCOUNT}?comp=list&marker=%25", (400, "InvalidQueryParameterValue")),
        (f"/{ACCOUNT}?comp=blobs", (403, "AuthorizationPermissionMismatch")),
    ],
)
def test_refusals_by_path(http: httpx.Client, path: str, expected: tuple[int, str]) -> None:
    assert failure(http.get(path + ("&" if "?" in path else "?") + TOKEN)) == expected


def test_head_errors_have_no_body(http: httpx.Client, blob: BlobClient, url: str) -> None:
    for target, status, code in ((url, 404, "BlobNotFound"), (blob.url, 403, "AuthorizationFailure")):
        answer = httpx.head(target)
        assert (answer.status_code, answer.headers["x-ms-error-code"]) == (status, code)
        assert answer.content == b""


def test_chunked_body_needs_a_length(url: str) -> None:
    answer = httpx.put(url, content=iter([b"a", b"b"]), headers=PUT)
    assert failure(answer) == (411, "MissingContentLengthHeader")


def test_too_large_bodies_are_refused_before_they_come(embedded_server: BlobServer, url: str) -> None:
    answer, _ = exchange(embedded_server, "PUT", url, {**PUT, "content-length": str(6000 * 1024**2)})
    assert b" 413 " in answer
    assert b"RequestBodyTooLarge" in answer


def exchange(
    server: BlobServer, method: str, url: str, headers: dict[str, str], body: bytes = b""
) -> tuple[bytes, bool]:
    """Raw request and answer until the server is silent or closes; whether it closed."""
    target = url.removeprefix(server.root)
    lines = [
        f"{method} {target} HTTP/1.1",
        f"host: 127.0.0.1:{server.port}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as own:
        own.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        received = b""
        own.settimeout(1)
        try:
            while piece := own.recv(65536):
                received += piece
        except TimeoutError:
            return received, False
        return received, True


def test_connection_close_is_answered_by_the_same(embedded_server: BlobServer, url: str) -> None:
    put = {**PUT, "connection": "close", "content-length": "3"}
    for method, headers, body, status in (("PUT", put, b"abc", 201), ("GET", {"connection": "close"}, b"", 200)):
        answer, closed = exchange(embedded_server, method, url, headers, body)
        assert answer.startswith(f"HTTP/1.1 {status}".encode())
        assert b"connection: close" in answer.lower()
        assert closed


def test_expected_continue_that_is_refused_closes(embedded_server: BlobServer, blob: BlobClient) -> None:
    headers = {**PUT, "expect": "100-continue", "content-length": "1000000"}
    answer, closed = exchange(embedded_server, "PUT", blob.url, headers)
    assert answer.startswith(b"HTTP/1.1 403")
    assert closed


def test_refused_upload_reads_the_body_and_keeps_the_connection(http: httpx.Client, blob: BlobClient) -> None:
    for _ in range(3):
        answer = http.put(blob.url, content=b"x" * 3_000_000, headers=PUT)
        assert failure(answer) == (403, "AuthorizationFailure")


def files(server: BlobServer) -> set[str]:
    """The names of all content files."""
    assert server.app
    contents = server.app.store.config.directory / "contents"
    return {path.name for path in contents.rglob("*") if path.is_file()}


def test_aborted_upload_leaves_nothing(embedded_server: BlobServer, own_container: ContainerClient, url: str) -> None:
    target = url.removeprefix(embedded_server.root)
    head = f"PUT {target} HTTP/1.1\r\nhost: x\r\nx-ms-blob-type: BlockBlob\r\ncontent-length: 5000000\r\n\r\n"
    before = files(embedded_server)
    with socket.create_connection(("127.0.0.1", embedded_server.port)) as own:
        own.sendall(head.encode() + b"x" * 3_000_000)
        wait_until(lambda: files(embedded_server) != before, 10, "there is a file")
    wait_until(lambda: files(embedded_server) == before, 10, "the file is gone")
    assert list(own_container.list_blobs(include=["uncommittedblobs"])) == []


@pytest.mark.parametrize("header", ["range", "x-ms-range"])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=2-4", (206, b"234", "bytes 2-4/10")),
        ("bytes=7-", (206, b"789", "bytes 7-9/10")),
        ("bytes=-3", (206, b"789", "bytes 7-9/10")),
        ("bytes=5-99", (206, b"56789", "bytes 5-9/10")),
        ("bytes=0-0,5-6", (200, b"0123456789", None)),
        ("bytes=4-2", (200, b"0123456789", None)),
        ("bytes=x-y", (200, b"0123456789", None)),
        ("pages=1-2", (200, b"0123456789", None)),
    ],
)
def test_ranges(url: str, header: str, asked: str, expected: tuple[int, bytes, str | None]) -> None:
    httpx.put(url, content=b"0123456789", headers=PUT)
    answer = httpx.get(url, headers={header: asked})
    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == expected
    assert answer.headers["content-length"] == str(len(expected[1]))


def test_range_past_the_end_says_the_size(url: str) -> None:
    httpx.put(url, content=b"0123456789", headers=PUT)
    answer = httpx.get(url, headers={"range": "bytes=10-"})
    assert failure(answer) == (416, "InvalidRange")
    assert answer.headers["content-range"] == "bytes */10"


def test_head_is_a_get_without_a_body(url: str) -> None:
    httpx.put(url, content=b"0123456789", headers={**PUT, "content-type": "text/x"})
    get, head = httpx.get(url), httpx.head(url)
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges", "content-md5"):
        assert head.headers[name] == get.headers[name]


def test_not_modified_has_no_body(url: str) -> None:
    etag = httpx.put(url, content=b"x", headers=PUT).headers["etag"]
    answer = httpx.get(url, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag


def test_browsers_may_put_blocks(http: httpx.Client, url: str) -> None:
    origin = {"origin": "http://127.0.0.1:8080"}
    asked = {"access-control-request-method": "PUT", "access-control-request-headers": "content-type,x-ms-blob-type"}
    preflight = http.options(url, headers={**origin, **asked})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert preflight.headers["access-control-allow-headers"] == "content-type,x-ms-blob-type"
    for answer in (http.put(url, content=b"x", headers={**origin, **PUT}), http.get(url + "x", headers=origin)):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("credentials", ["Basic YWRtaW46YWRtaW4=", "Bearer abc"])
def test_signature_goes_before_what_a_browser_adds(url: str, credentials: str) -> None:
    answer = httpx.put(url, content=b"x", headers={**PUT, "authorization": credentials})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "credentials", ["Bearer abc", "SharedKey", "SharedKey a:b", f"SharedKey {ACCOUNT}", "Digest x"]
)
def test_senseless_credentials_are_refused(http: httpx.Client, credentials: str) -> None:
    answer = http.get(f"/{ACCOUNT}?comp=list", headers={"authorization": credentials})
    assert failure(answer)[0] in (400, 403)


class Received(NamedTuple):
    status: int
    body: bytes


def sent(server: BlobServer, method: str, target: str, body: bytes) -> Received:
    """A request whose path goes out as it is: other clients tidy dots away."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request(method, target, body=body, headers=PUT)
    answer = connection.getresponse()
    found = Received(answer.status, answer.read())
    connection.close()
    return found


def test_names_that_look_like_paths_stay_names(embedded_server: BlobServer, own_container: ContainerClient) -> None:
    names = [
        "../../escape",
        "..",
        ".",
        "a/../b",
        "a//b",
        "/lead",
        "trail/",
        "%2e%2e%2f",
        "a\\b",
        "e\u0301",
        "\u00e9",
        "C:x",
    ]

    def target(name: str) -> str:
        return f"/{ACCOUNT}/{own_container.container_name}/{quote(name, safe='')}?{TOKEN}"

    for name in names:
        assert sent(embedded_server, "PUT", target(name), name.encode()).status == 201
    assert {one.name for one in own_container.list_blobs()} == set(names)
    for name in names:
        assert sent(embedded_server, "GET", target(name), b"").body == name.encode()
    assert embedded_server.app
    directory = embedded_server.app.store.config.directory
    assert not (directory.parent / "escape").exists()
    assert {path.name for path in directory.iterdir()} >= {"contents", "index.sqlite3"}


def test_dots_that_are_not_encoded_do_not_escape_either(
    embedded_server: BlobServer, own_container: ContainerClient
) -> None:
    path = f"{embedded_server.url}/{own_container.container_name}/../../../../etc/passwd?{TOKEN}"
    answer, _ = exchange(embedded_server, "GET", path, {"connection": "close"})
    assert answer.startswith(b"HTTP/1.1 404")


def test_longest_name(own_container: ContainerClient) -> None:
    name = "ß" * 1024
    own_container.upload_blob(name, b"x")
    assert [one.name for one in own_container.list_blobs()] == [name]


def test_names_that_xml_can_not_say_are_listed_encoded(own_container: ContainerClient) -> None:
    own_container.upload_blob("odd\ufffe", b"x")
    assert [one.name for one in own_container.list_blobs()] == ["odd\ufffe"]


def test_many_writers_of_one_blob_leave_one_whole_blob(own_container: ContainerClient, url: str) -> None:
    bodies = [bytes([number]) * (50_000 + number * 20_000) for number in range(8)]

    def write(body: bytes) -> None:
        with httpx.Client() as client:
            for _ in range(10):
                assert client.put(url, content=body, headers=PUT).status_code == 201

    with ThreadPoolExecutor(len(bodies)) as pool, httpx.Client() as reader:
        writing = [pool.submit(write, body) for body in bodies]
        while not all(one.done() for one in writing):
            answer = reader.get(url)
            assert answer.status_code == 404 or answer.content in bodies
        for one in writing:
            one.result()
        assert reader.get(url).content in bodies


def test_only_one_of_many_creates(url: str) -> None:
    def create(_: int) -> int:
        return httpx.put(url, content=b"x", headers={**PUT, "if-none-match": "*"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [201] + [409] * 7
