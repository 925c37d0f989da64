"""Brings a seed in, as a client of the repository's public HTTP interface, and waits until it is processed."""

import asyncio
import html
import re
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from config import direct_upload
from config.direct_upload import File
from config.seeding import pictures
from config.seeding.description import DAM, Asset, Folder, Seed, SeedError
from config.seeding.intake import Intake

AT_ONCE = 4
LOOK_EVERY = 0.05  # seconds; grows with the time that it takes
LONGEST_LOOK = 0.5
UNFINISHED = {"processing", "unProcessed", None}
PROFILES = "/_aemulator/processing-profiles"


class Planter:
    """`client` is logged in, `storage` is not: signed URLs are refused beside another credential."""

    def __init__(self, client: httpx.AsyncClient, storage: httpx.AsyncClient) -> None:
        self._client = client
        self._storage = storage
        self._folders: set[str] = {DAM}
        self._room = asyncio.Semaphore(AT_ONCE)

    async def plant(self, intake: Intake) -> list[str]:
        """The paths of the assets. SeedError says what cannot be; what was before it stays."""
        seed = intake.seed or Seed()
        profiles = [await self._profile(number, body) for number, body in enumerate(seed.profiles)]
        for folder in seed.folders:
            await self._make_folder(folder, profiles)
        files = [*intake.files, *[await _file(asset, intake) for asset in seed.assets]]
        for parent in sorted({file.folder for file in files}):
            await self._ensure_folders(parent)
        await asyncio.gather(*(self._upload(file) for file in files))
        for asset in seed.assets:
            await self._describe(asset)
        return [file.path for file in files]

    async def wait_processed(self, paths: Iterable[str], within: float) -> dict[str, str]:
        """The state of each asset; SeedError (504) names those that are not ready in time."""
        deadline, states = time.monotonic() + within, dict.fromkeys(paths, "")
        pause, open_ = LOOK_EVERY, set(states)
        while open_:
            for path in sorted(open_):
                state = await self._state(path)
                if state not in UNFINISHED:
                    states[path] = str(state)
                    open_.discard(path)
            if open_ and time.monotonic() > deadline:
                raise SeedError(f"not processed within {within:g} s: {', '.join(sorted(open_)[:5])}", 504)
            if open_:
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_LOOK)
        return states

    async def _profile(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.post(PROFILES, json=body)
        _check(answer, f"profiles.{number}")
        made: dict[str, Any] = answer.json()
        return made

    async def _make_folder(self, folder: Folder, made: list[dict[str, Any]]) -> None:
        await self._ensure_folders(folder.path, folder.title)
        if folder.profile:
            path = folder.profile if folder.profile.startswith("/") else await self._profile_path(folder.profile, made)
            form = {"jcr:content/processingProfile": path}
            _check(await self._client.post(quote(folder.path), data=form), folder.path)

    async def _profile_path(self, name: str, made: list[dict[str, Any]]) -> str:
        known = [*made, *(await self._client.get(PROFILES)).raise_for_status().json()]
        found = [profile["path"] for profile in known if name in {profile["title"], profile["name"]}]
        if not found:
            raise SeedError(f"there is no processing profile {name}")
        return str(found[0])

    async def _ensure_folders(self, path: str, title: str = "") -> None:
        """With those above it."""
        if path in self._folders or not path.startswith(f"{DAM}/"):
            return
        await self._ensure_folders(path.rpartition("/")[0])
        try:
            await direct_upload.make_folder(self._client, path, title)
        except httpx.HTTPStatusError as err:
            raise _error(err.response, path) from err
        self._folders.add(path)

    async def _upload(self, file: File) -> None:
        async with self._room:
            try:
                await direct_upload.upload(self._client, self._storage, file)
            except httpx.HTTPStatusError as err:
                raise _error(err.response, file.path) from err

    async def _describe(self, asset: Asset) -> None:
        if not asset.metadata:
            return
        form = {f"jcr:content/metadata/{name}": value for name, value in asset.metadata.items()}
        _check(await self._client.post(quote(asset.path), data=form), asset.path)

    async def _state(self, path: str) -> object:
        answer = await self._client.get(f"{quote(path)}/jcr:content.json")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise SeedError(f"{path} was removed meanwhile", 409)
        return answer.raise_for_status().json().get("dam:assetState")


async def _file(asset: Asset, intake: Intake) -> File:
    folder, _, name = asset.path.rpartition("/")
    if asset.file is not None:
        part = intake.named.get(asset.file)
        if part is None:
            raise SeedError(f"{asset.path}: the request has no file {asset.file}")
        return File(folder, name, part.size or 0, part.file, asset.mime_type)
    content = await asyncio.to_thread(pictures.encoded, asset.picture, name) if asset.picture else asset.decoded()
    return File(folder, name, len(content), content, asset.mime_type)


def _check(answer: httpx.Response, what: str) -> None:
    if answer.is_error:
        raise _error(answer, what)


def _error(answer: httpx.Response, what: str) -> SeedError:
    """A refusal of the repository is the caller's to mend, unless the repository itself failed."""
    status = 502 if answer.is_server_error else 400
    return SeedError(f"{what}: {answer.status_code} {_words(answer)}".rstrip(), status)


def _words(answer: httpx.Response) -> str:
    """What the answer says; of a page its title, where the repository puts the message."""
    title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
    return html.unescape(title[1]).removeprefix(f"{answer.status_code} ") if title else answer.text[:500]
