"""The source of a copy: a blob of this store, or whatever a loopback URL answers."""

import ipaddress
import sqlite3
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

import httpx

from blobstore import access, blobs, conditions, containers, downloads, hashes, ranges, requests, uploads
from blobstore.access import ContainerAccess, Need
from blobstore.blobs import Attributes, Blob
from blobstore.calls import Call
from blobstore.contents import Staged
from blobstore.errors import AzureError, Reason
from blobstore.hashes import Hashing
from blobstore.requests import BlobRequest

TIMEOUT = 30.0  # seconds without a byte
_READ = Need("o", "r", anonymous="blob")
_DESCRIPTION = ("content-type", "content-encoding", "content-language", "cache-control", "content-disposition")


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a source, staged, and what the source says of them."""

    staged: Staged
    attributes: Attributes


def is_local(call: Call) -> bool:
    """Whether the source is in this store: the URL has the host that the request itself came to."""
    parts = _parts(call)
    return parts.netloc == call.request.headers.get("host") and parts.path.startswith(f"/{call.store.config.account}/")


def local_source(db: sqlite3.Connection, call: Call) -> Blob:
    """The source blob in the caller's transaction, if the caller may read it and it meets the source conditions."""
    request = _source_request(call)
    address = request.address()
    if not (call.grant.account_key and "sig" not in request.query):
        try:
            access.authorize(request, address, _READ, call.store.config, lambda name: _access_of(db, name))
        except AzureError as err:
            _unverified(err.status, err)
    try:
        blob = blobs.get(db, address.container or "", address.blob or "")
    except AzureError as err:
        _unverified(err.status, err)
    conditions.of(call.request.headers, "x-ms-source-").check_source(blob.state)
    return blob


async def fetch(call: Call, limit: int) -> Fetched:
    """Stage the bytes of the source, or the range `x-ms-source-range` of it, checked by its hash where one is given."""
    wanted = hashes.of_source(call.request.headers)
    hashing = Hashing(wanted, md5=True)
    fetched = await (_fetch_local(call, limit, hashing) if is_local(call) else _fetch_remote(call, limit, hashing))
    await uploads.check(call.store, fetched.staged, wanted)
    return fetched


async def _fetch_local(call: Call, limit: int, hashing: Hashing) -> Fetched:
    with call.store.index.snapshot() as db:
        blob = local_source(db, call)
        first, end = ranges.of(call.request.headers, blob.size, "x-ms-source-range") or (0, blob.size)
        extents = blobs.extents(db, blob, first, end) if first < end else []
    _check_length(end - first, limit)
    body = downloads.stream(call.store, extents, first, end)
    return Fetched(await uploads.stage(call.store, body, end - first, hashing), blob.attributes)


async def _fetch_remote(call: Call, limit: int, hashing: Hashing) -> Fetched:
    headers = {"accept-encoding": "identity"}
    for name in ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "range"):
        if f"x-ms-source-{name}" in call.request.headers:
            headers[name] = call.request.headers[f"x-ms-source-{name}"]
    async with _opened(call, headers) as response:
        if response.status_code in (304, 412):
            raise AzureError(Reason.SOURCE_CONDITION_NOT_MET)
        if response.status_code not in (200, 206):
            _unverified(response.status_code if 400 <= response.status_code < 500 else 400, None)
        length = int(response.headers.get("content-length", limit))
        _check_length(length, limit)
        staged = await uploads.stage(call.store, _limited(response, limit), length, hashing)
        return Fetched(staged, _attributes(response))


@asynccontextmanager
async def _opened(call: Call, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
    url = call.request.headers["x-ms-copy-source"]
    if not _is_loopback(_parts(call).hostname or ""):
        _unverified(403, None)
    try:
        verify = await call.store.work(_trust, call)
        async with (
            httpx.AsyncClient(verify=verify, timeout=TIMEOUT, trust_env=False) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            yield response
    except (httpx.HTTPError, httpx.InvalidURL) as err:
        _unverified(400, err)


def _trust(call: Call) -> ssl.SSLContext:
    context = ssl.create_default_context()
    file = call.store.config.ca_file
    if file is not None and file.exists():
        context.load_verify_locations(file)
    return context


async def _limited(response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        _check_length(size, limit)
        yield piece


def _attributes(response: httpx.Response) -> Attributes:
    found = {name: response.headers[name] for name in _DESCRIPTION if name in response.headers}
    meta = {name[10:]: value for name, value in response.headers.items() if name.startswith("x-ms-meta-")}
    return Attributes(found, meta)


def _source_request(call: Call) -> BlobRequest:
    parts = _parts(call)
    return BlobRequest(
        method="GET",
        scheme=parts.scheme,
        raw_path=parts.path,
        query=requests.parsed_query(parts.query),
        headers={},
        client=call.request.client,
        receive=call.request.receive,
        query_string=parts.query,
    )


def _parts(call: Call) -> SplitResult:
    url = call.request.required_header("x-ms-copy-source")
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known or len(url) > 2048:
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": "x-ms-copy-source", "HeaderValue": url})
    return parts


def _access_of(db: sqlite3.Connection, name: str) -> ContainerAccess:
    container = containers.find(db, name)
    return container.access if container else ContainerAccess()


def _check_length(length: int, limit: int) -> None:
    if length > limit:
        raise AzureError(Reason.REQUEST_BODY_TOO_LARGE, detail={"MaxLimit": str(limit)})


def _is_loopback(host: str) -> bool:
    """Only this machine is asked: who may write a blob may not make the server call others."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unverified(status: int, cause: Exception | None) -> NoReturn:
    raise AzureError(Reason.CANNOT_VERIFY_COPY_SOURCE, status=status) from cause
