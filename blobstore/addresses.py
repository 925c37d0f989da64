"""The resource that a request path names, and the names Azure allows. Names never become file names.

Source: Microsoft, "Naming and referencing containers, blobs, and metadata".
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from blobstore.errors import AzureError, Reason

ROOT_CONTAINER = "$root"
MAX_BLOB_NAME = 1024  # characters

_CONTAINER = re.compile(r"[a-z0-9](?:-?[a-z0-9])+")
_SYSTEM_CONTAINERS = frozenset({ROOT_CONTAINER, "$web", "$logs"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Address:
    """Account, container and blob by their decoded names; None where the path names none."""

    account: str
    container: str | None = None
    blob: str | None = None


def parse(raw_path: str, *, of_container: bool) -> Address:
    """The address of a path as it was sent, still percent-encoded.

    `of_container` says that the query asks for a container: a path of two parts is a blob of `$root` otherwise. Dots,
    encoded slashes and both Unicode normal forms are kept as sent: they are different names.
    """
    account, _, rest = raw_path.removeprefix("/").partition("/")
    first, slash, second = rest.partition("/")
    if not first:
        return Address(_decoded(account))
    if of_container:
        return Address(_decoded(account), container_name(_decoded(first)))
    if not slash:
        return Address(_decoded(account), ROOT_CONTAINER, blob_name(_decoded(first)))
    return Address(_decoded(account), container_name(_decoded(first)), blob_name(_decoded(second)))


@lru_cache(maxsize=256)
def container_name(name: str) -> str:
    """The name, if Azure takes it: 3 to 63 lower-case letters, digits and single hyphens."""
    if name in _SYSTEM_CONTAINERS:
        return name
    if not 3 <= len(name) <= 63:
        raise AzureError(Reason.OUT_OF_RANGE_INPUT)
    if not _CONTAINER.fullmatch(name):
        raise AzureError(Reason.INVALID_RESOURCE_NAME)
    return name


def blob_name(name: str) -> str:
    """The name, if Azure takes it: 1 to 1024 characters without control characters."""
    if not name or (not name.isprintable() and _CONTROL.search(name)):
        raise AzureError(Reason.INVALID_URI)
    if len(name) > MAX_BLOB_NAME:
        raise AzureError(Reason.OUT_OF_RANGE_INPUT)
    return name


def _decoded(part: str) -> str:
    if part.isascii() and "%" not in part:
        return part
    try:
        return unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as err:
        raise AzureError(Reason.INVALID_URI) from err
