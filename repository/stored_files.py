"""Files that come in the body of a request: their bytes go to the blob storage before the tree is written.

Small things only, such as renditions made by hand; assets come by direct binary upload.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from repository import binaries, binary_rows, names

BLOCK = 4 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class IncomingFile:
    """`chunks` are read once, each at most some megabytes; `mime_type` as the client says, or empty."""

    name: str
    mime_type: str
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class StoredFile:
    """A file in the blob storage, with a `Binary` row of its own."""

    name: str
    mime_type: str
    binary_id: int


@contextmanager
def stored(files: Iterable[IncomingFile]) -> Iterator[list[StoredFile]]:
    """Store the files; those that no node refers to at the end are given back. BlobStorageError."""
    kept: list[StoredFile] = []
    try:
        for file in files:
            kept.append(_store(file))
        yield kept
    finally:
        binary_rows.release(file.binary_id for file in kept)


def _store(file: IncomingFile) -> StoredFile:
    blob, storage = binaries.new_blob("originals"), binaries.storage()
    storage.ensure_container()
    digest, size, count = hashlib.sha1(usedforsecurity=False), 0, 0
    for chunk in file.chunks:
        if chunk:
            digest.update(chunk)
            storage.put_block(blob, count, chunk)
            size, count = size + len(chunk), count + 1
    mime_type = _mime_type(file)
    storage.commit(blob, range(count), mime_type)
    binary_id = binary_rows.add(storage.container, blob, size, mime_type, digest.hexdigest())
    return StoredFile(file.name, mime_type, binary_id)


def _mime_type(file: IncomingFile) -> str:
    """What the client says, unless it says nothing."""
    sent = file.mime_type.partition(";")[0].strip()
    return sent if sent and sent != names.DEFAULT_MIME_TYPE else names.mime_type(file.name)
