"""HTTP towards other boxes and custom workers.

Trusts the usual authorities, and the local one when there is one. Uses the proxies of the environment, but never for
this machine itself.
"""

from typing import Any

import httpx

import trust
from probes.outgoing import WatchedClient

NO_PROXY = {"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None}


def client(**options: Any) -> httpx.AsyncClient:
    return WatchedClient(verify=trust.context(), mounts=NO_PROXY, **options)
