"""Operations on containers, the list of their blobs among them."""

from xml.etree import ElementTree as ET

from blobstore import conditions, containers, documents, headers, listings, uploads
from blobstore.access import ContainerAccess
from blobstore.blobs import Blob
from blobstore.calls import Call
from blobstore.clock import http_date
from blobstore.containers import Container
from blobstore.errors import AzureError, Reason
from blobstore.listings import Asked, Page, Prefix
from blobstore.responses import Answer, xml_answer

MAX_POLICIES_BODY = 64 * 1024


async def create(call: Call) -> Answer:
    metadata = headers.metadata(call.request.headers)
    public = _public_access(call)
    made = await call.store.change(lambda db: containers.create(db, call.container, metadata, public))
    return Answer(201, _state(made))


async def delete(call: Call) -> Answer:
    wanted = conditions.of(call.request.headers)
    await call.store.change(lambda db: containers.delete(db, call.container, wanted))
    return Answer(202)


async def get_properties(call: Call) -> Answer:
    container = call.store.read(lambda db: containers.get(db, call.container))
    return Answer(
        200,
        {
            **_state(container),
            **headers.meta(container.metadata),
            "x-ms-lease-status": "unlocked",
            "x-ms-lease-state": "available",
            "x-ms-has-immutability-policy": "false",
            "x-ms-has-legal-hold": "false",
            **_public_header(container),
        },
    )


async def set_metadata(call: Call) -> Answer:
    metadata, wanted = headers.metadata(call.request.headers), conditions.of(call.request.headers)
    changed = await call.store.change(lambda db: containers.set_metadata(db, call.container, metadata, wanted))
    return Answer(200, _state(changed))


async def get_access(call: Call) -> Answer:
    container = call.store.read(lambda db: containers.get(db, call.container))
    return xml_answer(documents.policies_document(container.access), {**_state(container), **_public_header(container)})


async def set_access(call: Call) -> Answer:
    body = await uploads.small_body(call.request, MAX_POLICIES_BODY)
    access = ContainerAccess(_public_access(call), documents.policies(body))
    wanted = conditions.of(call.request.headers)
    changed = await call.store.change(lambda db: containers.set_access(db, call.container, access, wanted))
    return Answer(200, _state(changed))


async def list_blobs(call: Call) -> Answer:
    query, included = call.request.query, call.included()
    asked = Asked(
        prefix=query.get("prefix", ""),
        delimiter=query.get("delimiter", ""),
        start=listings.from_marker(query["marker"]) if query.get("marker") else query.get("startfrom", ""),
        limit=call.page_size(listings.MAX_PAGE),
        uncommitted="uncommittedblobs" in included,
    )
    return await call.store.work(_list_blobs, call, asked, included)


def _list_blobs(call: Call, asked: Asked, included: frozenset[str]) -> Answer:
    page = call.store.read(lambda db: listings.page(db, containers.id_of(db, call.container), asked))
    root = documents.enumeration(call.endpoint, call.container, call.request.query)
    _add_entries(ET.SubElement(root, "Blobs"), page, included)
    ET.SubElement(root, "NextMarker").text = listings.marker(page.next) if page.next else ""
    return xml_answer(root)


def _add_entries(parent: ET.Element, page: Page, included: frozenset[str]) -> None:
    for entry in page.entries:
        if isinstance(entry, Blob):
            documents.add_blob(parent, entry, included)
        elif isinstance(entry, Prefix):
            documents.add_prefix(parent, entry.name)
        else:
            documents.add_uncommitted(parent, entry.name)


def _public_access(call: Call) -> str:
    value = call.request.headers.get("x-ms-blob-public-access", "")
    if value not in ("", "blob", "container"):
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": "x-ms-blob-public-access"})
    return value


def _public_header(container: Container) -> dict[str, str]:
    return {"x-ms-blob-public-access": container.public} if container.public else {}


def _state(container: Container) -> dict[str, str]:
    return {"etag": container.etag, "last-modified": http_date(container.modified)}
