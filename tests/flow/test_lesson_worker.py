"""The lesson's worker takes jobs like any other worker, and refuses to be a stranger's way to other servers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas

from tests import photographer
from tests.adobe import JournalReader, access_token, adobe_client
from tests.server import ServerProcess

Json = dict[str, Any]
WORKER = "/flow/lesson-worker"
FAR = "2099-01-01T00:00:00Z"


class Bucket:
    """A container of the test's own in the server's storage, and signed URLs into it."""

    def __init__(self, connection: str) -> None:
        self._service = BlobServiceClient.from_connection_string(connection)
        self._container = self._service.get_container_client("lesson-worker")
        self._container.create_container()

    def put(self, name: str, content: bytes) -> str:
        self._container.upload_blob(name, content, overwrite=True)
        return self.url(name)

    def get(self, name: str) -> bytes:
        return bytes(self._container.download_blob(name).readall())

    def url(self, name: str) -> str:
        key = self._service.credential.account_key
        permission = BlobSasPermissions(read=True, write=True, create=True)
        signed = generate_blob_sas(
            str(self._service.account_name), "lesson-worker", name, account_key=key, permission=permission, expiry=FAR
        )
        return f"{self._container.url}/{name}?{signed}"

    def close(self) -> None:
        self._service.close()


@pytest.fixture(scope="module")
def bucket(server: ServerProcess) -> Iterator[Bucket]:
    with server.client() as client:
        made = Bucket(client.get("/_aemulator/env").json()["AZURE_STORAGE_CONNECTION_STRING"])
    yield made
    made.close()


@pytest.fixture
def adobe(server: ServerProcess) -> Iterator[httpx.Client]:
    with adobe_client(server.url) as client:
        client.post("/register").raise_for_status()
        yield client


@pytest.fixture
def journal(adobe: httpx.Client) -> JournalReader:
    reader = JournalReader(adobe, adobe.post("/register").json()["journal"])
    reader.rest()
    return reader


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """Another server, and what was asked of it: nothing ever is."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_PUT = do_GET  # noqa: N815  (the name that http.server calls)

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}", asked
    listening.shutdown()
    thread.join()
    listening.server_close()


def job(source: str, *targets: str, **instructions: Any) -> Json:
    renditions = [{"name": f"{n}.png", "target": {"urls": [url]}, **instructions} for n, url in enumerate(targets)]
    return {"source": {"url": source}, "renditions": renditions, "userData": {"of": "a test"}}


def refusal(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"])


def test_it_makes_a_circle_and_tells_of_it(adobe: httpx.Client, journal: JournalReader, bucket: Bucket) -> None:
    wanted = job(bucket.put("in.jpg", photographer.photo(3)), bucket.url("out.png"), width="120")
    assert adobe.post(WORKER, json=wanted, headers={"x-request-id": "circle-1"}).json() == {"ok": True}
    (event,) = journal.wait_for(1, request_id="circle-1")
    assert (event["type"], event["userData"]) == ("rendition_created", {"of": "a test"})
    assert event["rendition"] == {"name": "0.png", "width": "120"}
    made = bucket.get("out.png")
    assert made.startswith(b"\x89PNG")
    assert event["metadata"]["repo:size"] == len(made)


def test_what_is_no_picture_fails_with_an_event(adobe: httpx.Client, journal: JournalReader, bucket: Bucket) -> None:
    wanted = job(bucket.put("in.txt", b"words"), bucket.url("a.png"), bucket.url("b.png"))
    assert adobe.post(WORKER, json=wanted, headers={"x-request-id": "words-1"}).is_success
    events = journal.wait_for(2, request_id="words-1")
    assert {event["rendition"]["name"] for event in events} == {"0.png", "1.png"}
    assert {(event["type"], event["errorReason"]) for event in events} == {("rendition_failed", "GenericError")}


def test_a_picture_of_too_many_pixels_is_not_decoded(
    adobe: httpx.Client, journal: JournalReader, bucket: Bucket
) -> None:
    header = photographer.photo(4, 64, 48).replace((48).to_bytes(2) + (64).to_bytes(2), b"\xea\x60\xea\x60", 1)
    wanted = job(bucket.put("vast.jpg", header), bucket.url("vast.png"))
    assert adobe.post(WORKER, json=wanted, headers={"x-request-id": "vast-1"}).is_success
    (event,) = journal.wait_for(1, request_id="vast-1")
    assert "pixels" in event["errorMessage"]


def test_an_original_of_too_many_bytes_is_not_read_to_its_end(
    adobe: httpx.Client, journal: JournalReader, bucket: Bucket
) -> None:
    wanted = job(bucket.put("heavy.jpg", bytes(65 * 1024 * 1024)), bucket.url("heavy.png"))
    assert adobe.post(WORKER, json=wanted, headers={"x-request-id": "heavy-1"}).is_success
    (event,) = journal.wait_for(1, request_id="heavy-1")
    assert "bytes" in event["errorMessage"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic YWRtaW46YWRtaW4="])
def test_without_a_token_of_this_ims_it_does_nothing(adobe: httpx.Client, bucket: Bucket, authorization: str) -> None:
    wanted = job(bucket.url("in.jpg"), bucket.url("never.png"))
    assert refusal(adobe.post(WORKER, json=wanted, headers={"authorization": authorization}), 401)


def test_a_token_for_something_else_is_refused(server: ServerProcess, adobe: httpx.Client, bucket: Bucket) -> None:
    wanted = job(bucket.url("in.jpg"), bucket.url("never.png"))
    other = {"authorization": f"Bearer {access_token(server.url, 'openid')}"}
    assert "asset_compute" in refusal(adobe.post(WORKER, json=wanted, headers=other), 403)
    assert "organization" in refusal(adobe.post(WORKER, json=wanted, headers={"x-gw-ims-org-id": "X@AdobeOrg"}), 403)
    assert "client" in refusal(adobe.post(WORKER, json=wanted, headers={"x-api-key": "another"}), 403)
    assert "x-gw-ims-org-id" in refusal(adobe.post(WORKER, json=wanted, headers={"x-gw-ims-org-id": ""}), 400)


def test_urls_elsewhere_are_never_asked(
    server: ServerProcess, adobe: httpx.Client, bucket: Bucket, stranger: tuple[str, list[str]]
) -> None:
    url, asked = stranger
    good, account = bucket.url("in.jpg"), bucket.url("in.jpg").split("/lesson-worker")[0]
    host = url.removeprefix("http://")
    for elsewhere in (
        f"{url}/devstoreaccount1/a/b",
        f"{server.url}/_aemulator/reset",
        f"{account}/../_aemulator/health",
        f"{account}/%2e%2e/_aemulator/health",
        f"{account}x/a/b",
        account.replace("://", f"://{host}@") + "/a/b",
        account.replace("://", "://a:b@") + "/a/b",
        "file:///etc/passwd",
        "https://[::1/a",
        "",
    ):
        source = adobe.post(WORKER, json=job(elsewhere, good))
        assert "blob storage" in refusal(source, 403), elsewhere
        target = adobe.post(WORKER, json=job(good, good, elsewhere))
        assert "blob storage" in refusal(target, 403), elsewhere
    assert asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"renditions": [], "source": {"url": "x"}}',
        b'{"renditions": {"a": 1}, "source": {"url": "x"}}',
        b'{"renditions": [{"target": {"urls": []}}], "source": {"url": "x"}}',
        b'{"renditions": [{"target": {"urls": ["x"]}, "width": "wide"}], "source": {"url": "x"}}',
        b'{"renditions": [{"target": {"urls": ["x"]}, "width": 1e999}], "source": {"url": "x"}}',
        b'{"renditions": [{"target": {"urls": ["x"]}}], "source": "x"}',
    ],
)
def test_what_is_no_job(adobe: httpx.Client, body: bytes) -> None:
    answer = adobe.post(WORKER, content=body, headers={"content-type": "application/json"})
    assert "job" in refusal(answer, 400).lower()


def test_too_many_renditions(adobe: httpx.Client, bucket: Bucket) -> None:
    wanted = job(bucket.url("in.jpg"), *[bucket.url("out.png")] * 11)
    assert "renditions" in refusal(adobe.post(WORKER, json=wanted), 400)
