"""Operations on blobs: reading, writing whole ones, and what is beside their bytes."""

import base64
import hashlib
import sqlite3
from dataclasses import replace

from blobstore import blobs, conditions, documents, downloads, hashes, headers, ranges, uploads
from blobstore.blobs import Blob, Change, Extent, Write
from blobstore.calls import Call
from blobstore.errors import AzureError, Reason
from blobstore.responses import Answer, xml_answer

MAX_HASHED_RANGE = 4 * 1024 * 1024
MAX_TAGS_BODY = 16 * 1024


async def put(call: Call) -> Answer:
    """Put Blob: the body is the blob, in one piece."""
    request = call.request
    kind = request.required_header("x-ms-blob-type")
    if kind in ("AppendBlob", "PageBlob"):
        raise AzureError(Reason.NOT_IMPLEMENTED)
    if kind != "BlockBlob":
        detail = {"HeaderName": "x-ms-blob-type", "HeaderValue": kind}
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail=detail)
    write = new_write(call, plain=True)
    check_early(call, write)
    staged = await uploads.receive(call.store, request, call.store.config.max_put_blob, digest=True)
    stated = write.attributes.headers.get("content-md5")
    if stated is not None and hashes.decoded_md5(stated) != staged.hashes.md5:
        await uploads.discard(call.store, staged)
        raise AzureError(Reason.MD5_MISMATCH)
    write.attributes.headers.update(headers.md5_header(staged.hashes.md5))
    made = await uploads.keep(call.store, staged, lambda db: blobs.put(db, write, staged))
    return written(made, headers.of_hashes(staged.hashes))


def new_write(call: Call, *, plain: bool) -> Write:
    request = call.request
    return Write(
        call.container,
        call.blob,
        headers.attributes(request.headers, plain=plain),
        conditions.of(request.headers),
        call.grant.create_only,
    )


def check_early(call: Call, write: Write) -> None:
    """Refuse before a long body comes what the commit would refuse after it."""
    if call.request.body_length > call.store.config.inline_limit:
        call.store.read(lambda db: blobs.opened(db, write))


def written(blob: Blob, extra: dict[str, str] | None = None, status: int = 201) -> Answer:
    return Answer(status, {**headers.of_state(blob), "x-ms-request-server-encrypted": "true", **(extra or {})})


async def get(call: Call) -> Answer:
    """Get Blob: all of it or one range."""
    request = call.request
    blob, wanted, extents = call.store.read(lambda db: _selected(db, call))
    first, end = wanted or (0, blob.size)
    described = {**headers.of_blob(blob), **call.grant.overrides, "content-length": str(end - first)}
    if wanted is not None:
        described["content-range"] = f"bytes {first}-{end - 1}/{blob.size}"
        if "content-md5" in described:
            described["x-ms-blob-content-md5"] = described.pop("content-md5")
    answer = Answer(206 if wanted else 200, described)
    _add_bytes(answer, call, extents, first, end)
    if wanted is not None and request.headers.get("x-ms-range-get-content-md5", "").lower() == "true":
        await _hash_range(answer, end - first)
    return answer


def _selected(db: sqlite3.Connection, call: Call) -> tuple[Blob, tuple[int, int] | None, list[Extent]]:
    """The blob, the range asked for, and the extents of it, all of one moment."""
    blob = _readable(db, call)
    if blob.attributes.tier == "Archive":
        raise AzureError(Reason.BLOB_ARCHIVED)
    wanted = ranges.of(call.request.headers, blob.size, "x-ms-range", "range")
    first, end = wanted or (0, blob.size)
    return blob, wanted, blobs.extents(db, blob, first, end) if first < end else []


def _add_bytes(answer: Answer, call: Call, extents: list[Extent], first: int, end: int) -> None:
    if len(extents) == 1 and extents[0].file is None:
        start = extents[0].start
        answer.body = downloads.inline_bytes(call.store, extents[0])[first - start : end - start]
    elif extents:
        answer.stream = downloads.stream(call.store, extents, first, end)


async def _hash_range(answer: Answer, length: int) -> None:
    if length > MAX_HASHED_RANGE:
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": "x-ms-range-get-content-md5"})
    if answer.stream is not None:
        answer.body, answer.stream = b"".join([piece async for piece in answer.stream]), None
    digest = hashlib.md5(answer.body, usedforsecurity=False).digest()
    answer.headers["content-md5"] = base64.b64encode(digest).decode()


async def get_properties(call: Call) -> Answer:
    """Get Blob Properties (HEAD). A range header has no effect on it."""
    blob = call.store.read(lambda db: _readable(db, call))
    described = {**headers.of_blob(blob), **headers.of_tier(blob), **call.grant.overrides}
    return Answer(200, {**described, "content-length": str(blob.size)})


async def get_metadata(call: Call) -> Answer:
    blob = call.store.read(lambda db: _readable(db, call))
    return Answer(200, {**headers.of_state(blob), **headers.meta(blob.attributes.metadata)})


async def set_metadata(call: Call) -> Answer:
    metadata = headers.metadata(call.request.headers)
    return await _amend(call, lambda attributes: replace(attributes, metadata=metadata))


async def set_properties(call: Call) -> Answer:
    """Set Blob Properties: the headers that are not given are cleared."""
    described = headers.content_headers(call.request.headers, plain=False)
    return await _amend(call, lambda attributes: replace(attributes, headers=described))


async def _amend(call: Call, change: Change) -> Answer:
    wanted = conditions.of(call.request.headers)
    changed = await call.store.change(lambda db: blobs.amend(db, call.container, call.blob, wanted, change), brief=True)
    return written(changed, status=200)


async def set_tier(call: Call) -> Answer:
    call.request.required_header("x-ms-access-tier")
    tier = headers.tier(call.request.headers)
    await call.store.change(
        lambda db: blobs.amend_silently(db, call.container, call.blob, lambda old: replace(old, tier=tier)), brief=True
    )
    return Answer(200)


async def get_tags(call: Call) -> Answer:
    blob = call.store.read(lambda db: blobs.get(db, call.container, call.blob))
    return xml_answer(documents.tags_document(blob.attributes.tags))


async def set_tags(call: Call) -> Answer:
    tags = documents.tags(await uploads.small_body(call.request, MAX_TAGS_BODY))
    await call.store.change(
        lambda db: blobs.amend_silently(db, call.container, call.blob, lambda old: replace(old, tags=tags)), brief=True
    )
    return Answer(204)


async def delete(call: Call) -> Answer:
    wanted = conditions.of(call.request.headers)
    if call.request.headers.get("x-ms-delete-snapshots") == "only":  # there are none
        call.store.read(lambda db: blobs.get(db, call.container, call.blob))
        return Answer(202)
    reject_snapshot(call)
    await call.store.change(lambda db: blobs.delete(db, call.container, call.blob, wanted), brief=True)
    return Answer(202, {"x-ms-delete-type-permanent": "true"})


def reject_snapshot(call: Call) -> None:
    """No blob has snapshots or versions here, so none is found."""
    if call.request.query.get("snapshot") or call.request.query.get("versionid"):
        raise AzureError(Reason.BLOB_NOT_FOUND)


def _readable(db: sqlite3.Connection, call: Call) -> Blob:
    headers.reject_unsupported(call.request.headers)
    reject_snapshot(call)
    blob = blobs.get(db, call.container, call.blob)
    conditions.of(call.request.headers).check_read(blob.state)
    return blob
