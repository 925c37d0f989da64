"""What of the IMS belongs to a snapshot: the integrations, and the keys that signed the tokens in other boxes' rows."""

from pathlib import Path
from typing import Any

from django.conf import settings

from identity import bearer, keys
from identity.access import token_file
from identity.models import Integration, InvalidatedToken

TABLES = (Integration, InvalidatedToken)


def secrets() -> list[Path]:
    return [Path(settings.IMS_SIGNING_KEY_FILE), keys.integration_key_file(), token_file()]


def restored(manifest: dict[str, Any]) -> None:
    """Other keys may be in the files."""
    keys.forget()
    bearer.forget()
