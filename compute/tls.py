"""TLS towards other boxes and custom workers: the usual authorities, and the local one when there is one."""

import ssl
from functools import cache
from pathlib import Path

from django.conf import settings


def authority_file() -> Path:
    """The certificate of the local authority, under which this server speaks HTTPS."""
    return Path(settings.DATA_DIR) / "secrets" / "ca.pem"


def context() -> ssl.SSLContext:
    return _context(str(authority_file()) if authority_file().exists() else "")


@cache
def _context(authority: str) -> ssl.SSLContext:
    made = ssl.create_default_context()
    if authority:
        made.load_verify_locations(authority)
    return made
