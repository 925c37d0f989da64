"""Copies through the SDK, on our store and on Azurite alike."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobBlock, BlobClient, ContainerClient, ContentSettings

from tests.blobstore.signing import signed

CONTENT = os.urandom(200_000)


@pytest.fixture
def source(container: ContainerClient) -> BlobClient:
    blob = container.get_blob_client("source dir/source ü.bin")
    blob.upload_blob(CONTENT, metadata={"of": "source"}, content_settings=ContentSettings(content_type="image/gif"))
    return blob


def test_copy_has_bytes_headers_and_metadata_of_its_source(container: ContainerClient, source: BlobClient) -> None:
    target = container.get_blob_client("target")
    answer = target.start_copy_from_url(signed(source))
    assert answer["copy_status"] == "success"
    assert target.download_blob().readall() == CONTENT
    properties = target.get_blob_properties()
    assert properties.metadata == {"of": "source"}
    assert properties.content_settings.content_type == "image/gif"
    assert properties.copy.status == "success"
    assert properties.copy.id == answer["copy_id"]


def test_copy_outlives_its_source(container: ContainerClient, source: BlobClient) -> None:
    target = container.get_blob_client("survivor")
    target.start_copy_from_url(signed(source))
    source.delete_blob()
    assert target.download_blob().readall() == CONTENT


def test_copy_of_a_blob_made_of_blocks(container: ContainerClient) -> None:
    source = container.get_blob_client("of-blocks")
    for name in ("AAAA", "BBBB"):
        source.stage_block(name, name.encode() * 50_000)
    source.commit_block_list([BlobBlock("BBBB"), BlobBlock("AAAA")])
    target = container.get_blob_client("copy-of-blocks")
    target.start_copy_from_url(signed(source))
    source.upload_blob(b"replaced", overwrite=True)
    assert target.download_blob().readall() == b"BBBB" * 50_000 + b"AAAA" * 50_000


def test_synchronous_copy_takes_own_metadata(container: ContainerClient, source: BlobClient) -> None:
    target = container.get_blob_client("sync")
    target.start_copy_from_url(signed(source), metadata={"own": "1"}, requires_sync=True)
    assert target.get_blob_properties().metadata == {"own": "1"}


def test_missing_source_is_not_found(container: ContainerClient, source: BlobClient) -> None:
    nowhere = container.get_blob_client("nowhere")
    with pytest.raises(HttpResponseError) as caught:
        container.get_blob_client("target").start_copy_from_url(signed(nowhere))
    assert caught.value.status_code == 404


def test_block_from_url(own_container: ContainerClient) -> None:
    """Azurite does not know Put Block From URL."""
    source, target = (own_container.get_blob_client(name) for name in ("whole", "assembled"))
    source.upload_blob(CONTENT)
    url = signed(source)
    target.stage_block_from_url("AAAA", url, source_offset=0, source_length=150_000)
    target.stage_block_from_url("BBBB", url, source_offset=150_000, source_length=50_000)
    target.commit_block_list([BlobBlock("AAAA"), BlobBlock("BBBB")])
    assert target.download_blob().readall() == CONTENT


class _Web(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = self.path == "/photo.jpg"
        body = CONTENT if found else b"no"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def web() -> Iterator[str]:
    """A web server on the loopback that has `/photo.jpg`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Web)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def target(own_container: ContainerClient) -> BlobClient:
    return own_container.get_blob_client("from-the-web")


def test_blob_from_the_web(target: BlobClient, web: str) -> None:
    target.upload_blob_from_url(f"{web}/photo.jpg")
    assert target.download_blob().readall() == CONTENT
    assert target.get_blob_properties().content_settings.content_type == "image/jpeg"


def test_copy_from_the_web(target: BlobClient, web: str) -> None:
    assert target.start_copy_from_url(f"{web}/photo.jpg")["copy_status"] == "success"
    assert target.download_blob().readall() == CONTENT


def test_web_page_that_is_missing(target: BlobClient, web: str) -> None:
    with pytest.raises(HttpResponseError) as caught:
        target.upload_blob_from_url(f"{web}/missing")
    assert caught.value.status_code == 404
    assert "CannotVerifyCopySource" in str(caught.value)
    assert not target.exists()


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "http://10.0.0.1/x", "http://[::ffff:10.0.0.1]/x", "http://localhost.example.com/"]
)
def test_other_machines_are_not_asked(target: BlobClient, url: str) -> None:
    with pytest.raises(HttpResponseError) as caught:
        target.upload_blob_from_url(url)
    assert caught.value.status_code == 403
    assert "CannotVerifyCopySource" in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "nonsense", "http://"])
def test_senseless_sources_are_refused(target: BlobClient, url: str) -> None:
    with pytest.raises(HttpResponseError) as caught:
        target.upload_blob_from_url(url)
    assert caught.value.status_code == 400


def test_dead_source_is_an_error_of_the_source(target: BlobClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        target.upload_blob_from_url("http://127.0.0.1:9/closed")
    assert "CannotVerifyCopySource" in str(caught.value)


def test_source_conditions(own_container: ContainerClient, target: BlobClient) -> None:
    source = own_container.get_blob_client("conditional-source")
    source.upload_blob(CONTENT)
    with pytest.raises(HttpResponseError) as caught:
        target.upload_blob_from_url(signed(source), headers={"x-ms-source-if-match": '"0x1"'})
    assert "SourceConditionNotMet" in str(caught.value)


def test_source_in_the_account_needs_a_right_to_read(
    own_container: ContainerClient,
) -> None:
    source = own_container.get_blob_client("private")
    source.upload_blob(CONTENT)
    with BlobClient.from_blob_url(signed(own_container.get_blob_client("by-sas"), "cw"), retry_total=0) as target:
        for url in (source.url, signed(source, "w")):
            with pytest.raises(HttpResponseError) as caught:
                target.start_copy_from_url(url)
            assert caught.value.status_code == 403
