"""Uploads the demo pictures by the direct binary protocol, as any client does: all seven steps run for them."""

import asyncio
import logging
from http import HTTPStatus
from pathlib import Path

import httpx

from config.demo.pictures import FOLDERS, PICTURES, Picture

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


async def fill(url: str, token: str) -> None:
    """Upload what is missing. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        await _folder(client, ROOT, TITLE)
        for name, title in FOLDERS.items():
            await _folder(client, f"{ROOT}/{name}", title)
        for picture in PICTURES:
            path = f"/content/dam/{ROOT}/{picture.folder}/{picture.name}"
            if (await client.get(f"{path}.json")).status_code != HTTPStatus.OK:
                await _upload(client, picture, await asyncio.to_thread(picture.encoded))


async def _folder(client: httpx.AsyncClient, path: str, title: str) -> None:
    body = {"class": "assetFolder", "properties": {"jcr:title": title}}
    answer = await client.post(f"/api/assets/{path}", json=body)
    if answer.status_code != HTTPStatus.CONFLICT:  # it is there already
        answer.raise_for_status()


async def _upload(client: httpx.AsyncClient, picture: Picture, content: bytes) -> None:
    folder = f"/content/dam/{ROOT}/{picture.folder}"
    form = {"fileName": picture.name, "fileSize": str(len(content))}
    begun = (await client.post(f"{folder}.initiateUpload.json", data=form)).raise_for_status().json()
    file = begun["files"][0]
    part = max(-(-len(content) // len(file["uploadURIs"])), file["minPartSize"])
    async with httpx.AsyncClient(timeout=30) as storage:  # the signed URL is the credential; a second one is refused
        for number, start in enumerate(range(0, len(content), part)):
            headers = {"Content-Type": file["mimeType"]}
            put = await storage.put(file["uploadURIs"][number], content=content[start : start + part], headers=headers)
            put.raise_for_status()
    form |= {"mimeType": file["mimeType"], "uploadToken": file["uploadToken"]}
    (await client.post(begun["completeURI"], data=form)).raise_for_status()
