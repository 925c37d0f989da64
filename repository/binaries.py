"""The blob storage, through azure-storage-blob: signed URLs for the clients and workers that move the bytes, and the
few calls that the repository makes itself, the frequent ones by signed URLs too (ADR 14). The same code for the
embedded storage, Azurite and Azure.

Blobs get names that are never used again, so their bytes never change once a `Binary` row names them.
"""

import base64
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree  # of what our own storage answers

import requests
import urllib3
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline.transport import RequestsTransport
from azure.core.settings import settings as azure_settings
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    ContentSettings,
    ExponentialRetry,
    generate_blob_sas,
)
from django.conf import settings
from django.utils import timezone
from requests.adapters import HTTPAdapter

from probes import names, parties
from repository.errors import BlobMissing, BlobStorageError

CONNECTIONS: Final = 32
TIMEOUT: Final = 30  # seconds for one answer of the storage
SIGNED_FOR: Final = timedelta(minutes=15)  # clocks of two machines may differ
PASSING: Final = (408, 429, 500, 502, 503, 504)
_NOT_THERE: Final = {400, 404, 416}  # InvalidBlockList, BlobNotFound, InvalidRange; any other status may pass

azure_settings.tracing_enabled = False  # its decorators cost a tenth of every call
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # its warnings have signed URLs in them


@dataclass(frozen=True)
class Block:
    index: int
    size: int


@dataclass(frozen=True)
class Call:
    """One request to the storage, signed; whoever sends it, here or in the event loop (`rendition_blobs`)."""

    method: str
    url: str
    blob: str
    headers: Mapping[str, str]
    body: bytes

    def content(self, status: int, headers: Mapping[str, str], body: bytes) -> bytes:
        """The body of an answer to it. BlobMissing, BlobStorageError."""
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return b""  # the blob is empty
        if status >= HTTPStatus.BAD_REQUEST:
            code = headers.get("x-ms-error-code") or f"HTTP {status}"
            if status in _NOT_THERE:
                raise BlobMissing(f"The blob storage refused {self.blob}: {code}")
            raise BlobStorageError(f"The blob storage did not serve {self.blob}: {code}")
        return body


class BlobStorage:
    """One container of one account. Every error of the storage is a BlobStorageError."""

    def __init__(self, connection_string: str, container: str) -> None:
        self.container = container
        self._session = _session()
        self._service = BlobServiceClient.from_connection_string(
            connection_string,
            transport=RequestsTransport(session=self._session, session_owner=False),
            retry_policy=ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=2),
            connection_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
        )
        self._session.trust_env = not self.is_local
        self._client = self._service.get_container_client(container)
        self._connections = _connections()
        self._is_there = False

    @property
    def endpoint(self) -> str:
        """The absolute URL of the account, without a trailing slash."""
        return self._service.url.rstrip("/")

    @property
    def is_local(self) -> bool:
        """A proxy of the environment never serves the loopback, and looking for one costs time at every call."""
        return urlsplit(self.endpoint).hostname in {"127.0.0.1", "localhost", "::1"}

    def ensure_container(self) -> None:
        """Make the container unless it is known to be there."""
        if self._is_there:
            return
        try:
            self._client.create_container()
        except ResourceExistsError:
            pass
        except AzureError as err:
            raise _error(err, self.container) from err
        self._is_there = True

    def forget(self) -> None:
        """After the storage was emptied: the container must be made again."""
        self._is_there = False

    def sign_read(
        self, blob: str, expires: datetime, *, endpoint: str | None = None, content_type: str | None = None
    ) -> str:
        """An absolute URL for GET and HEAD; `endpoint` is another name of the same account."""
        return f"{self._url(blob, endpoint)}?{self._signature(blob, 'r', expires, content_type)}"

    def sign_blocks(self, blob: str, count: int, expires: datetime, *, endpoint: str | None = None) -> list[str]:
        """Absolute URLs for Put Block, one for each of the first `count` blocks."""
        prefix = f"{self._url(blob, endpoint)}?{self._signature(blob, 'w', expires)}&comp=block&blockid="
        return [prefix + quote(base64.b64encode(_block_id(index).encode()), safe="") for index in range(count)]

    def blocks(self, blob: str) -> list[Block]:
        """The staged blocks, by index; those that were committed before when nothing is staged. BlobMissing."""
        return listed(self._answered(self.block_list_call(blob)), blob)

    def commit(self, blob: str, indexes: Sequence[int], mime_type: str) -> None:
        """Make the blob of these blocks. Committing the same again changes nothing."""
        self._answered(self.commit_call(blob, indexes, mime_type))

    def put(self, blob: str, data: bytes, mime_type: str) -> None:
        try:
            self._client.upload_blob(
                blob, data, length=len(data), overwrite=True, content_settings=ContentSettings(content_type=mime_type)
            )
        except AzureError as err:
            raise _error(err, blob) from err

    def put_block(self, blob: str, index: int, data: bytes) -> None:
        try:
            self._client.get_blob_client(blob).stage_block(_block_id(index), data, length=len(data))
        except AzureError as err:
            raise _error(err, blob) from err

    def delete(self, blob: str) -> None:
        """Delete a blob; nothing happens if there is none."""
        try:
            self._client.delete_blob(blob)
        except ResourceNotFoundError:
            return
        except AzureError as err:
            raise _error(err, blob) from err

    # Calls by a URL signed for ourselves: what is done for every rendition costs a fifth of the SDK's call (ADR 14).

    def block_list_call(self, blob: str) -> Call:
        """Answered by a document for `listed`."""
        return self._call("GET", blob, "r", query="&comp=blocklist&blocklisttype=all")

    def commit_call(self, blob: str, indexes: Sequence[int], mime_type: str) -> Call:
        identifiers = (base64.b64encode(_block_id(index).encode()).decode() for index in indexes)
        blocks = "".join(f"<Latest>{identifier}</Latest>" for identifier in identifiers)
        body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{blocks}</BlockList>'.encode()
        return self._call(
            "PUT", blob, "w", body, query="&comp=blocklist", headers={"x-ms-blob-content-type": mime_type}
        )

    def put_call(self, blob: str, data: bytes, mime_type: str) -> Call:
        """Put Blob: for the few bytes that an event can carry."""
        headers = {"x-ms-blob-type": "BlockBlob", "x-ms-blob-content-type": mime_type}
        return self._call("PUT", blob, "w", data, headers=headers)

    def read_call(self, blob: str, limit: int) -> Call:
        """Answered by at most one byte more than `limit`."""
        return self._call("GET", blob, "r", headers={"x-ms-range": f"bytes=0-{limit}"})

    def _call(
        self,
        method: str,
        blob: str,
        permission: str,
        body: bytes = b"",
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Call:
        url = f"{self._url(blob, None)}?{self._signature(blob, permission, timezone.now() + SIGNED_FOR)}{query}"
        introduced = parties.introduced(names.REPOSITORY, url)
        return Call(method, url, blob, {**(headers or {}), "content-type": "application/xml", **introduced}, body)

    def _answered(self, call: Call) -> bytes:
        try:
            answer = self._connections.request(call.method, call.url, body=call.body or None, headers=call.headers)
        except urllib3.exceptions.HTTPError as err:
            raise BlobStorageError(f"The blob storage did not serve {call.blob}: {type(err).__name__}") from err
        return call.content(answer.status, answer.headers, answer.data)

    def _url(self, blob: str, endpoint: str | None) -> str:
        return f"{endpoint or self.endpoint}/{self.container}/{quote(blob, safe='/')}"

    def _signature(self, blob: str, permission: str, expires: datetime, content_type: str | None = None) -> str:
        return generate_blob_sas(
            account_name=str(self._service.account_name),
            container_name=self.container,
            blob_name=blob,
            account_key=self._service.credential.account_key,
            permission=BlobSasPermissions.from_string(permission),
            expiry=expires,
            content_type=content_type,
        )


def storage() -> BlobStorage:
    """That of the settings; its connections are kept and shared by all threads."""
    return _storage(settings.AZURE_STORAGE_CONNECTION_STRING, settings.BLOB_CONTAINER)


def is_embedded() -> bool:
    """Whether the blob storage is this server, so that clients reach it under any name by which they reach us."""
    return urlsplit(storage().endpoint).netloc == urlsplit(settings.AEMULATOR_URL).netloc


def https_endpoint() -> str | None:
    """The name of the account for workers that accept https only; None when its own name is https already."""
    return None if storage().endpoint.startswith("https:") else str(settings.AZURE_BLOB_HTTPS_ENDPOINT)


def new_blob(kind: str) -> str:
    """A name that was never used: `originals/…`, `renditions/…`. Two levels of folders keep listings short."""
    key = uuid.uuid4().hex
    return f"{kind}/{key[:2]}/{key}"


@lru_cache(maxsize=4)
def _storage(connection_string: str, container: str) -> BlobStorage:
    return BlobStorage(connection_string, container)


def _session() -> requests.Session:
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Introduced(pool_connections=2, pool_maxsize=CONNECTIONS))
    return session


def _connections() -> urllib3.PoolManager:
    """Calls that may be repeated are, where the storage did not answer or could not."""
    again = urllib3.Retry(
        total=2,
        redirect=False,
        allowed_methods=None,
        status_forcelist=PASSING,
        backoff_factor=0.5,
        raise_on_status=False,
    )
    timeout = urllib3.Timeout(TIMEOUT)
    return urllib3.PoolManager(num_pools=2, maxsize=CONNECTIONS, retries=again, timeout=timeout)


class _Introduced(HTTPAdapter):
    """Says that it is the repository who asks, and on behalf of which request."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        request.headers.update(parties.introduced(names.REPOSITORY, request.url or ""))
        return super().send(request, *args, **options)


def _block_id(index: int) -> str:
    """All of one length, as Azure demands; on the wire in base64, which the SDK adds and takes away."""
    return f"{index:012}"


def listed(document: bytes, name: str) -> list[Block]:
    """The blocks of a Block List document: the staged ones, without any of them the committed ones."""
    try:
        root = ElementTree.fromstring(document)
        entries = root.findall("UncommittedBlocks/Block") or root.findall("CommittedBlocks/Block")
        pairs = [(_index(_decoded(entry.findtext("Name", ""))), int(entry.findtext("Size", ""))) for entry in entries]
    except (ElementTree.ParseError, ValueError) as err:
        raise BlobStorageError(f"The blob storage answered no block list of {name}") from err
    return sorted((Block(index, size) for index, size in pairs if index is not None), key=lambda block: block.index)


def _decoded(block_id: str) -> str:
    """Latin-1, so that a foreign block has an id like any other."""
    return base64.b64decode(block_id).decode("latin-1")


def _index(block_id: str) -> int | None:
    """None for a block that was not staged by one of our URLs."""
    return int(block_id) if block_id.isascii() and block_id.isdigit() else None


def _error(err: AzureError, name: str) -> BlobStorageError:
    if isinstance(err, HttpResponseError) and err.status_code in _NOT_THERE:
        return BlobMissing(f"The blob storage refused {name}: {_code(err)}")
    return BlobStorageError(f"The blob storage did not serve {name}: {type(err).__name__}")


def _code(err: HttpResponseError) -> str:
    return str(getattr(err, "error_code", None) or f"HTTP {err.status_code}")
