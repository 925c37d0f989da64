"""GET of originals and renditions: bytes, ranges, conditions, safe headers."""

from pathlib import Path

import httpx
import pytest

from tests.repository.author import BROWSER, fresh_folder, node, post, upload
from tests.server import ServerProcess

SMALL = bytes(range(256)) * 40
LARGE = bytes(range(256)) * (24 * 1024) + b"the end"  # more than one request to the storage


@pytest.fixture(scope="module")
def paths(server: ServerProcess) -> dict[str, str]:
    with server.client() as client:
        folder = fresh_folder(client)
        return {"small": upload(client, folder, "small.png", SMALL), "large": upload(client, folder, "l.bin", LARGE)}


@pytest.fixture
def small(paths: dict[str, str]) -> str:
    return paths["small"]


@pytest.fixture
def large(paths: dict[str, str]) -> str:
    return paths["large"]


@pytest.mark.parametrize(
    "below",
    [
        "",
        "/jcr:content/renditions/original",
        "/_jcr_content/renditions/original",
        "/jcr:content/renditions/original/jcr:content",
        "/jcr:content/renditions/original/jcr:content/jcr:data",
    ],
)
def test_the_original_has_many_urls(client: httpx.Client, small: str, below: str) -> None:
    answer = client.get(f"{small}{below}")
    assert (answer.status_code, answer.content) == (200, SMALL)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(SMALL))
    assert "last-modified" in answer.headers


def test_a_large_file_comes_whole(client: httpx.Client, large: str) -> None:
    answer = client.get(large)
    assert answer.content == LARGE
    assert answer.headers["accept-ranges"] == "bytes"


def test_ranges_are_announced_for_large_files_only(client: httpx.Client, small: str) -> None:
    assert "accept-ranges" not in client.head(small).headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("0-3", 0, 4),
        ("100-", 100, None),
        ("-7", -7, None),
        ("4194300-4194310", 4194300, 4194311),
        ("5-99999999", 5, None),
    ],
)
def test_a_range_is_exactly_that(client: httpx.Client, large: str, asked: str, start: int, end: int | None) -> None:
    expected = LARGE[start:end]
    answer = client.get(large, headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.content) == (206, expected)
    assert answer.headers["content-length"] == str(len(expected))
    first = start % len(LARGE)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(LARGE)}"


def test_ranges_work_on_small_files_too(client: httpx.Client, small: str) -> None:
    assert client.get(small, headers={"Range": "bytes=1-2"}).content == SMALL[1:3]


def test_several_ranges_come_as_multipart(client: httpx.Client, large: str) -> None:
    answer = client.get(large, headers={"Range": "bytes=0-3,10-11,-3"})
    assert answer.status_code == 206
    boundary = answer.headers["content-type"].partition("boundary=")[2]
    parts = answer.content.split(f"--{boundary}".encode())
    assert [part.split(b"\r\n\r\n")[1].removesuffix(b"\r\n") for part in parts[1:-1]] == [
        LARGE[:4],
        LARGE[10:12],
        LARGE[-3:],
    ]
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_range_beyond_the_end_is_416(client: httpx.Client, small: str) -> None:
    answer = client.get(small, headers={"Range": f"bytes={len(SMALL)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(SMALL)}")


@pytest.mark.parametrize(
    "asked", ["bytes=x-y", "bytes=5-2", "lines=1-2", "bytes", "bytes=", "bytes=1-2,x", "bytes=--1"]
)
def test_a_range_that_makes_no_sense(client: httpx.Client, small: str, asked: str) -> None:
    assert client.get(small, headers={"Range": asked}).status_code in {200, 206, 400, 416}


def test_conditional_requests(client: httpx.Client, small: str) -> None:
    head = client.head(small)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(SMALL)))
    etag, modified = head.headers["etag"], head.headers["last-modified"]
    assert client.get(small, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(small, headers={"If-Modified-Since": modified}).status_code == 304
    assert client.get(small, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(small, headers={"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}).status_code == 200
    assert client.get(small, headers={"If-Modified-Since": "nonsense"}).status_code == 200
    assert client.get(small, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert client.get(small, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200


def test_new_bytes_have_a_new_etag(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    first = client.head(upload(client, folder, "a.txt", b"one")).headers["etag"]
    second = client.get(upload(client, folder, "a.txt", b"two"), headers={"If-None-Match": first})
    assert (second.status_code, second.content) == (200, b"two")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.xml", b"<x/>"),
    ],
)
def test_what_a_browser_would_run_is_sent_dead(client: httpx.Client, name: str, content: bytes) -> None:
    answer = client.get(upload(client, fresh_folder(client), name, content))
    assert answer.content == content
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_an_asset_called_like_json_is_its_bytes(client: httpx.Client) -> None:
    path = upload(client, fresh_folder(client), "data.json", b'{"mine":1}')
    assert client.get(path).json() == {"mine": 1}
    assert client.get(f"{path}.json").json()["jcr:primaryType"] == "dam:Asset"


def test_files_made_by_a_post(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    files = [("./*", ("C:\\dir\\up.css", b"a{}", "text/css")), ("./named.bin", ("x", b"", "image/png"))]
    assert client.post(folder, files=files).status_code == 200
    answer = client.get(f"{folder}/up.css")
    assert (answer.content, answer.headers["content-type"]) == (b"a{}", "text/css;charset=utf-8")
    assert node(client, f"{folder}/up.css/jcr:content")[":jcr:data"] == 3
    assert client.get(f"{folder}/named.bin.json").status_code == 404  # an empty file is a field left alone
    assert client.post(folder, files={"./up.css": ("x.css", b"b{color:red}", "text/css")}).status_code == 200
    assert client.get(f"{folder}/up.css").content == b"b{color:red}"


def test_a_failed_post_leaves_no_bytes_behind(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    files = {"./a.bin": ("a.bin", b"abc", "image/png")}
    assert client.post(folder, data={"./x": "y", "./x@TypeHint": "Long"}, files=files).status_code == 422
    assert client.get(f"{folder}/a.bin").status_code == 404


def test_moved_bytes_follow(client: httpx.Client) -> None:
    folder = fresh_folder(client)
    path = upload(client, folder, "a.txt", b"moving")
    assert post(client, path, {":operation": "move", ":dest": f"{folder}/b.txt"}).status_code == 201
    assert client.get(f"{folder}/b.txt").content == b"moving"
    assert client.get(path).status_code == 404
    assert node(client, f"{folder}/b.txt/jcr:content")["cq:name"] == "b.txt"


def test_the_anonymous_get_no_bytes(server: ServerProcess, small: str) -> None:
    assert httpx.get(f"{server.url}{small}").status_code == 401
    browser = httpx.get(f"{server.url}{small}", headers={"User-Agent": BROWSER, "Accept": "text/html"})
    assert browser.status_code == 302
    assert "login.html?resource=" in browser.headers["location"]


def test_a_login_cookie_opens_them(server: ServerProcess, small: str) -> None:
    with httpx.Client(base_url=server.url) as visitor:
        form = {"j_username": "admin", "j_password": "admin", "j_validate": "true"}
        visitor.post("/j_security_check", data=form)
        assert visitor.get(small).content == SMALL


def test_an_aborted_download_harms_nobody(client: httpx.Client, large: str) -> None:
    with client.stream("GET", large) as answer:
        next(answer.iter_raw())
    assert client.get(large, headers={"Range": "bytes=-7"}).content == b"the end"


def test_reads_may_be_redirected_to_the_storage(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "data", environment={"AEMULATOR_BINARIES_REDIRECT": "true"}) as server:
        with server.client() as client:
            folder = fresh_folder(client)
            path = upload(client, folder, "a b.txt", b"hello")
            answer = client.get(path)
            assert client.get(upload(client, folder, "a.svg", b"<svg/>")).status_code == 200
        assert answer.status_code == 302
        blob = httpx.get(answer.headers["location"])
        assert (blob.status_code, blob.content, blob.headers["content-type"]) == (200, b"hello", "text/plain")
        assert httpx.get(f"{server.url}{path}").status_code == 401


def test_a_version_is_delivered_by_its_name_or_label(client: httpx.Client) -> None:
    path = upload(client, fresh_folder(client), "versioned.png", SMALL)
    create = {"cmd": "createVersion", "label": "first", ":status": "browser"}
    client.post(f"{path}.version.html", data=create).raise_for_status()
    post(client, f"{path}/jcr:content/metadata", {"./dc:title": "Now"}).raise_for_status()
    upload(client, path.rpartition("/")[0], "versioned.png", b"new bytes")
    assert client.get(path).content == b"new bytes"
    original = "/jcr:content/renditions/original"
    for url in (
        f"{path};v=1.0",
        f"{path};v='1.0'",
        f"{path};v=first",
        f"{path};v=1.0{original}",
        f"{path}{original};v=1.0",
    ):
        answer = client.get(url)
        assert (answer.status_code, answer.content) == (200, SMALL), url
        assert answer.headers["content-type"] == "image/png"
    assert client.head(f"{path};v=1.0").headers["content-length"] == str(len(SMALL))
    assert httpx.get(client.base_url.join(f"{path};v=1.0")).status_code == 401
    frozen = client.get(f"{path};v=1.0.2.json").json()
    assert (frozen["jcr:primaryType"], frozen["jcr:frozenPrimaryType"]) == ("nt:frozenNode", "dam:Asset")
    assert "dc:title" not in frozen["jcr:content"]["metadata"]
    assert "dc:title" not in client.get(f"{path}/jcr:content/metadata;v=1.0.json").json()
    assert client.get(f"{path}/jcr:content/metadata.json").json()["dc:title"] == "Now"
    for url in (f"{path};v=9.9", f"{path};v=", f"{path.rpartition('/')[0]};v=1.0.json", f"{path};v=9.9.json"):
        assert client.get(url).status_code == 404, url
