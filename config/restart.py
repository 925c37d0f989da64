"""Back to the start: everything in the database and the blob storage is removed while everything stands still."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient
from django.conf import settings

from config import boxes, client_environment, health
from config.demo import upload
from config.standstill import standstill
from dbthreads import in_db

DELETIONS_AT_ONCE = 16


async def reset(with_demo: bool) -> None:
    """In a running server. Raises StillBusy, and leaves everything as it was, when something does not end in time."""
    async with standstill():
        await in_db(_reset_rows)
        if not health.blob_storage_is_embedded():
            await asyncio.to_thread(_empty_container)
    if with_demo:
        token = (await in_db(client_environment.variables))["AEMULATOR_ACCESS_TOKEN"]
        await upload.fill(settings.AEMULATOR_URL, token)


def reset_offline() -> None:
    """While no server runs on the data directory."""
    _reset_rows()
    if health.blob_storage_is_embedded():
        shutil.rmtree(settings.BLOBSTORE_DIR, ignore_errors=True)
    else:
        _empty_container()


def _reset_rows() -> None:
    for box_reset in boxes.resets():
        box_reset()


def _empty_container() -> None:
    """One by one: Azure keeps the name of a deleted container locked for half a minute and longer."""
    with BlobServiceClient.from_connection_string(settings.AZURE_STORAGE_CONNECTION_STRING) as service:
        container = service.get_container_client(settings.BLOB_CONTAINER)
        try:
            with ThreadPoolExecutor(DELETIONS_AT_ONCE) as pool:
                list(pool.map(container.delete_blob, container.list_blob_names()))
        except ResourceNotFoundError:
            pass  # nothing was uploaded yet
