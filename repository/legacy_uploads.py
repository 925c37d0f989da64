"""The upload of AEM before direct binary access: `createasset.html`, with the bytes in the form, whole or in chunks.

Clients fall back to it when they find no direct access. Here, and only here, bytes go through the repository, a chunk
at a time; they are staged as blocks, by their offset.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from repository import assets, names, tree
from repository.assets import Conflict, Upload
from repository.binaries import BlobStorage, new_blob, storage
from repository.errors import InvalidUpload, NodeExists
from repository.models import ChunkedUpload
from repository.paths import NodePath
from repository.tree import TreeNode
from repository.uploads import check_folder, check_size

BLOCK: Final = 4 * 1024 * 1024  # bytes of `data` at once


@dataclass(frozen=True)
class Chunk:
    """`length` bytes from `offset` on of a file of `total` bytes."""

    name: str
    mime_type: str
    offset: int
    total: int
    length: int
    data: Iterable[bytes]


def receive(folder: NodePath, chunk: Chunk, user: str = "admin") -> TreeNode | None:
    """The asset, once its last chunk is here.

    NodeNotFound (no folder), NodeExists, InvalidName, TooLarge, InvalidUpload, BlobStorageError.
    """
    check_folder(folder)
    path = folder / names.asset_name(chunk.name)
    if tree.exists(path):
        raise NodeExists(path)
    check_size(chunk.total)
    if chunk.offset + chunk.length > chunk.total:
        raise InvalidUpload(f"The chunk ends beyond the {chunk.total} bytes of {chunk.name}")
    blobs = storage()
    blobs.ensure_container()
    blob = _blob(path, chunk)
    for offset, data in _blocks(chunk):
        blobs.put_block(blob, offset, data)
    if chunk.offset + chunk.length < chunk.total:
        return None
    return _finished(path, chunk, blobs, blob, user)


def _blob(path: NodePath, chunk: Chunk) -> str:
    """That of the chunks before; a first chunk begins a new one."""
    if chunk.offset:
        begun = ChunkedUpload.objects.filter(path=path, total=chunk.total).first()
        if begun is None:
            raise InvalidUpload(f"The chunks of {chunk.name} before byte {chunk.offset} did not come")
        return begun.blob
    blob = new_blob("originals")
    if chunk.length < chunk.total:
        expires = timezone.now() + timedelta(seconds=settings.UPLOAD_TOKEN_LIFETIME)
        ChunkedUpload.objects.update_or_create(
            path=path, total=chunk.total, defaults={"blob": blob, "expires": expires}
        )
    return blob


def _blocks(chunk: Chunk) -> Iterator[tuple[int, bytes]]:
    offset = chunk.offset
    for data in chunk.data:
        yield offset, data
        offset += len(data)


def _finished(path: NodePath, chunk: Chunk, blobs: BlobStorage, blob: str, user: str) -> TreeNode:
    blocks = blobs.blocks(blob) if chunk.total else []
    received = sum(block.size for block in blocks)
    if received != chunk.total:
        raise InvalidUpload(f"{chunk.name} should have {chunk.total} bytes, but {received} were uploaded")
    says_something = names.is_mime_type(chunk.mime_type) and chunk.mime_type != names.DEFAULT_MIME_TYPE
    mime_type = chunk.mime_type if says_something else names.mime_type(path.name)
    blobs.commit(blob, [block.index for block in blocks], mime_type)
    upload = Upload(blobs.container, blob, chunk.total, mime_type)
    with tree.writing():
        ChunkedUpload.objects.filter(path=path, total=chunk.total).delete()
        return assets.store(path, upload, Conflict.REFUSE, user=user)
