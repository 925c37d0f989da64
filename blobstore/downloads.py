"""Sending the bytes of a blob in pieces, read in threads one piece ahead of the network."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import suppress
from typing import cast

from blobstore.blobs import Extent
from blobstore.contents import path_of
from blobstore.errors import StoreUnavailable
from blobstore.store import Store

PIECE = 512 * 1024


async def stream(store: Store, extents: list[Extent], first: int, end: int) -> AsyncGenerator[bytes, None]:
    """The bytes from `first` up to `end`. Raises where they can't be had, so that a short body never looks whole."""
    reader, left = _Reader(store, extents, first, end), end - first
    ahead = asyncio.ensure_future(store.work(reader.next))
    try:
        while left:
            piece = await ahead
            left -= len(piece)
            if left:
                ahead = asyncio.ensure_future(store.work(reader.next))
            yield piece
    finally:
        if left:  # the client has left, or the bytes can't be read
            with suppress(OSError, StoreUnavailable, asyncio.CancelledError):
                await asyncio.shield(ahead)
            await asyncio.shield(store.work(reader.close))


def inline_bytes(store: Store, extent: Extent) -> bytes:
    """The bytes of a content that is a row."""
    if extent.data is not None:
        return extent.data
    row = store.index.connection().execute("SELECT data FROM contents WHERE id = ?", (extent.content,)).fetchone()
    if row is None or row[0] is None:
        raise StoreUnavailable(f"content {extent.content} is gone")
    return cast(bytes, row[0])


class _Reader:
    """Reads extents in order, a piece at a call, with one file open at a time. Its calls block."""

    def __init__(self, store: Store, extents: list[Extent], first: int, end: int) -> None:
        self._store = store
        self._pieces = self._read(extents, first, end)

    def next(self) -> bytes:
        """The next bytes. A reader that gave all need not be closed."""
        piece = next(self._pieces, b"")
        if not piece:
            raise StoreUnavailable("the blob's extents end before the blob does")
        return piece

    def close(self) -> None:
        self._pieces.close()

    def _read(self, extents: list[Extent], first: int, end: int) -> Generator[bytes, None, None]:
        for extent in extents:
            low, high = max(first - extent.start, 0), min(end - extent.start, extent.size)
            if extent.file is None:
                yield inline_bytes(self._store, extent)[low:high]
            else:
                yield from _read_file(path_of(self._store.config.directory, extent.file), low, high)


def _read_file(path: os.PathLike[str], low: int, high: int) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while low < high:
            piece = os.pread(file.fileno(), min(PIECE, high - low), low)
            if not piece:
                raise StoreUnavailable(f"{path} is shorter than the index says")
            low += len(piece)
            if low == high:
                file.close()
            yield piece
