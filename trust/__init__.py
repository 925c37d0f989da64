"""Whom the boxes' TLS connections trust: the authorities of this machine, and our own.

Reading the authorities takes 30 ms of processor time, and an httpx client does it for itself unless it is given a
context, also where it will only speak plain HTTP. So there is one for the whole process.
"""

import ssl
from functools import cache
from pathlib import Path

import httpx
from django.conf import settings


def authority_file() -> Path:
    """The certificate of the local authority, under which this server speaks HTTPS."""
    return Path(settings.DATA_DIR) / "secrets" / "ca.pem"


def context() -> ssl.SSLContext:
    return _context(str(authority_file()) if authority_file().exists() else "")


@cache
def _context(authority: str) -> ssl.SSLContext:
    made = ssl.create_default_context()
    if not made.cert_store_stats()["x509_ca"]:  # Python for macOS knows no authorities: those that httpx brings
        made = httpx.create_ssl_context()
    if authority:
        made.load_verify_locations(authority)
    return made
