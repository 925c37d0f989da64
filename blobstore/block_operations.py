"""Operations on the blocks of a blob."""

import base64

from blobstore import blobs, blocks, containers, documents, headers, uploads
from blobstore.blob_operations import new_write, written
from blobstore.calls import Call
from blobstore.errors import AzureError, Reason
from blobstore.responses import Answer, xml_answer

MAX_BLOCK_LIST_BODY = 16 * 1024**2
BRIEF_LIST = 100  # entries; longer lists do not hold up the event loop
MAX_BLOCK_ID = 64  # bytes, before base64


async def put(call: Call) -> Answer:
    """Put Block: the body is kept under the blob's name and the block's id until a list commits it."""
    headers.reject_unsupported(call.request.headers)
    block = block_id(call)
    check_container(call)
    if call.request.body_length == 0:
        detail = {"HeaderName": "Content-Length", "HeaderValue": "0"}
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail=detail)
    staged = await uploads.receive(call.store, call.request, call.store.config.max_put_block, digest=False)
    await uploads.keep(call.store, staged, lambda db: blocks.stage(db, call.container, call.blob, block, staged))
    return Answer(201, {"x-ms-request-server-encrypted": "true", **headers.of_hashes(staged.hashes)})


def block_id(call: Call) -> str:
    text = call.request.required_query("blockid")
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError as err:
        raise AzureError(Reason.INVALID_BLOCK_ID) from err
    if not 0 < len(decoded) <= MAX_BLOCK_ID:
        raise AzureError(Reason.INVALID_BLOCK_ID)
    return text


def check_container(call: Call) -> None:
    call.store.read(lambda db: containers.id_of(db, call.container))


async def put_list(call: Call) -> Answer:
    """Put Block List: the listed blocks, in their order, are the blob from now on."""
    write = new_write(call, plain=False)
    entries = documents.block_list(await uploads.small_body(call.request, MAX_BLOCK_LIST_BODY))
    if len(entries) > call.store.config.max_blocks:
        raise AzureError(Reason.BLOCK_COUNT_EXCEEDS_LIMIT)
    brief = len(entries) <= BRIEF_LIST
    made = await call.store.change(lambda db: blocks.commit(db, write, entries), brief=brief)
    return written(made)


async def get_list(call: Call) -> Answer:
    """Get Block List, of the kind that `blocklisttype` names; committed blocks without it."""
    kind = call.request.query.get("blocklisttype", "committed").lower()
    if kind not in ("committed", "uncommitted", "all"):
        detail = {"QueryParameterName": "blocklisttype", "QueryParameterValue": kind}
        raise AzureError(Reason.INVALID_QUERY_PARAMETER_VALUE, detail=detail)
    with call.store.index.snapshot() as db:
        found = blobs.place(db, call.container, call.blob)
        staged = blocks.uncommitted(db, found.container, call.blob)
        present = blocks.committed(db, found.blob)
    blob = found.blob
    if blob is None and not staged:
        raise AzureError(Reason.BLOB_NOT_FOUND)
    root = documents.block_list_document(
        None if kind == "uncommitted" else present, None if kind == "committed" else staged
    )
    state = {} if blob is None else {**headers.of_state(blob), "x-ms-blob-content-length": str(blob.size)}
    return xml_answer(root, state)
