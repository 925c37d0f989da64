"""What the lesson's worker may touch: blobs of the configured storage, within bounds of bytes and time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, Self
from urllib.parse import unquote

import httpx
from azure.storage.blob import BlobServiceClient
from django.conf import settings

import trust
from probes import names, parties

CALL: Final = 10.0  # seconds that one read or write may keep silent
WHOLE: Final = 45.0  # seconds for all of a job
MOST_BYTES: Final = 64 * 1024 * 1024
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class OverBounds(Exception):
    """Too many bytes, or too much time."""


def is_blob(url: object) -> bool:
    """Whether it is below one of the storage's endpoints: no other host, no way up, no credentials of its own."""
    try:
        asked = httpx.URL(url if isinstance(url, str) else "")
    except httpx.InvalidURL:
        return False
    if asked.userinfo or ".." in unquote(asked.path).split("/"):
        return False
    return any(_is_below(asked, httpx.URL(endpoint)) for endpoint in _endpoints())


def _is_below(asked: httpx.URL, endpoint: httpx.URL) -> bool:
    return _origin(asked) == _origin(endpoint) and asked.path.startswith(endpoint.path.rstrip("/") + "/")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or DEFAULT_PORTS.get(url.scheme)


def _endpoints() -> tuple[str, ...]:
    return _account_endpoint(settings.AZURE_STORAGE_CONNECTION_STRING), settings.AZURE_BLOB_HTTPS_ENDPOINT


@cache
def _account_endpoint(connection_string: str) -> str:
    with BlobServiceClient.from_connection_string(connection_string) as service:
        return str(service.url)


class Blobs:
    """Reads and writes of one job; all together take `WHOLE` seconds at most."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._end = time.monotonic() + WHOLE

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        with httpx.Client(timeout=CALL, verify=trust.context(), trust_env=False, follow_redirects=False) as http:
            yield cls(http)

    def read(self, url: str) -> bytes:
        read = bytearray()
        headers = {"Accept-Encoding": "identity", **introduced(url)}  # what is read is what was sent: no zip bombs
        with self._http.stream("GET", url, headers=headers, timeout=self._left()) as answer:
            answer.raise_for_status()
            for some in answer.iter_raw():
                read += some
                if len(read) > MOST_BYTES:
                    raise OverBounds(f"the original has more than {MOST_BYTES} bytes")
                self._left()
        return bytes(read)

    def write(self, url: str, content: bytes) -> None:
        headers = {"x-ms-blob-type": "BlockBlob", **introduced(url)}  # a target may be a whole blob or one block of it
        self._http.put(url, content=content, headers=headers, timeout=self._left()).raise_for_status()

    def post(self, url: str, body: object, headers: dict[str, str]) -> None:
        """Tells the events ingress; also when the time is over, for it is to hear of that."""
        self._http.post(url, json=body, headers=headers | introduced(url)).raise_for_status()

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise OverBounds(f"the job took more than {WHOLE:g} seconds")
        return min(CALL, left)


def introduced(url: str) -> dict[str, str]:
    return parties.introduced(names.CUSTOM_WORKER, url)
