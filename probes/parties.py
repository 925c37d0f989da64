"""By whom a request was sent, told to the server that records it (`names.HEADER`), and which server that is."""

from contextvars import ContextVar
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from probes import names

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")

cause: ContextVar[str] = ContextVar("cause", default="")
"""The exchange in whose course this code runs: what it asks of others is a consequence of it."""


def introduced(party: str, url: str, **facts: str) -> dict[str, str]:
    """The header for a request to `url`; empty when that is another server."""
    return {names.HEADER: names.header(party, **facts, cause=cause.get())} if is_here(url) else {}


def is_here(url: str) -> bool:
    """Whether this server answers that URL, and so sees the request itself."""
    return urlsplit(url).netloc.rpartition("@")[2] in here()


def here() -> frozenset[str]:
    """The `host:port` of this server."""
    return _here(settings.AEMULATOR_URL, settings.AEMULATOR_HTTPS_URL)


@cache
def _here(*urls: str) -> frozenset[str]:
    found = set()
    for url in map(urlsplit, urls):
        found.add(url.netloc)
        if url.hostname in {"127.0.0.1", "localhost", "::1", "0.0.0.0"}:
            found |= {f"{host}:{url.port}" for host in LOOPBACK}
    return frozenset(found)
