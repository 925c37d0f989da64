"""Which operation a request means, and what it takes to be allowed.

Source of the letters: Microsoft, "Create a service SAS" and "Create an account SAS", permissions by operation.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from blobstore import blob_operations as blob
from blobstore import block_operations as block
from blobstore import container_operations as container
from blobstore import copy_operations as copying
from blobstore import service_operations as service
from blobstore.access import Need
from blobstore.addresses import Address
from blobstore.calls import Call
from blobstore.errors import AzureError, Reason
from blobstore.requests import BlobRequest
from blobstore.responses import Answer


@dataclass(frozen=True, slots=True)
class Operation:
    """A handler and what a request must hold to reach it."""

    handle: Callable[[Call], Awaitable[Answer]]
    need: Need


def _service(handle: Callable[[Call], Awaitable[Answer]], letters: str) -> Operation:
    return Operation(handle, Need("s", letters, service=False))


def _container(handle: Callable[[Call], Awaitable[Answer]], letters: str, *, anonymous: bool = False) -> Operation:
    return Operation(handle, Need("c", letters, service=False, anonymous="container" if anonymous else ""))


def _blob(handle: Callable[[Call], Awaitable[Answer]], letters: str, *, anonymous: bool = False) -> Operation:
    return Operation(handle, Need("o", letters, anonymous="blob" if anonymous else ""))


BATCH = Operation(service.not_implemented, Need("sco", ""))  # the application runs its parts one by one
_ACCOUNT_INFORMATION = Operation(service.account_information, Need("sco", ""))
_KEY_ONLY = Need("-", "", service=False)  # no SAS reaches access policies

_SERVICE = {
    ("GET", "list"): _service(service.list_containers, "l"),
    ("GET", "properties"): _service(service.get_properties, "r"),
    ("PUT", "properties"): _service(service.set_properties, "w"),
    ("GET", "stats"): _service(service.get_statistics, "r"),
    ("GET", "blobs"): _service(service.not_implemented, "f"),
    ("POST", "batch"): BATCH,
    ("POST", "userdelegationkey"): Operation(service.not_implemented, _KEY_ONLY),
}
_CONTAINER = {
    ("PUT", ""): _container(container.create, "cw"),
    ("GET", ""): _container(container.get_properties, "r", anonymous=True),
    ("HEAD", ""): _container(container.get_properties, "r", anonymous=True),
    ("DELETE", ""): _container(container.delete, "d"),
    ("GET", "metadata"): _container(container.get_properties, "r", anonymous=True),
    ("HEAD", "metadata"): _container(container.get_properties, "r", anonymous=True),
    ("PUT", "metadata"): _container(container.set_metadata, "w"),
    ("GET", "acl"): Operation(container.get_access, _KEY_ONLY),
    ("HEAD", "acl"): Operation(container.get_access, _KEY_ONLY),
    ("PUT", "acl"): Operation(container.set_access, _KEY_ONLY),
    ("GET", "list"): Operation(container.list_blobs, Need("c", "l", anonymous="container")),
    ("GET", "blobs"): Operation(service.not_implemented, Need("c", "f")),
    ("POST", "batch"): BATCH,
    ("PUT", "lease"): _container(service.not_implemented, "wd"),
    ("PUT", "undelete"): _container(service.not_implemented, "w"),
}
_BLOB = {
    ("GET", ""): _blob(blob.get, "r", anonymous=True),
    ("HEAD", ""): _blob(blob.get_properties, "r", anonymous=True),
    ("PUT", ""): _blob(blob.put, "cw"),
    ("DELETE", ""): _blob(blob.delete, "d"),
    ("GET", "metadata"): _blob(blob.get_metadata, "r", anonymous=True),
    ("HEAD", "metadata"): _blob(blob.get_metadata, "r", anonymous=True),
    ("PUT", "metadata"): _blob(blob.set_metadata, "w"),
    ("PUT", "properties"): _blob(blob.set_properties, "w"),
    ("PUT", "tier"): _blob(blob.set_tier, "w"),
    ("GET", "tags"): _blob(blob.get_tags, "t"),
    ("PUT", "tags"): _blob(blob.set_tags, "t"),
    ("PUT", "block"): _blob(block.put, "w"),
    ("PUT", "blocklist"): _blob(block.put_list, "w"),
    ("GET", "blocklist"): _blob(block.get_list, "r", anonymous=True),
    ("PUT", "copy"): _blob(copying.abort_copy, "w"),
    ("PUT", "lease"): _blob(service.not_implemented, "wd"),
    ("PUT", "snapshot"): _blob(service.not_implemented, "cw"),
    ("PUT", "undelete"): _blob(service.not_implemented, "w"),
    ("PUT", "appendblock"): _blob(service.not_implemented, "aw"),
    ("PUT", "page"): _blob(service.not_implemented, "w"),
    ("GET", "pagelist"): _blob(service.not_implemented, "r"),
    ("POST", "query"): _blob(service.not_implemented, "r"),
}
_FROM_URL = {
    ("", True): _blob(copying.put_from_url, "cw"),
    ("", False): _blob(copying.copy, "cw"),
    ("block", False): _blob(copying.put_block_from_url, "w"),
}


def operation(request: BlobRequest, address: Address) -> Operation:
    """The operation of a request, or the error for one that Azure doesn't have either."""
    method, comp = request.method, request.comp
    if request.resource_type == "account" and comp == "properties" and method in ("GET", "HEAD"):
        return _ACCOUNT_INFORMATION
    if method == "PUT" and address.blob is not None and "x-ms-copy-source" in request.headers:
        found = _FROM_URL.get((comp, "x-ms-blob-type" in request.headers and not comp))
        if found is not None:
            return found
    table = _table(address)
    if (method, comp) in table:
        return table[method, comp]
    if any(other == comp for _, other in table) or not comp:
        raise AzureError(Reason.UNSUPPORTED_HTTP_VERB)
    detail = {"QueryParameterName": "comp", "QueryParameterValue": comp}
    raise AzureError(Reason.INVALID_QUERY_PARAMETER_VALUE, detail=detail)


def _table(address: Address) -> dict[tuple[str, str], Operation]:
    if address.blob is not None:
        return _BLOB
    return _SERVICE if address.container is None else _CONTAINER
