"""Staged blocks and their commit through the SDK, on our store and on Azurite alike."""

import base64
import os

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobBlock, BlobClient, BlockState, ContainerClient, ContentSettings

from tests.blobstore.answers import error_code


def block_id(number: int) -> str:
    return base64.b64encode(f"{number:06}".encode()).decode()


def ids(blocks: list[BlobBlock]) -> list[str]:
    return [block["id"] if isinstance(block, dict) else block.id for block in blocks]


@pytest.fixture
def blob(container: ContainerClient) -> BlobClient:
    return container.get_blob_client("folder/blocks.bin")


def test_blocks_become_the_blob_in_the_order_of_the_list(blob: BlobClient) -> None:
    parts = [os.urandom(size) for size in (100, 70_000, 5)]
    for number in (2, 0, 1):
        blob.stage_block(block_id(number), parts[number])
    blob.commit_block_list(
        [BlobBlock(block_id(number)) for number in range(3)],
        content_settings=ContentSettings(content_type="image/jpeg"),
        metadata={"m": "v"},
    )
    assert blob.download_blob().readall() == b"".join(parts)
    properties = blob.get_blob_properties()
    assert properties.content_settings.content_type == "image/jpeg"
    assert properties.metadata == {"m": "v"}


def test_ranges_cross_blocks(blob: BlobClient) -> None:
    parts = [os.urandom(size) for size in (100, 70_000, 5, 90_000)]
    content = b"".join(parts)
    for number, part in enumerate(parts):
        blob.stage_block(block_id(number), part)
    blob.commit_block_list([BlobBlock(block_id(number)) for number in range(4)])
    for first, end in [(0, 100), (99, 101), (50, 70_103), (70_100, 70_105), (70_104, 160_105), (0, 160_105)]:
        assert blob.download_blob(offset=first, length=end - first).readall() == content[first:end]


def test_staged_blocks_are_no_blob_until_committed(container: ContainerClient, blob: BlobClient) -> None:
    blob.stage_block(block_id(1), b"x")
    with pytest.raises(HttpResponseError) as caught:
        blob.get_blob_properties()
    assert caught.value.status_code == 404
    assert [one.name for one in container.list_blobs()] == []
    assert [one.name for one in container.list_blobs(include=["uncommittedblobs"])] == [blob.blob_name]


def test_block_list_tells_committed_from_uncommitted(blob: BlobClient) -> None:
    blob.stage_block(block_id(1), b"one")
    blob.commit_block_list([BlobBlock(block_id(1))])
    blob.stage_block(block_id(2), b"second")
    committed, uncommitted = blob.get_block_list("all")
    assert ids(committed) == [block_id(1)]
    assert ids(uncommitted) == [block_id(2)]


def test_list_mixes_committed_and_uncommitted_blocks(blob: BlobClient) -> None:
    blob.stage_block(block_id(1), b"old one ")
    blob.stage_block(block_id(2), b"old two ")
    blob.commit_block_list([BlobBlock(block_id(1)), BlobBlock(block_id(2))])
    blob.stage_block(block_id(1), b"new one ")
    blob.commit_block_list(
        [
            BlobBlock(block_id(1), BlockState.LATEST),
            BlobBlock(block_id(2), BlockState.COMMITTED),
            BlobBlock(block_id(1), BlockState.UNCOMMITTED),
        ]
    )
    assert blob.download_blob().readall() == b"new one old two new one "


def test_commit_discards_the_blocks_it_does_not_list(blob: BlobClient) -> None:
    blob.stage_block(block_id(1), b"kept")
    blob.stage_block(block_id(2), b"left")
    blob.commit_block_list([BlobBlock(block_id(1))])
    _, uncommitted = blob.get_block_list("all")
    assert uncommitted == []


def test_block_staged_again_replaces_the_first(blob: BlobClient) -> None:
    blob.stage_block(block_id(1), b"first")
    blob.stage_block(block_id(1), b"second try")
    blob.commit_block_list([BlobBlock(block_id(1))])
    assert blob.download_blob().readall() == b"second try"


def test_unknown_block_is_refused_and_changes_nothing(blob: BlobClient) -> None:
    blob.upload_blob(b"before")
    blob.stage_block(block_id(1), b"x")
    with pytest.raises(HttpResponseError) as caught:
        blob.commit_block_list([BlobBlock(block_id(1)), BlobBlock(block_id(9))])
    assert caught.value.status_code == 400
    assert error_code(caught.value) == "InvalidBlockList"
    assert blob.download_blob().readall() == b"before"


def test_empty_list_makes_an_empty_blob(blob: BlobClient) -> None:
    blob.commit_block_list([])
    assert blob.get_blob_properties().size == 0
    assert blob.download_blob().readall() == b""


def test_damaged_block_is_refused(blob: BlobClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        blob.stage_block(block_id(1), b"content", headers={"Content-MD5": "XrY7u+Ae7tCTyyK7j1rNww=="})
    assert caught.value.status_code == 400


def test_upload_replaces_a_list_of_blocks(blob: BlobClient) -> None:
    blob.stage_block(block_id(1), b"listed")
    blob.commit_block_list([BlobBlock(block_id(1))])
    blob.upload_blob(b"whole", overwrite=True)
    assert blob.download_blob().readall() == b"whole"
