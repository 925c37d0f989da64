"""A request of the Blob REST API, as the operations see it."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import getrandbits
from typing import Any
from urllib.parse import quote, unquote_plus

from blobstore import addresses
from blobstore.addresses import Address
from blobstore.errors import AzureError, Reason

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_QUERY_FIELDS = 100


def _new_id() -> str:
    """An id in the form of a UUID. It guards nothing, so it needs no random bytes of the system, which are slow."""
    digits = f"{getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@dataclass(slots=True)
class BlobRequest:
    """Header and query names are lower case; values are decoded. `raw_path` is percent-encoded, as it was sent."""

    method: str
    scheme: str
    raw_path: str
    query: Mapping[str, str]
    headers: dict[str, str]
    client: str
    receive: Receive
    request_id: str = field(default_factory=_new_id)
    query_string: str = ""

    @property
    def version(self) -> str:
        """The service version the client speaks; a SAS names one where the header does not."""
        return self.headers.get("x-ms-version") or self.query.get("sv", "")

    @property
    def resource_type(self) -> str:
        return self.query.get("restype", "")

    @property
    def comp(self) -> str:
        return self.query.get("comp", "")

    @property
    def body_length(self) -> int:
        """The announced length in bytes. Azure takes no body without one."""
        text = self.headers.get("content-length")
        if text is None:
            if self.headers.get("transfer-encoding") or self.method in ("PUT", "POST"):
                raise AzureError(Reason.MISSING_CONTENT_LENGTH)
            return 0
        if not text.isascii() or not text.isdigit():
            raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": "Content-Length"})
        return int(text)

    def address(self) -> Address:
        return addresses.parse(self.raw_path, of_container=self.resource_type == "container")

    def required_header(self, name: str) -> str:
        value = self.headers.get(name)
        if not value:
            raise AzureError(Reason.MISSING_REQUIRED_HEADER, detail={"HeaderName": name})
        return value

    def required_query(self, name: str) -> str:
        value = self.query.get(name)
        if not value:
            raise AzureError(Reason.MISSING_REQUIRED_QUERY_PARAMETER, detail={"QueryParameterName": name})
        return value


async def no_body() -> MutableMapping[str, Any]:
    """The `receive` of a request without a body."""
    return {"type": "http.request", "body": b"", "more_body": False}


def from_scope(scope: Scope, receive: Receive) -> BlobRequest:
    """The request of an ASGI scope. Never fails: what is wrong in it shows when the part is used."""
    raw_path = scope.get("raw_path") or quote(scope["path"], safe="/%").encode()
    query_string = scope["query_string"].decode("latin-1")
    client = scope.get("client")
    return BlobRequest(
        method=scope["method"],
        scheme=scope.get("scheme", "http"),
        raw_path=raw_path.decode("latin-1"),
        query=parsed_query(query_string),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        client=client[0] if client else "127.0.0.1",
        receive=receive,
        query_string=query_string,
    )


@lru_cache(maxsize=512)
def parsed_query(text: str) -> Mapping[str, str]:
    """Decoded values by lower-case name; nothing of a query with absurdly many fields. Signed URLs come repeatedly."""
    if text.count("&") >= MAX_QUERY_FIELDS:
        return {}
    query = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:  # most have nothing to decode, and looking is cheap
            name, value = unquote_plus(name), unquote_plus(value)
        query[name.lower()] = value
    return query
