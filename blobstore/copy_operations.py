"""Operations whose bytes come from a URL: Copy Blob, Put Blob From URL, Put Block From URL. All are synchronous."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from blobstore import blobs, blocks, clock, copies, hashes, headers, uploads
from blobstore.blob_operations import new_write, written
from blobstore.blobs import Attributes, Blob, Write
from blobstore.block_operations import block_id, check_container
from blobstore.calls import Call
from blobstore.errors import AzureError, Reason
from blobstore.responses import Answer

Describe = Callable[[Call, Attributes, Attributes, int], Attributes]


async def copy(call: Call) -> Answer:
    """Copy Blob: bytes, headers and metadata of the source; metadata of the request replaces the source's."""
    made = await _made(call, new_write(call, plain=False), _described_copy)
    return Answer(
        202,
        {
            **headers.of_state(made),
            "x-ms-copy-id": made.attributes.copy["x-ms-copy-id"],
            "x-ms-copy-status": "success",
        },
    )


async def put_from_url(call: Call) -> Answer:
    """Put Blob From URL: as Put Blob, with the bytes, and by default the headers, of the source."""
    if call.request.headers["x-ms-blob-type"] != "BlockBlob":
        raise AzureError(Reason.INVALID_BLOB_TYPE)
    made = await _made(call, new_write(call, plain=False), _described_put)
    md5 = made.attributes.headers.get("content-md5")
    return written(made, {"content-md5": md5} if md5 else None)


async def put_block_from_url(call: Call) -> Answer:
    block = block_id(call)
    check_container(call)
    fetched = await copies.fetch(call, call.store.config.max_put_block)
    staged = fetched.staged
    if staged.size == 0:
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": "x-ms-source-range"})
    await uploads.keep(call.store, staged, lambda db: blocks.stage(db, call.container, call.blob, block, staged))
    return Answer(201, {"x-ms-request-server-encrypted": "true", **headers.of_hashes(staged.hashes)})


async def abort_copy(call: Call) -> Answer:
    """Copies end before they answer, so none is ever pending."""
    call.store.read(lambda db: blobs.get(db, call.container, call.blob))
    raise AzureError(Reason.NO_PENDING_COPY_OPERATION)


async def _made(call: Call, write: Write, describe: Describe) -> Blob:
    if copies.is_local(call) and not hashes.of_source(call.request.headers):
        return await call.store.change(lambda db: _shared(db, call, write, describe))
    fetched = await copies.fetch(call, call.store.config.max_put_blob)
    source = fetched.attributes
    source = replace(source, headers={**source.headers, **headers.md5_header(fetched.staged.hashes.md5)})
    described = replace(write, attributes=describe(call, write.attributes, source, fetched.staged.size))
    return await uploads.keep(call.store, fetched.staged, lambda db: blobs.put(db, described, fetched.staged))


def _shared(db: sqlite3.Connection, call: Call, write: Write, describe: Describe) -> Blob:
    source = copies.local_source(db, call)
    described = replace(write, attributes=describe(call, write.attributes, source.attributes, source.size))
    return blobs.put_copy(db, described, source)


def _described_copy(call: Call, own: Attributes, source: Attributes, size: int) -> Attributes:
    origin = call.request.headers["x-ms-copy-source"].partition("?")[0]  # a signature is no part of the record
    record = {
        "x-ms-copy-id": str(uuid4()),
        "x-ms-copy-source": origin,
        "x-ms-copy-status": "success",
        "x-ms-copy-progress": f"{size}/{size}",
        "x-ms-copy-completion-time": clock.http_date(clock.seconds()),
    }
    tags = source.tags if call.request.headers.get("x-ms-copy-source-tag-option", "").upper() == "COPY" else own.tags
    return Attributes(source.headers, own.metadata or source.metadata, tags, own.tier or source.tier, record)


def _described_put(call: Call, own: Attributes, source: Attributes, size: int) -> Attributes:
    md5 = {name: value for name, value in source.headers.items() if name == "content-md5"}
    keep = call.request.headers.get("x-ms-copy-source-blob-properties", "true").lower() != "false"
    described = {**(source.headers if keep else md5), **own.headers}
    return replace(own, headers=described, metadata=own.metadata or source.metadata)
