"""Several assets as one ZIP, written while it is sent: `POST /content/dam.assetdownload.zip/<name>.zip`.

Beside Django, as all bytes are; never more than two `CHUNK`s in memory, whatever the files' sizes. Pictures hardly get
smaller, so nothing is compressed. `.assetdownload.json` tells how much it would be.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Final
from urllib.parse import parse_qs
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import orjson
from azure.core.exceptions import AzureError
from django.utils import timezone
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dbthreads import in_db
from repository import archives
from repository.archives import Entry
from repository.binaries_asgi import CHUNK, BlobFile, refused_access, storage
from repository.errors import InvalidPath
from repository.paths import NodePath
from repository.refusals import Refusal, page

PREFIX: Final = "/content/dam.assetdownload."
MAX_BODY: Final = 8 * 1024 * 1024  # bytes of a form: the paths of some 50,000 assets
MISSING: Final = "_missing.txt"

logger = logging.getLogger(__name__)


class Archives:
    """An ASGI application in front of another."""

    def __init__(self, otherwise: ASGIApp) -> None:
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._otherwise(scope, receive, send)
            return
        try:
            response = await _answer(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)


async def _answer(request: Request) -> Response:
    refused = await in_db(refused_access, request.scope)
    if refused:
        return _response(refused)
    if request.method not in {"GET", "POST"}:
        return Response(status_code=405, headers={"Allow": "GET, POST"})
    asked = await _parameters(request)
    if asked is None:
        return _response(page(413, f"The form has more than {MAX_BODY} bytes"))
    found = await in_db(_entries, asked.get("path", []))
    if isinstance(found, Refusal):
        return _response(found)
    if request.url.path.startswith(f"{PREFIX}json"):
        return Response(orjson.dumps(_amounts(found)), media_type="application/json")
    return _archive_response(request, _chosen(found, asked))


async def _parameters(request: Request) -> dict[str, list[str]] | None:
    """None when there are too many."""
    body = b""
    if request.method == "POST":
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return None
    query = request.scope["query_string"].decode("latin-1")
    return parse_qs(query) | parse_qs(body.decode("utf-8", "replace"))


def _entries(texts: Sequence[str]) -> list[Entry] | Refusal:
    if not texts:
        return page(400, "The parameter path is missing")
    try:
        paths = [NodePath(text) for text in texts]
    except InvalidPath as err:
        return page(400, err.message)
    if not all(path.startswith("/content/dam/") for path in paths):
        return page(400, "Only what is below /content/dam can be downloaded")
    found = archives.entries(paths)
    if not found:
        return page(404, "None of the parameters path names an asset, or a folder with assets")
    if len(found) > archives.MAX_FILES:
        return page(413, f"These are more than {archives.MAX_FILES} files: choose fewer")
    return found


def _amounts(found: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """How many files and bytes, of originals and of renditions."""
    kinds = {"originals": True, "renditions": False}
    sizes = {kind: [e.binary.size for e in found if e.is_original is wanted] for kind, wanted in kinds.items()}
    return {kind: {"files": len(some), "bytes": sum(some)} for kind, some in sizes.items()}


def _chosen(found: Sequence[Entry], asked: dict[str, list[str]]) -> list[Entry]:
    """`downloadAssets=false` leaves the originals out, `downloadRenditions=true` adds the renditions."""
    originals = asked.get("downloadAssets", ["true"])[-1] != "false"
    renditions = asked.get("downloadRenditions", ["false"])[-1] == "true"
    return [entry for entry in found if (originals if entry.is_original else renditions)]


def _archive_response(request: Request, wanted: Sequence[Entry]) -> Response:
    if not wanted:
        return _response(page(404, "There is nothing of that kind to download"))
    name = request.url.path.rpartition("/")[2] or "assets.zip"
    safe = "".join(character for character in name if character.isalnum() or character in "._- ")
    headers = {"Content-Disposition": f'attachment; filename="{safe.encode("ascii", "replace").decode()}"'}
    return StreamingResponse(_archive(wanted), media_type="application/zip", headers=headers)


async def _archive(wanted: Sequence[Entry]) -> AsyncIterator[bytes]:
    """A file that the storage has lost is named in a text at the end; one that breaks off breaks the archive off."""
    sink, missing, now = _Sink(), [], timezone.localtime().timetuple()[:6]
    with ZipFile(sink, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]  # it asks only for write and flush
        for entry in wanted:
            file = BlobFile(storage.blob(entry.binary), entry.binary.size)
            try:
                data = await file.read(CHUNK)
            except AzureError as err:
                logger.warning("The archive lacks %s: %s", entry.name, err.message)
                missing.append(entry.name)
                continue
            info = ZipInfo(entry.name, now)
            with archive.open(info, "w", force_zip64=entry.binary.size >= 1 << 31) as target:
                while data:
                    target.write(data)
                    yield sink.taken()
                    data = await file.read(CHUNK)
        if missing:
            archive.writestr(ZipInfo(MISSING, now), "\n".join(missing))
    yield sink.taken()


class _Sink:
    """What the archive is written to: emptied after every piece."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Everything is there already."""

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _response(refused: Refusal) -> Response:
    return Response(refused.body, refused.status, refused.headers)
