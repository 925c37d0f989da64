"""Blobs through the azure-storage-blob SDK, on our store and on Azurite alike."""

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings, StandardBlobTier

from tests.blobstore.answers import error_code

CONTENT = b"The quick brown fox jumps over the lazy dog"


def test_what_was_uploaded_is_downloaded(container: ContainerClient) -> None:
    blob = container.get_blob_client("a/b c.txt")
    blob.upload_blob(CONTENT)
    assert blob.download_blob().readall() == CONTENT


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 3_000_000])
def test_every_size_comes_back_whole(container: ContainerClient, size: int) -> None:
    content = os.urandom(size)
    blob = container.get_blob_client(f"size-{size}")
    blob.upload_blob(content)
    assert blob.download_blob().readall() == content
    properties = blob.get_blob_properties()
    assert properties.size == size
    assert bytes(properties.content_settings.content_md5 or b"") == hashlib.md5(content).digest()


def test_large_stream_goes_up_in_blocks_and_comes_down_in_parts(service: BlobServiceClient) -> None:
    content = os.urandom(5_000_000)
    options: dict[str, Any] = {
        "max_single_put_size": 1_000_000,
        "max_block_size": 700_000,
        "max_single_get_size": 900_000,
    }
    with BlobServiceClient(service.url, credential=service.credential, **options) as small_steps:
        container = small_steps.create_container(f"steps{id(content)}")
        blob = container.get_blob_client("large")
        blob.upload_blob(io.BytesIO(content), max_concurrency=3)
        assert blob.download_blob(max_concurrency=3).readall() == content


def test_headers_and_metadata_stay_with_the_blob(container: ContainerClient) -> None:
    settings = ContentSettings(
        content_type="image/png",
        content_encoding="identity",
        content_language="de",
        content_disposition='attachment; filename="x.png"',
        cache_control="no-cache",
    )
    blob = container.get_blob_client("described")
    blob.upload_blob(CONTENT, content_settings=settings, metadata={"author": "me", "height": "12"})
    properties = blob.get_blob_properties()
    found = properties.content_settings
    assert (found.content_type, found.content_encoding, found.content_language) == ("image/png", "identity", "de")
    assert (found.content_disposition, found.cache_control) == ('attachment; filename="x.png"', "no-cache")
    assert properties.metadata == {"author": "me", "height": "12"}
    assert properties.blob_type == "BlockBlob"
    assert properties.creation_time is not None


def test_headers_and_metadata_can_be_replaced(container: ContainerClient) -> None:
    blob = container.get_blob_client("replaced")
    blob.upload_blob(CONTENT, content_settings=ContentSettings(content_type="text/plain", cache_control="no-cache"))
    before = blob.get_blob_properties().etag
    blob.set_http_headers(ContentSettings(content_type="text/html"))
    blob.set_blob_metadata({"colour": "red"})
    properties = blob.get_blob_properties()
    assert properties.content_settings.content_type == "text/html"
    assert not properties.content_settings.cache_control
    assert properties.metadata == {"colour": "red"}
    assert properties.etag != before


@pytest.mark.parametrize(("offset", "length"), [(0, 1), (0, 43), (10, 5), (42, 1), (40, 100), (5, None)])
def test_range_of_a_blob(container: ContainerClient, offset: int, length: int | None) -> None:
    blob = container.get_blob_client("ranged")
    blob.upload_blob(CONTENT)
    expected = CONTENT[offset:] if length is None else CONTENT[offset : offset + length]
    assert blob.download_blob(offset=offset, length=length).readall() == expected


def test_range_past_the_end_is_refused(container: ContainerClient) -> None:
    blob = container.get_blob_client("short")
    blob.upload_blob(CONTENT)
    with pytest.raises(HttpResponseError) as caught:
        blob.download_blob(offset=100, length=10)
    assert caught.value.status_code == 416
    assert error_code(caught.value) == "InvalidRange"


def test_range_can_be_validated(container: ContainerClient) -> None:
    blob = container.get_blob_client("validated")
    content = os.urandom(100_000)
    blob.upload_blob(content, validate_content=True)
    assert blob.download_blob(offset=10, length=70_000, validate_content=True).readall() == content[10:70_010]


def test_upload_does_not_overwrite_unasked(container: ContainerClient) -> None:
    blob = container.get_blob_client("once")
    blob.upload_blob(CONTENT)
    with pytest.raises(ResourceExistsError) as caught:
        blob.upload_blob(b"other")
    assert error_code(caught.value) == "BlobAlreadyExists"
    blob.upload_blob(b"other", overwrite=True)
    assert blob.download_blob().readall() == b"other"


def test_write_on_a_stale_etag_is_refused(container: ContainerClient) -> None:
    blob = container.get_blob_client("conditional")
    stale = blob.upload_blob(CONTENT)["etag"]
    blob.upload_blob(b"second", overwrite=True)
    with pytest.raises(ResourceModifiedError) as caught:
        blob.upload_blob(b"third", overwrite=True, etag=stale, match_condition=MatchConditions.IfNotModified)
    assert caught.value.status_code == 412
    assert blob.download_blob().readall() == b"second"


def test_read_by_conditions(container: ContainerClient) -> None:
    blob = container.get_blob_client("read-conditional")
    etag = blob.upload_blob(CONTENT)["etag"]
    assert blob.download_blob(etag=etag, match_condition=MatchConditions.IfNotModified).readall() == CONTENT
    with pytest.raises(HttpResponseError) as unchanged:
        blob.download_blob(etag=etag, match_condition=MatchConditions.IfModified)
    assert unchanged.value.status_code == 304
    with pytest.raises(HttpResponseError) as modified:
        blob.download_blob(etag='"0x0"', match_condition=MatchConditions.IfNotModified)
    assert modified.value.status_code == 412
    with pytest.raises(HttpResponseError) as not_since:
        blob.download_blob(if_modified_since=datetime.now(UTC) + timedelta(minutes=1))
    assert not_since.value.status_code == 304
    with pytest.raises(HttpResponseError) as since:
        blob.get_blob_properties(if_unmodified_since=datetime.now(UTC) - timedelta(hours=1))
    assert since.value.status_code == 412


def test_missing_blob_and_missing_container(service: BlobServiceClient, container: ContainerClient) -> None:
    blob = container.get_blob_client("nowhere")
    assert not blob.exists()
    with pytest.raises(ResourceNotFoundError) as caught:
        blob.download_blob()
    assert error_code(caught.value) == "BlobNotFound"
    with pytest.raises(ResourceNotFoundError) as no_container:
        service.get_blob_client("no-such-container", "x").upload_blob(CONTENT)
    assert error_code(no_container.value) == "ContainerNotFound"


def test_delete(container: ContainerClient) -> None:
    blob = container.get_blob_client("gone")
    blob.upload_blob(CONTENT)
    blob.delete_blob(delete_snapshots="include")
    assert not blob.exists()
    with pytest.raises(ResourceNotFoundError):
        blob.delete_blob()


def test_damaged_body_is_refused(container: ContainerClient) -> None:
    blob = container.get_blob_client("damaged")
    with pytest.raises(HttpResponseError) as caught:
        blob.upload_blob(CONTENT, headers={"Content-MD5": "XrY7u+Ae7tCTyyK7j1rNww=="})
    assert caught.value.status_code == 400
    assert not blob.exists()


def test_tier_and_tags(container: ContainerClient) -> None:
    blob = container.get_blob_client("tagged")
    blob.upload_blob(CONTENT, tags={"kind": "photo"})
    blob.set_standard_blob_tier(StandardBlobTier.COOL)
    assert blob.get_blob_properties().blob_tier == "Cool"
    assert blob.get_blob_tags() == {"kind": "photo"}
    blob.set_blob_tags({"kind": "drawing", "year": "1999"})
    assert blob.get_blob_tags() == {"kind": "drawing", "year": "1999"}


def test_replacing_keeps_nothing_of_the_old_blob(container: ContainerClient) -> None:
    blob = container.get_blob_client("new-life")
    blob.upload_blob(CONTENT, metadata={"old": "1"}, content_settings=ContentSettings(content_type="text/css"))
    blob.upload_blob(b"", overwrite=True)
    properties = blob.get_blob_properties()
    assert properties.size == 0
    assert properties.metadata == {}
    assert properties.content_settings.content_type == "application/octet-stream"
