"""HTTP for what the loops do several times for each asset: aiohttp, at an eighth of the cost of httpx."""

from typing import Final

import aiohttp
from yarl import URL

import trust

IDLE: Final = 4.0
"""Seconds after which an idle connection is not used again: many servers close after 5, and not all of this may be
sent twice."""
_PLAIN: Final = ("accept", "accept-encoding", "user-agent")  # headers that nobody asked for


def session(timeout: float, is_local: bool) -> aiohttp.ClientSession:
    """To be closed by whoever asked. `timeout` in seconds for a whole exchange."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE, ssl=trust.context()),
        timeout=aiohttp.ClientTimeout(total=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_PLAIN,
        trust_env=not is_local,
    )


def exactly(url: str) -> URL:
    """Sent as it is written here: signatures and positions of the journal allow no other spelling."""
    return URL(url, encoded=True)
