"""Files that come in a form: their bytes go to the blob storage before anything is written to the tree."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from repository import binaries, binary_rows, names, tree, values
from repository.paths import NodePath
from repository.sling.form import Upload
from repository.values import Value

BLOCK = 4 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class StoredFile:
    """A file in the blob storage, with a `Binary` row of its own."""

    name: str
    mime_type: str
    binary_id: int


@contextmanager
def stored(files: list[Upload]) -> Iterator[dict[int, StoredFile]]:
    """The files by their `id()`; those that no node refers to at the end are given back."""
    kept: dict[int, StoredFile] = {}
    try:
        for file in files:
            kept[id(file)] = store(file)
        yield kept
    finally:
        binary_rows.release(file.binary_id for file in kept.values())


def store(file: Upload) -> StoredFile:
    """Copy one file to the blob storage, block by block. BlobStorageError."""
    name = (file.name or "").replace("\\", "/").rpartition("/")[2]
    mime_type = _mime_type(file, name)
    blob = binaries.new_blob("originals")
    storage = binaries.storage()
    storage.ensure_container()
    digest = hashlib.sha1(usedforsecurity=False)
    count = 0
    for count, chunk in enumerate(file.chunks(BLOCK), start=1):
        digest.update(chunk)
        storage.put_block(blob, count - 1, chunk)
    storage.commit(blob, range(count), mime_type)
    binary_id = binary_rows.add(storage.container, blob, file.size or 0, mime_type, digest.hexdigest())
    return StoredFile(name, mime_type, binary_id)


def write(path: NodePath, file: StoredFile, user: str) -> None:
    """The nt:file at `path` with these bytes, made or overwritten. Within `tree.writing`."""
    if not tree.exists(path):
        tree.create(path, "nt:file", user=user)
    content = path / "jcr:content"
    described: dict[str, Value] = {
        "jcr:mimeType": file.mime_type,
        "jcr:lastModified": values.date(timezone.now()),
        "jcr:lastModifiedBy": user,
    }
    existing = tree.find(content)
    if existing is None:
        tree.create(content, "nt:resource", described, binary_id=file.binary_id, user=user)
        return
    tree.set_binary(content, file.binary_id, described)
    if existing.binary:
        binary_rows.release([existing.binary.id])


def _mime_type(file: Upload, name: str) -> str:
    sent = (file.content_type or "").partition(";")[0].strip()
    return sent if sent and sent != names.DEFAULT_MIME_TYPE else names.mime_type(name)
