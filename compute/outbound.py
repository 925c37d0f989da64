"""HTTP towards other boxes and custom workers.

Trusts the usual authorities, and the local one when there is one. Uses the proxies of the environment, but never for
this machine itself.
"""

import ssl
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from probes.outgoing import WatchedClient

NO_PROXY = {"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None}


def client(**options: Any) -> httpx.AsyncClient:
    return WatchedClient(verify=context(), mounts=NO_PROXY, **options)


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
