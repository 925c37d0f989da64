"""GET and HEAD of originals and renditions, streamed from the blob storage beside Django.

Only a URL that names a binary exactly is answered here; every other request goes on to `otherwise` (Django). Ranges,
`If-Range` and multipart answers are Starlette's; a response is at most one `CHUNK` in memory, whatever the file's size.
"""

import logging
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient, BlobServiceClient, ExponentialRetry
from django.conf import settings
from django.utils import timezone
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dbthreads import in_db
from probes import names, parties
from repository import binaries
from repository.adobe import identifiers
from repository.assets import RENDITIONS
from repository.auth.challenge import unauthorized
from repository.auth.errors import AuthError
from repository.auth.identification import identify
from repository.errors import InvalidPath, NodeNotFound
from repository.paths import NodePath
from repository.profiles import ORIGINAL
from repository.refusals import Refusal, page, refusal
from repository.sling.resolution import resolve
from repository.sling.streaming import BinaryTarget, find
from repository.tree import BinaryRef

CHUNK = 4 * 1024 * 1024  # bytes that one request to the blob storage asks for
_BY_ID = re.compile(
    rf"(?:/adobe)?/assets/(?P<id>{identifiers.PATTERN})/(?:original|renditions/(?P<name>[^/]+))(?:/as/[^/]+)?"
)
_LINK_LIFETIME = timedelta(hours=12)
_TREE = ("/content/", "/api/assets/")
_ROOTS = (
    *("/adobe/assets/", "/assets/", "/content/", "/conf/", "/apps/", "/etc/", "/home/", "/tmp/", "/var/"),
    *("/jcr:system/", "/_jcr_system/"),  # versions of originals
)
_conditions = StaticFiles(check_dir=False)

logger = logging.getLogger(__name__)


class Binaries:
    """An ASGI application in front of another."""

    def __init__(self, otherwise: ASGIApp) -> None:
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _has_encoded_slash(scope):
            refused = refusal(HTTPStatus.BAD_REQUEST, scope["path"], "An encoded slash (%2F) cannot be part of a name")
            await Response(refused.body, refused.status, refused.headers)(scope, receive, send)
            return
        found = await in_db(_look_up, scope) if _may_be_binary(scope) else None
        if found is None:
            await self._otherwise(scope, receive, send)
        elif isinstance(found, Refusal):
            await Response(found.body, found.status, found.headers)(scope, receive, send)
        else:
            await _send_binary(found, scope, receive, send)


class _Storage:
    """The connection to the blob storage: made on first use, in the server's event loop."""

    def __init__(self) -> None:
        self._service: BlobServiceClient | None = None

    def blob(self, binary: BinaryRef) -> BlobClient:
        if self._service is None:
            self._service = BlobServiceClient.from_connection_string(
                settings.AZURE_STORAGE_CONNECTION_STRING,
                retry_policy=ExponentialRetry(
                    initial_backoff=0, increment_base=1, retry_total=2, random_jitter_range=0
                ),
                headers=_introduction(),
                max_single_get_size=CHUNK,
                max_chunk_get_size=CHUNK,
            )
        return self._service.get_blob_client(binary.container, binary.blob)

    async def close(self) -> None:
        service, self._service = self._service, None
        if service:
            await service.close()


def _introduction() -> dict[str, str]:
    """Somebody looks at a binary: that is no step of a flow, and not recorded."""
    return parties.introduced(names.REPOSITORY, binaries.storage().endpoint, purpose="read")


storage = _Storage()


async def _send_binary(target: BinaryTarget, scope: Scope, receive: Receive, send: Send) -> None:
    response = BlobResponse(target, storage.blob(target.binary))
    if _conditions.is_not_modified(response.headers, Headers(scope=scope)):
        await NotModifiedResponse(response.headers)(scope, receive, send)
        return
    held = _HeldStart(send)
    try:
        await response(_without_pointless_range(scope, target), receive, held)
    except AzureError as err:
        if held.sent:
            raise
        await _unavailable(target, err)(scope, receive, send)


class BlobResponse(FileResponse):
    """Starlette's file response, reading a blob: `_open_file` is where it gets what it reads from."""

    chunk_size = CHUNK

    def __init__(self, target: BinaryTarget, blob: BlobClient) -> None:
        self._blob = blob
        self._size = target.binary.size
        headers = target.headers()
        status = os.stat_result((0o100644, 0, 0, 0, 0, 0, self._size, 0, int(target.last_modified.timestamp()), 0))
        super().__init__(target.name, headers=headers, media_type=headers["content-type"], stat_result=status)
        if "accept-ranges" not in headers:
            del self.headers["accept-ranges"]

    @asynccontextmanager
    async def _open_file(self) -> AsyncIterator[Any]:
        yield BlobFile(self._blob, self._size)


class BlobFile:
    """The two calls that a file response makes of its file; each read is one ranged request."""

    def __init__(self, blob: BlobClient, size: int) -> None:
        self._blob = blob
        self._size = size
        self._position = 0

    async def seek(self, position: int) -> None:
        self._position = position

    async def read(self, length: int) -> bytes:
        length = min(length, self._size - self._position)
        if length <= 0:
            return b""
        download = await self._blob.download_blob(offset=self._position, length=length)
        data: bytes = await download.readall()
        self._position += len(data)
        return data


class _HeldStart:
    """Keeps the head of the response back until the first bytes are there: until then, an error can still be said."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self.sent = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            self.sent = True
            start, self._start = self._start, None
            await self._send(start)
        await self._send(message)


def _has_encoded_slash(scope: Scope) -> bool:
    """In a path of the tree. Decoded it would pass for a separator, and so name another node."""
    is_path = scope["type"] == "http" and scope["path"].startswith(_TREE)
    return is_path and b"%2f" in scope.get("raw_path", b"").lower()


def _may_be_binary(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and scope["path"].startswith(_ROOTS)


def _look_up(scope: Scope) -> BinaryTarget | Refusal | None:
    """In a database thread: what the URL names, and whether the client may have it."""
    try:
        target = _by_id(scope["path"]) or find(NodePath.from_url(scope["path"])) or _of_version(scope["path"])
    except (InvalidPath, NodeNotFound):
        return None
    if target is None:
        return None
    # What a browser would run is never sent from elsewhere: the headers that keep it dead are ours.
    redirects = settings.BINARIES_REDIRECT and not target.is_active
    return refused_access(scope) or (_redirect(scope, target) if redirects else target)


def _by_id(path: str) -> BinaryTarget | None:
    """`/adobe/assets/<id>/original/as/<file>` and `/adobe/assets/<id>/renditions/<name>`. NodeNotFound."""
    match = _BY_ID.fullmatch(path)
    if not match:
        return None
    return find(identifiers.asset(match["id"]).path / RENDITIONS / (match["name"] or ORIGINAL))


def _of_version(path: str) -> BinaryTarget | None:
    """`…/x.jpg;v=1.0`: as it was then."""
    found = resolve(path) if ";" in path else None
    if found is None or found.node is None or "v" not in found.parameters or found.extension or found.suffix:
        return None
    return find(found.node.path)


def _redirect(scope: Scope, target: BinaryTarget) -> Refusal:
    """To the blob itself, by a URL that is good for a while: AEM as a Cloud Service answers large reads so."""
    endpoint = None
    if binaries.is_embedded():
        host = Headers(scope=scope).get("host", "")
        endpoint = f"{scope['scheme']}://{host}{urlsplit(binaries.storage().endpoint).path}"
    url = binaries.storage().sign_read(
        target.binary.blob, timezone.now() + _LINK_LIFETIME, endpoint=endpoint, content_type=target.mime_type
    )
    return Refusal(HTTPStatus.FOUND, headers={"Location": url, "Cache-Control": "private, no-store"})


def refused_access(scope: Scope) -> Refusal | None:
    """In a database thread: the answer to who may not read; None for who may."""
    headers = Headers(scope=scope)
    error = None
    try:
        if identify(headers):
            return None
    except AuthError as err:
        error = err
    return unauthorized(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, error)


def _without_pointless_range(scope: Scope, target: BinaryTarget) -> Scope:
    """An empty file has no range to give: Sling sends all of it, that is nothing, rather than 416."""
    if target.binary.size:
        return scope
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != b"range"]}


def _unavailable(target: BinaryTarget, error: AzureError) -> Response:
    logger.warning("Blob %s of %s cannot be read: %s", target.binary.blob, target.content.path, error.message)
    if isinstance(error, ResourceNotFoundError):
        gone = page(HTTPStatus.NOT_FOUND, f"The bytes of '{target.content.path}' are not in the blob storage")
        return Response(gone.body, gone.status, gone.headers)
    broken = page(HTTPStatus.BAD_GATEWAY, "The blob storage does not answer")
    return Response(broken.body, broken.status, broken.headers)
