"""Is each part of the system fresh? For `/_aemulator/health` and `manage.py doctor`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from azure.storage.blob import BlobServiceClient
from django.conf import settings
from django.db import connection

from config import boxes
from config.lifespan import supervisor
from dbthreads import in_db

Facts = dict[str, object]
PATIENCE = 3.0  # seconds for one part to answer


async def report() -> boxes.Health:
    """Every part by name: `ok`, and what else it says of itself; ages and times in seconds.

    What several look at (the blob storage: its box at the disk, this module by a request) is one part with all facts.
    """
    checks = [_timed("database", _database()), _timed("blob-storage", _blob_storage())]
    checks += [_guarded(check) for check in boxes.health_checks(settings.WORKERS)]
    parts: boxes.Health = {f"loop:{name}": pulse for name, pulse in supervisor.report().items()}
    for found in await asyncio.gather(*checks):
        for name, facts in found.items():
            parts[name] = joined(parts[name], facts) if name in parts else facts
    return dict(sorted(parts.items()))


def joined(one: Mapping[str, object], other: Mapping[str, object]) -> Facts:
    """Two reports on the same part: well only if both are, with the reasons of both."""
    both = {**one, **other, "ok": bool(one["ok"] and other["ok"])}
    errors = [str(facts["error"]) for facts in (one, other) if "error" in facts]
    return both | {"error": "; ".join(errors)} if errors else both


async def _timed(name: str, check: Awaitable[None]) -> boxes.Health:
    started = time.monotonic()
    try:
        await asyncio.wait_for(check, PATIENCE)
    except Exception as err:  # noqa: BLE001  (whatever it is, it is the answer)
        return {name: {"ok": False, "error": _words(err)}}
    return {name: {"ok": True, "seconds": round(time.monotonic() - started, 4)}}


async def _guarded(check: Callable[[], Awaitable[boxes.Health]]) -> boxes.Health:
    try:
        return await asyncio.wait_for(check(), PATIENCE)
    except Exception as err:  # noqa: BLE001  (whatever it is, it is the answer)
        return {check.__module__: {"ok": False, "error": _words(err)}}


async def _database() -> None:
    await in_db(_select)


def _select() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def blob_storage_is_embedded() -> bool:
    return f"BlobEndpoint={settings.AEMULATOR_URL}/" in settings.AZURE_STORAGE_CONNECTION_STRING


async def _blob_storage() -> None:
    await asyncio.to_thread(_check_blob_storage)


def _check_blob_storage() -> None:
    # Whether it is there does not matter yet (the first upload makes it): the storage answered a signed request.
    service = BlobServiceClient.from_connection_string(
        settings.AZURE_STORAGE_CONNECTION_STRING, retry_total=0, connection_timeout=PATIENCE, read_timeout=PATIENCE
    )
    with service:
        service.get_container_client(settings.BLOB_CONTAINER).exists()


def _words(err: Exception) -> str:
    lines = str(err).splitlines()
    return f"{type(err).__name__}: {lines[0]}" if lines else type(err).__name__
