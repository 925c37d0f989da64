"""Requests signed with the account key: SharedKey and SharedKeyLite.

Source: Microsoft, "Authorize with Shared Key".
"""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from blobstore.errors import AzureError, Reason
from blobstore.requests import BlobRequest
from blobstore.sas import failed, sign

MAX_SKEW = timedelta(minutes=15)
_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)

Headers = list[tuple[str, str]]


def verify(request: BlobRequest, account: str, key: str, now: datetime | None = None) -> None:
    """Raise unless the Authorization header was made with `key` within the last quarter of an hour."""
    scheme, _, credentials = request.headers["authorization"].partition(" ")
    name, colon, signature = credentials.strip().partition(":")
    if scheme not in ("SharedKey", "SharedKeyLite"):
        raise failed("Authentication scheme is not supported")
    if not colon:
        raise AzureError(Reason.INVALID_AUTHENTICATION_INFO)
    if name != account:
        raise failed("The account does not exist")
    text = ""
    for headers, resource in ((order, name) for order in _orders(request) for name in _resources(request, account)):
        text = string_to_sign(request, resource, headers, lite=scheme == "SharedKeyLite")
        if hmac.compare_digest(signature.encode(), sign(key, text).encode()):
            break
    else:
        raise failed(
            "The MAC signature found in the HTTP request is not the same as any computed signature. "
            f"Server used following string to sign: '{text}'."
        )
    _check_date(request, now or datetime.now(UTC))


def _resources(request: BlobRequest, account: str) -> tuple[str, str]:
    """The canonical resource of a request whose path names the account (as ours do), and of one whose host does."""
    return f"/{account}{request.raw_path}", request.raw_path


def string_to_sign(request: BlobRequest, resource: str, ms_headers: Headers, *, lite: bool) -> str:
    headers = request.headers
    dated = "" if "x-ms-date" in headers else headers.get("date", "")
    canonical_headers = "".join(f"{name}:{value}\n" for name, value in ms_headers)
    if lite:
        first = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), dated]
        comp = f"?comp={request.comp}" if request.comp else ""
        return "\n".join(first) + f"\n{canonical_headers}{resource}{comp}"
    values = {name: headers.get(name, "") for name in _SIGNED_HEADERS} | {"date": dated}
    if values["content-length"] == "0" and not "" < request.version < "2015-02-21":
        values["content-length"] = ""
    first = [request.method, *(values[name] for name in _SIGNED_HEADERS)]
    return "\n".join(first) + f"\n{canonical_headers}{resource}{_canonical_query(request.query_string)}"


def _orders(request: BlobRequest) -> Iterable[Headers]:
    """The x-ms headers by code point, as most clients sort them, and by the service's own collation."""
    own = sorted((name, value.strip()) for name, value in request.headers.items() if name.startswith("x-ms-"))
    yield own
    # Imported only here, where a signature did not fit: the SDK is slow to import.
    from azure.storage.blob._shared.authentication import _storage_header_sort

    try:
        collated = _storage_header_sort(own)
    except (ValueError, IndexError):  # a character that the collation does not know
        return
    if collated != own:
        yield collated


def _canonical_query(query_string: str) -> str:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query_string.replace("+", "%2B"), keep_blank_values=True):
        values.setdefault(name.lower(), []).append(value)
    return "".join(f"\n{name}:{','.join(sorted(values[name]))}" for name in sorted(values))


def _check_date(request: BlobRequest, now: datetime) -> None:
    text = request.headers.get("x-ms-date") or request.headers.get("date")
    if not text:
        raise failed("A date header is mandatory")
    try:
        moment = parsedate_to_datetime(text)
    except ValueError as err:
        raise failed("The date header is not in the RFC 1123 format") from err
    if abs(now - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))) > MAX_SKEW:
        raise failed(f"Request date header too old: '{text}'")
