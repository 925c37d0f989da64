"""Direct binary upload as any client does it, for what the assembly itself brings in: the demo pictures and seeds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO
from urllib.parse import quote

import httpx

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class File:
    """`content` is bytes, or an open file that can be read from any position. `mime_type` empty: by the name."""

    folder: str
    name: str
    size: int
    content: bytes | IO[bytes]
    mime_type: str = ""

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"

    async def part(self, start: int, size: int) -> AsyncIterator[bytes]:
        """At most CHUNK bytes in memory, unless they were there before."""
        end = min(start + size, self.size)
        for at in range(start, end, CHUNK):
            length = min(CHUNK, end - at)
            if isinstance(self.content, bytes):
                yield self.content[at : at + length]
            else:
                yield await asyncio.to_thread(_read, self.content, at, length)


async def make_folder(client: httpx.AsyncClient, path: str, title: str = "") -> None:
    """A folder below /content/dam, unless it is there. Raises httpx.HTTPError."""
    properties = {"jcr:title": title} if title else {}
    body = {"class": "assetFolder", "properties": properties}
    answer = await client.post(f"/api/assets/{quote(path.removeprefix('/content/dam/'))}", json=body)
    if answer.status_code != HTTPStatus.CONFLICT:  # it is there already
        answer.raise_for_status()


async def upload(client: httpx.AsyncClient, storage: httpx.AsyncClient, file: File) -> None:
    """`storage` has no login: the signed URL is the credential, and a second one is refused. httpx.HTTPError."""
    form = {"fileName": file.name, "fileSize": str(file.size)}
    begun = (await client.post(f"{quote(file.folder)}.initiateUpload.json", data=form)).raise_for_status().json()
    told = begun["files"][0]
    mime_type = file.mime_type or told["mimeType"]
    part = max(-(-file.size // len(told["uploadURIs"])), told["minPartSize"])
    for number, start in enumerate(range(0, file.size, part)):
        headers = {"Content-Type": mime_type, "Content-Length": str(min(part, file.size - start))}
        put = await storage.put(told["uploadURIs"][number], content=file.part(start, part), headers=headers)
        put.raise_for_status()
    form |= {"mimeType": mime_type, "uploadToken": told["uploadToken"]}
    (await client.post(begun["completeURI"], data=form)).raise_for_status()


def _read(file: IO[bytes], at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)
