"""Receiving bodies: into memory when small, into a spool file otherwise, never whole in memory."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

from blobstore import hashes
from blobstore.contents import Spool, Staged, path_of
from blobstore.errors import AzureError, ClientGone, Reason
from blobstore.hashes import Hashes, Hashing
from blobstore.requests import BlobRequest
from blobstore.store import Store

T = TypeVar("T")

PIECE = 1024 * 1024  # bytes gathered before a thread writes them
SYNC_EVERY = 16 * 1024 * 1024  # bytes


async def receive(store: Store, request: BlobRequest, limit: int, *, digest: bool) -> Staged:
    """The body of a request as staged content, checked by what hashes came with it. `digest` asks for its MD5."""
    length = request.body_length
    if length > limit:
        raise AzureError(Reason.REQUEST_BODY_TOO_LARGE, detail={"MaxLimit": str(limit)})
    sent = hashes.sent(request.headers)
    staged = await stage(store, pieces(request), length, Hashing(sent, md5=digest))
    await check(store, staged, sent)
    return staged


async def check(store: Store, staged: Staged, stated: Hashes) -> None:
    """Raise, and remove what is staged, where it is not what the client says that it is."""
    try:
        stated.check(staged.hashes)
    except AzureError:
        await discard(store, staged)
        raise


async def stage(store: Store, body: AsyncIterator[bytes], length: int, hashing: Hashing) -> Staged:
    """`length` bytes (or as many as there are, where it is only a guess) as staged content."""
    if length <= store.config.inline_limit:
        data = b"".join([piece async for piece in body])
        hashing.update(data)
        return Staged(len(data), hashing.result(), data)
    return await _spooled(store, body, hashing)


async def small_body(request: BlobRequest, limit: int) -> bytes:
    """A whole body of at most `limit` bytes, for documents."""
    if request.body_length > limit:
        raise AzureError(Reason.REQUEST_BODY_TOO_LARGE, detail={"MaxLimit": str(limit)})
    sent = hashes.sent(request.headers)
    hashing = Hashing(sent)
    body = b"".join([piece async for piece in pieces(request)])
    hashing.update(body)
    sent.check(hashing.result())
    return body


async def pieces(request: BlobRequest) -> AsyncIterator[bytes]:
    """The body as it arrives; ClientGone where the connection ends first."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


async def keep(store: Store, staged: Staged, work: Callable[[sqlite3.Connection], T]) -> T:
    """Commit what gives `staged` its place; where that is refused, the bytes go at once."""
    try:
        return await store.change(work, brief=True)
    except AzureError:
        await discard(store, staged)
        raise


async def discard(store: Store, staged: Staged) -> None:
    """Remove staged content that no blob will have."""
    if staged.file is not None:
        await store.work(path_of(store.config.directory, staged.file).unlink, missing_ok=True)


async def _spooled(store: Store, body: AsyncIterator[bytes], hashing: Hashing) -> Staged:
    spooling = _Spooling(store, hashing)
    try:
        async for piece in body:
            await spooling.add(piece)
        return await spooling.finish()
    except BaseException:
        await asyncio.shield(spooling.abandon())
        raise


class _Spooling:
    """Writes in a thread while the next pieces arrive: at most two lots of `PIECE` bytes are in memory."""

    def __init__(self, store: Store, hashing: Hashing) -> None:
        self._store = store
        self._intake = _Intake(store.config.directory, hashing)
        self._lot: list[bytes] = []
        self._size = 0
        self._unsynced = 0
        self._writing: asyncio.Future[None] | None = None
        self._syncing: asyncio.Future[None] | None = None

    async def add(self, piece: bytes) -> None:
        self._lot.append(piece)
        self._size += len(piece)
        if self._size >= PIECE:
            await _ended(self._writing)
            self._writing = asyncio.ensure_future(self._store.work(self._intake.take, self._lot))
            self._unsynced += self._size
            self._lot, self._size = [], 0
            self._sync_behind()

    async def finish(self) -> Staged:
        await _ended(self._writing)
        await _ended(self._syncing)
        return await self._store.work(self._intake.finish, self._lot)

    async def abandon(self) -> None:
        """Remove the file, once nothing writes to it any more."""
        under_way = [task for task in (self._writing, self._syncing) if task is not None]
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._store.work(self._intake.discard)

    def _sync_behind(self) -> None:
        """Let the disk work while the rest arrives, so that the last sync has little left to do."""
        if self._unsynced >= SYNC_EVERY and (self._syncing is None or self._syncing.done()):
            self._unsynced = 0
            self._syncing = asyncio.ensure_future(self._synced(self._syncing))

    async def _synced(self, before: asyncio.Future[None] | None) -> None:
        await _ended(before)  # its failure is this one's
        await self._store.work(self._intake.sync)


class _Intake:
    """A spool with its running size and hashes. Its calls block."""

    def __init__(self, directory: Path, hashing: Hashing) -> None:
        self._directory = directory
        self._spool: Spool | None = None
        self._hashing = hashing
        self._size = 0

    def take(self, lot: list[bytes]) -> None:
        data = b"".join(lot)
        self._opened().write(data)
        self._hashing.update(data)
        self._size += len(data)

    def sync(self) -> None:
        self._opened().sync()

    def finish(self, lot: list[bytes]) -> Staged:
        self.take(lot)
        file = self._opened().finish()
        return Staged(self._size, self._hashing.result(), None, file)

    def discard(self) -> None:
        if self._spool is not None:
            self._spool.discard()

    def _opened(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self._directory)
        return self._spool


async def _ended(task: asyncio.Future[None] | None) -> None:
    if task is not None:
        await task
