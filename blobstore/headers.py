"""The headers that describe a blob: from a request into attributes, and from attributes into an answer."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from blobstore.blobs import Attributes, Blob
from blobstore.clock import http_date
from blobstore.errors import AzureError, Reason
from blobstore.hashes import Hashes

META = "x-ms-meta-"
TIERS = frozenset({"Hot", "Cool", "Cold", "Archive"})
MAX_METADATA = 8 * 1024  # bytes of names and values
MAX_TAGS = 10

_CONTENT = (
    "content-type",
    "content-encoding",
    "content-language",
    "content-md5",
    "cache-control",
    "content-disposition",
)
_META_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)  # a C# identifier, says Azure
_TAG_TEXT = re.compile(r"[a-zA-Z0-9 +\-./:=_]*")
_UNSUPPORTED = ("x-ms-encryption-key", "x-ms-encryption-scope", "x-ms-structured-body", "x-ms-if-tags")


def attributes(headers: Mapping[str, str], *, plain: bool) -> Attributes:
    """What a writing request says about its blob. `plain`: Content-Type and the like without prefix describe it too.

    In Put Blob they do; in Put Block List they describe the XML of the list.
    """
    reject_unsupported(headers)
    return Attributes(content_headers(headers, plain=plain), metadata(headers), _header_tags(headers), tier(headers))


def content_headers(headers: Mapping[str, str], *, plain: bool) -> dict[str, str]:
    found = {}
    for name in _CONTENT:
        prefixed = f"x-ms-blob-{name}"
        value = headers.get(prefixed)
        if value is None and plain and name != "content-md5":
            value = headers.get(name)
        if value:
            found[name] = value
    return found


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Names without their prefix. uvicorn hands header names over in lower case, so that is how they are kept."""
    found = {name[len(META) :]: value for name, value in headers.items() if name.startswith(META)}
    for name, value in found.items():
        if not _META_NAME.fullmatch(name) or not value.isascii():
            raise AzureError(Reason.INVALID_METADATA)
    if sum(len(name) + len(value) for name, value in found.items()) > MAX_METADATA:
        raise AzureError(Reason.METADATA_TOO_LARGE)
    return found


def tier(headers: Mapping[str, str]) -> str:
    value = headers.get("x-ms-access-tier", "")
    if value and value not in TIERS:
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": "x-ms-access-tier", "HeaderValue": value})
    return value


def checked_tags(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Tags by name, if Azure takes them."""
    tags = dict(pairs)
    if len(tags) != len(pairs):
        raise AzureError(Reason.DUPLICATE_TAG_NAMES)
    if len(tags) > MAX_TAGS or any(len(name) > 128 or len(value) > 256 for name, value in pairs):
        raise AzureError(Reason.TAGS_TOO_LARGE)
    if not all(name and _TAG_TEXT.fullmatch(name) and _TAG_TEXT.fullmatch(value) for name, value in pairs):
        raise AzureError(Reason.INVALID_TAGS)
    return tags


def reject_unsupported(headers: Mapping[str, str]) -> None:
    """What we can't honour is refused: a client that asked for encryption must not think it got it."""
    for name in _UNSUPPORTED:
        if name in headers:
            raise AzureError(Reason.UNSUPPORTED_HEADER, detail={"HeaderName": name})


def of_state(blob: Blob) -> dict[str, str]:
    return {"etag": blob.etag, "last-modified": http_date(blob.modified)}


def of_blob(blob: Blob) -> dict[str, str]:
    """Everything that Get Blob and Get Blob Properties say about a blob, but its length."""
    described = {
        **of_state(blob),
        "content-type": "application/octet-stream",
        **blob.attributes.headers,
        "accept-ranges": "bytes",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": http_date(blob.created),
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-server-encrypted": "true",
        **blob.attributes.copy,
    }
    if blob.attributes.tags:
        described["x-ms-tag-count"] = str(len(blob.attributes.tags))
    described.update(meta(blob.attributes.metadata))
    return described


def of_tier(blob: Blob) -> dict[str, str]:
    if blob.attributes.tier:
        return {"x-ms-access-tier": blob.attributes.tier}
    return {"x-ms-access-tier": "Hot", "x-ms-access-tier-inferred": "true"}


def meta(values: Mapping[str, str]) -> dict[str, str]:
    return {f"{META}{name}": value for name, value in values.items()}


def md5_header(digest: bytes | None) -> dict[str, str]:
    return {} if digest is None else {"content-md5": base64.b64encode(digest).decode()}


def of_hashes(computed: Hashes) -> dict[str, str]:
    """What an answer says about the body that came. The CRC only where the client sent one."""
    crc64 = computed.crc64
    checked = {} if crc64 is None else {"x-ms-content-crc64": base64.b64encode(crc64).decode()}
    return {**md5_header(computed.md5), **checked}


def _header_tags(headers: Mapping[str, str]) -> dict[str, str]:
    text = headers.get("x-ms-tags")
    return checked_tags(parse_qsl(text, keep_blank_values=True)) if text else {}
