"""The loop `import-assets`: fetches files from URLs, into the blob storage and then into the tree.

Whoever may log in here names the URLs, and this machine asks for them: so only hosts of the setting IMPORT_HOSTS are
asked, at each hop of a redirect, and by default that is this machine alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings
from django.db import connection

import trust
from dbthreads import in_db
from repository import imports, names
from repository.assets import Upload
from repository.binaries import BlobStorage, new_blob, storage
from repository.doorbell import Doorbell
from repository.errors import RepositoryError
from repository.imports import FileToFetch
from repository.uploads import check_size

IDLE: Final = 5.0  # seconds between two looks for files of other processes
BLOCK: Final = 4 * 1024 * 1024
MAX_REDIRECTS: Final = 5
TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
LONGEST: Final = 600.0  # seconds for one file
ANY_HOST: Final = "*"


class ImportFailed(RepositoryError):
    reason = "ImportFailed"


@dataclass
class _Received:
    """`blocks` of `size` bytes in all; `mime_type` as the server says."""

    blob: str
    mime_type: str
    blocks: int = 0
    size: int = 0


async def import_assets(beat: Callable[[], None]) -> None:
    if connection.vendor == "sqlite":
        await in_db(imports.take_over)
    with Doorbell(imports.bell) as bell:
        async with httpx.AsyncClient(
            timeout=TIMEOUT, follow_redirects=False, verify=trust.context(), trust_env=False
        ) as http:
            while True:
                beat()
                file = await in_db(imports.claim)
                if file is None:
                    await bell.wait(IDLE)
                else:
                    await _import(http, file, beat)


def check_url(url: str) -> None:
    """ImportFailed unless it may be asked for."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        _ = parts.port  # read for its ValueError
    except ValueError as err:
        raise ImportFailed(f"{url[:200]!r} is not a URL") from err
    if parts.scheme not in {"http", "https"} or not host:
        raise ImportFailed(f"{url[:200]!r} is not a http or https URL")
    if ANY_HOST not in settings.IMPORT_HOSTS and host not in settings.IMPORT_HOSTS:
        raise ImportFailed(f"Files are not fetched from {host}: AEMULATOR_IMPORT_HOSTS does not name it")


async def _import(http: httpx.AsyncClient, file: FileToFetch, beat: Callable[[], None]) -> None:
    upload = None
    try:
        async with asyncio.timeout(LONGEST):
            upload = await _fetched(http, file, beat)
        await in_db(imports.store, file.id, upload)
    except TimeoutError:
        await in_db(imports.fail, file.id, ImportFailed(f"It was not here within {LONGEST:g} seconds"), upload)
    except RepositoryError as err:
        await in_db(imports.fail, file.id, err, upload)


async def _fetched(http: httpx.AsyncClient, file: FileToFetch, beat: Callable[[], None]) -> Upload:
    url = file.url
    for _ in range(MAX_REDIRECTS + 1):
        check_url(url)
        try:
            async with http.stream("GET", url) as answer:
                target = answer.headers.get("location")
                if not (answer.is_redirect and target):
                    return await _stored(file, answer, beat)
        except (httpx.HTTPError, httpx.InvalidURL) as err:
            raise ImportFailed(f"{urlsplit(url).netloc} cannot be read: {err or type(err).__name__}") from err
        url = urljoin(url, target)
    raise ImportFailed("There are too many redirects")


async def _stored(file: FileToFetch, answer: httpx.Response, beat: Callable[[], None]) -> Upload:
    if answer.status_code != 200:
        raise ImportFailed(f"The server of the file answered {answer.status_code}")
    blobs = storage()
    await asyncio.to_thread(blobs.ensure_container)
    received = _Received(new_blob("originals"), answer.headers.get("content-type", "").partition(";")[0].strip())
    async for block in _blocks(answer):
        beat()
        received.size += len(block)
        check_size(received.size)
        await asyncio.to_thread(blobs.put_block, received.blob, received.blocks, block)
        received.blocks += 1
    mime_type = _mime_type(file, received.mime_type)
    await asyncio.to_thread(_commit, blobs, received, mime_type)
    return Upload(blobs.container, received.blob, received.size, mime_type)


def _commit(blobs: BlobStorage, received: _Received, mime_type: str) -> None:
    blobs.commit(received.blob, list(range(received.blocks)), mime_type)


async def _blocks(answer: httpx.Response) -> AsyncIterator[bytes]:
    collected = bytearray()
    async for chunk in answer.aiter_bytes():
        collected += chunk
        if len(collected) >= BLOCK:
            yield bytes(collected)
            collected.clear()
    if collected:
        yield bytes(collected)


def _mime_type(file: FileToFetch, said: str) -> str:
    """What the request says, else what the name says, else what the server says."""
    if file.mime_type:
        return file.mime_type
    by_name = names.mime_type(file.path.name)
    return said if by_name == "application/octet-stream" and names.is_mime_type(said) else by_name
