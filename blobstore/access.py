"""Who may do what: from the credentials of a request to a grant for one operation."""

from collections.abc import Callable
from dataclasses import dataclass, field

from blobstore import sas, shared_key
from blobstore.addresses import Address
from blobstore.configuration import BlobstoreConfig
from blobstore.errors import AzureError, Reason
from blobstore.requests import BlobRequest


@dataclass(frozen=True, slots=True)
class Need:
    """What an operation asks of a SAS: a kind of resource (`s`, `c` or `o`) and any one of the letters.

    `service` says that a service SAS can do; `anonymous` is the least public access that opens it to everybody.
    """

    resource: str
    letters: str
    service: bool = True
    anonymous: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A request that may go on. `create_only`: it may make a blob, not replace one. `overrides`: response headers."""

    create_only: bool = False
    overrides: dict[str, str] = field(default_factory=dict)
    account_key: bool = False


@dataclass(frozen=True, slots=True)
class ContainerAccess:
    """What a container grants by itself: public access (`blob`, `container` or none) and stored policies by id."""

    public: str = ""
    policies: dict[str, sas.Policy] = field(default_factory=dict)


def authorize(
    request: BlobRequest,
    address: Address,
    need: Need,
    config: BlobstoreConfig,
    container_access: Callable[[str], ContainerAccess],
) -> Grant:
    """The grant for a request, or the error that Azure gives. `container_access` is asked only where it matters."""
    # Where a page has the store's origin, its browser adds Basic credentials by itself: a SAS goes before them.
    credentials = request.headers.get("authorization", "")
    if credentials.startswith("SharedKey") or (credentials and "sig" not in request.query):
        shared_key.verify(request, config.account, config.key)
        return Grant(account_key=True)
    if "sig" in request.query:
        return _by_sas(request, address, need, config, container_access)
    if need.anonymous and address.container is not None:
        public = container_access(address.container).public
        if public == "container" or (public and public == need.anonymous):
            return Grant()
    raise AzureError(Reason.AUTHORIZATION_FAILURE)


def _by_sas(
    request: BlobRequest,
    address: Address,
    need: Need,
    config: BlobstoreConfig,
    container_access: Callable[[str], ContainerAccess],
) -> Grant:
    signed = sas.verify(
        request.query,
        account=config.account,
        key=config.key,
        container=address.container,
        blob=address.blob,
        policy=lambda name: container_access(address.container or "").policies.get(name),  # noqa: PLW0108 - asked late
        scheme=request.scheme,
        client=request.client,
    )
    if signed.service and not need.service:
        raise AzureError(Reason.AUTHORIZATION_FAILURE)
    if not set(need.resource) & set(signed.resource_types):
        raise AzureError(Reason.AUTHORIZATION_RESOURCE_TYPE_MISMATCH)
    held = set(need.letters) & set(signed.permissions)
    if need.letters and not held:
        raise AzureError(Reason.AUTHORIZATION_PERMISSION_MISMATCH)
    return Grant(create_only=held == {"c"}, overrides=signed.overrides)
