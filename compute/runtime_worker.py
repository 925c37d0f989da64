"""Custom workers in I/O Runtime: where their URLs lead, and what has become of an activation there.

A worker's URL names one of Adobe's hosts, `{namespace}.adobeioruntime.net` or `adobeioruntime.net`; calls of it go to
RUNTIME_URL, with that name in the Host header. Runtime knows when an activation has ended; without that word, a worker
whose process died would be waited for until the deadline.
"""

import logging
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings

from probes import names, parties

HOST: Final = "adobeioruntime.net"
WEB_PATH: Final = "/api/v1/web/"
PATIENCE: Final = 10.0  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Address:
    """Where to send a call, and the Host header that it needs when it goes somewhere else than its URL says."""

    url: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Fate:
    """What Runtime says of an activation: `failure` when it ended with an error; `goes_on` when it has not ended."""

    failure: str = ""
    goes_on: bool = False


UNKNOWN: Final = Fate()


def address(worker: str) -> Address:
    parts = urlsplit(worker)
    if not settings.RUNTIME_URL or not _is_adobes(parts.hostname or ""):
        return Address(worker, {})
    query = f"?{parts.query}" if parts.query else ""
    return Address(f"{settings.RUNTIME_URL}{parts.path}{query}", {"host": parts.hostname or ""})


async def fate(client: httpx.AsyncClient, worker: str, activation_id: str) -> Fate:
    namespace = _namespace(worker)
    if not namespace or not activation_id:
        return UNKNOWN
    url = f"{settings.RUNTIME_URL}/api/v1/namespaces/{quote(namespace)}/activations/{quote(activation_id, safe='')}"
    sender = parties.introduced(names.COMPUTE, url)
    user, _, password = settings.RUNTIME_AUTH.partition(":")
    try:
        found = await client.get(url, auth=(user, password), headers=sender, timeout=PATIENCE)
        if found.status_code == 404:
            # Only AEMulator's Runtime has the logs of one that runs.
            logs = await client.get(f"{url}/logs", auth=(user, password), headers=sender, timeout=PATIENCE)
            return Fate(goes_on=logs.status_code == 200)
        return _of_activation(found.raise_for_status().json())
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as err:
        log.warning("I/O Runtime does not say what became of %s: %s", activation_id, err)
        return UNKNOWN


def _of_activation(activation: dict[str, dict[str, object]]) -> Fate:
    response = activation["response"]
    if response["success"]:
        return UNKNOWN  # it may have left the work, and the events, to somebody else
    result = response.get("result")
    error = result.get("error") if isinstance(result, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    return Fate(failure=str(words or response["status"])[:500])


def _namespace(worker: str) -> str:
    """Of the activations of a worker that runs in the Runtime at RUNTIME_URL; empty for any other worker."""
    parts = urlsplit(worker)
    if not settings.RUNTIME_URL or not parts.path.startswith(WEB_PATH):
        return ""
    host = parts.hostname or ""
    if host.endswith(f".{HOST}"):
        return host.removesuffix(f".{HOST}")
    ours = {
        urlsplit(url).netloc for url in (settings.RUNTIME_URL, settings.AEMULATOR_URL, settings.AEMULATOR_HTTPS_URL)
    }
    if host == HOST or parts.netloc in ours:
        return parts.path.removeprefix(WEB_PATH).partition("/")[0]
    return ""


def _is_adobes(host: str) -> bool:
    return host == HOST or host.endswith(f".{HOST}")
