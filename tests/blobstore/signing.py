"""Signed URLs as clients make them, with the SDK."""

from datetime import UTC, datetime, timedelta
from typing import Any

from azure.storage.blob import (
    BlobClient,
    ContainerClient,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

from tests.blobstore.account import ACCOUNT, KEY


def later(minutes: float = 24 * 60) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def blob_token(blob: BlobClient, permission: str | None = "r", **more: Any) -> str:
    terms: dict[str, Any] = {"account_key": KEY, "permission": permission, "expiry": later(), **more}
    return generate_blob_sas(ACCOUNT, blob.container_name, blob.blob_name, **terms)


def container_token(container: ContainerClient, permission: str = "r", **more: Any) -> str:
    terms: dict[str, Any] = {"account_key": KEY, "permission": permission, "expiry": later(), **more}
    return generate_container_sas(ACCOUNT, container.container_name, **terms)


def account_token(permission: str = "rwdlc", resource_types: str = "sco", **more: Any) -> str:
    terms: dict[str, Any] = {"expiry": later(), **more}
    return generate_account_sas(ACCOUNT, KEY, resource_types, permission, **terms)


def signed(blob: BlobClient, permission: str = "r", **more: Any) -> str:
    """The blob's URL with a service SAS."""
    return f"{blob.url.partition('?')[0]}?{blob_token(blob, permission, **more)}"
