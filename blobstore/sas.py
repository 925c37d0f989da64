"""Shared access signatures: what they sign, and whether one holds.

Sources: Microsoft, "Create a service SAS", "Create an account SAS". The string to sign grew with the version `sv`.
"""

import base64
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from blobstore.errors import AzureError, Reason

_RESPONSE_HEADERS = ("rscc", "rscd", "rsce", "rscl", "rsct")
OVERRIDES = {
    "rscc": "cache-control",
    "rscd": "content-disposition",
    "rsce": "content-encoding",
    "rscl": "content-language",
    "rsct": "content-type",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a container's stored access policy gives: ISO times, permission letters; empty where it leaves them open."""

    start: str = ""
    expiry: str = ""
    permissions: str = ""


@dataclass(frozen=True, slots=True)
class Sas:
    """A signature that holds: whose letters may be used, on which kinds of resource (`s`, `c`, `o`)."""

    permissions: str
    resource_types: str
    service: bool  # a service SAS: it never reaches the operations on containers themselves
    overrides: dict[str, str]


@lru_cache(maxsize=512)
def sign(key: str, text: str) -> str:
    """Base64 of the HMAC-SHA256 by an account key. Kept, since the same signed URL comes again and again."""
    return base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), "sha256")).decode()


def service_string_to_sign(query: Mapping[str, str], account: str, container: str, blob: str | None) -> str:
    """The string of a service SAS. `blob` is None for one of a container (`sr=c`); names are decoded."""
    version = query.get("sv", "")
    path = f"/{account}/{container}" if blob is None else f"/{account}/{container}/{blob}"
    fields = [query.get("sp", ""), query.get("st", ""), query.get("se", "")]
    fields.append(f"/blob{path}" if version >= "2015-02-21" else path)
    fields.append(query.get("si", ""))
    if version >= "2015-04-05":
        fields += [query.get("sip", ""), query.get("spr", "")]
    fields.append(version)
    if version >= "2018-11-09":
        fields += [query.get("sr", ""), query.get("snapshot", "") if query.get("sr") == "bs" else ""]
    if version >= "2020-12-06":
        fields.append(query.get("ses", ""))
    if version >= "2013-08-15":
        fields += [query.get(name, "") for name in _RESPONSE_HEADERS]
    return "\n".join(fields)


def account_string_to_sign(query: Mapping[str, str], account: str) -> str:
    names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"]
    if query.get("sv", "") >= "2020-12-06":
        names.append("ses")
    return "\n".join([account, *(query.get(name, "") for name in names), ""])


def verify(
    query: Mapping[str, str],
    *,
    account: str,
    key: str,
    container: str | None,
    blob: str | None,
    policy: Callable[[str], Policy | None],
    scheme: str,
    client: str,
    now: datetime | None = None,
) -> Sas:
    """Check the signature, times, protocol and address of the SAS in `query`, or raise.

    `policy` looks up a stored access policy of the container by its id (`si`).
    """
    if "skoid" in query:
        raise failed("User delegation SAS is not supported")
    if "srt" in query or "ss" in query:
        sas, terms = _account_sas(query, account, key)
    else:
        sas, terms = _service_sas(query, account, key, container=container, blob=blob, policy=policy)
    _check_time(terms, now or datetime.now(UTC))
    _check_protocol(query.get("spr", ""), scheme)
    _check_client(query.get("sip", ""), client)
    return sas


def _account_sas(query: Mapping[str, str], account: str, key: str) -> tuple[Sas, Policy]:
    for name in ("sv", "ss", "srt", "sp", "se"):
        if not query.get(name):
            raise failed(f"{name} is mandatory. Cannot be empty")
    _check_signature(query, key, account_string_to_sign(query, account))
    if "b" not in query["ss"]:
        raise AzureError(Reason.AUTHORIZATION_SERVICE_MISMATCH)
    terms = Policy(query.get("st", ""), query["se"], query["sp"])
    return Sas(terms.permissions, query["srt"], False, {}), terms


def _service_sas(
    query: Mapping[str, str],
    account: str,
    key: str,
    *,
    container: str | None,
    blob: str | None,
    policy: Callable[[str], Policy | None],
) -> tuple[Sas, Policy]:
    resource = query.get("sr")
    if resource not in ("b", "c") or not query.get("sv"):
        raise failed("sr and sv are mandatory; the signed resource must be b or c")
    if container is None or (resource == "b" and blob is None):
        raise AzureError(Reason.AUTHENTICATION_FAILED)
    text = service_string_to_sign(query, account, container, blob if resource == "b" else None)
    _check_signature(query, key, text)
    terms = _terms(query, policy)
    overrides = {header: query[name] for name, header in OVERRIDES.items() if query.get(name)}
    return Sas(terms.permissions, "o" if resource == "b" else "co", True, overrides), terms


def _terms(query: Mapping[str, str], policy: Callable[[str], Policy | None]) -> Policy:
    """Each term comes from the URL or from the stored policy, never from both."""
    stored = Policy()
    if query.get("si"):
        found = policy(query["si"])
        if found is None:
            raise failed("The stored access policy does not exist")
        stored = found
    terms = {}
    for name, of_policy in (("st", stored.start), ("se", stored.expiry), ("sp", stored.permissions)):
        if query.get(name) and of_policy:
            raise failed(f"{name} is given by the stored access policy too")
        terms[name] = query.get(name) or of_policy
    if not terms["se"] or not terms["sp"]:
        raise failed("se and sp are mandatory. Cannot be empty")
    return Policy(terms["st"], terms["se"], terms["sp"])


def _check_signature(query: Mapping[str, str], key: str, text: str) -> None:
    if not hmac.compare_digest(query["sig"].encode(), sign(key, text).encode()):
        raise failed(f"Signature did not match. String to sign used was {text}")


def _check_time(terms: Policy, now: datetime) -> None:
    start = _moment("st", terms.start) if terms.start else None
    expiry = _moment("se", terms.expiry)
    if (start and now < start) or now >= expiry:
        raise failed(
            f"Signature not valid in the specified time frame: Start [{terms.start}] - Expiry [{terms.expiry}] - "
            f"Current [{now:%Y-%m-%dT%H:%M:%SZ}]"
        )


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as err:
        raise failed(f"{name} is not a time in the ISO 8601 format") from err
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check_protocol(allowed: str, scheme: str) -> None:
    if allowed and scheme not in allowed.split(","):
        raise AzureError(Reason.AUTHORIZATION_PROTOCOL_MISMATCH)


def _check_client(allowed: str, client: str) -> None:
    """`allowed` is one address or an inclusive range `first-last`."""
    if not allowed:
        return
    first, _, last = allowed.partition("-")
    try:
        low, high, own = (_ip(text) for text in (first, last or first, client))
    except ValueError as err:
        raise AzureError(Reason.AUTHORIZATION_SOURCE_IP_MISMATCH) from err
    if own.version != low.version or not int(low) <= int(own) <= int(high):
        raise AzureError(Reason.AUTHORIZATION_SOURCE_IP_MISMATCH, detail={"SourceIP": client})


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text.strip())
    return getattr(address, "ipv4_mapped", None) or address


def failed(detail: str) -> AzureError:
    return AzureError(Reason.AUTHENTICATION_FAILED, detail={"AuthenticationErrorDetail": detail})
