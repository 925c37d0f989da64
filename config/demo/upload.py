"""Uploads the demo pictures by the direct binary protocol, as any client does: all seven steps run for them."""

import asyncio
import logging
from http import HTTPStatus
from pathlib import Path

import httpx

import trust
from config import direct_upload
from config.demo.pictures import FOLDERS, PICTURES

ROOT = "demo"
TITLE = "Demo pictures"
MARKER = "demo-content"  # file in the data directory: the demo content was there once, whatever became of it

log = logging.getLogger(__name__)


async def fill_once(data_dir: Path, url: str, token: str) -> None:
    """Fill the repository, unless this data directory had its demo content; goes on where an earlier run stopped."""
    marker = data_dir / MARKER
    if marker.exists():
        return
    try:
        await fill(url, token)
    except httpx.HTTPError as err:
        log.warning("The demo pictures are not complete, the next start goes on: %s", err)
    else:
        marker.touch()


async def fill(url: str, token: str) -> list[str]:
    """Upload what is missing; the paths of all. Raises httpx.HTTPError."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=30, verify=trust.context()) as client,
        httpx.AsyncClient(timeout=30, verify=trust.context()) as storage,
    ):
        await direct_upload.make_folder(client, f"/content/dam/{ROOT}", TITLE)
        for name, title in FOLDERS.items():
            await direct_upload.make_folder(client, f"/content/dam/{ROOT}/{name}", title)
        for picture in PICTURES:
            folder = f"/content/dam/{ROOT}/{picture.folder}"
            if (await client.get(f"{folder}/{picture.name}.json")).status_code != HTTPStatus.OK:
                content = await asyncio.to_thread(picture.encoded)
                file = direct_upload.File(folder, picture.name, len(content), content)
                await direct_upload.upload(client, storage, file)
    return [f"/content/dam/{ROOT}/{picture.folder}/{picture.name}" for picture in PICTURES]
