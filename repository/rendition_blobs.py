"""The storage's side of a rendition that was announced: its blocks committed, or its bytes read, from the event loop.

What takes a few hundredths of a millisecond of processor time a call must not cost two changes of thread as well, six
times an asset. The calls are those of `binaries`; here they are only sent.
"""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

import aiohttp

from repository import binaries
from repository.binaries import PASSING, TIMEOUT, BlobStorage, Block, Call
from repository.errors import BlobStorageError, BlobTooLarge
from trust import sessions

AT_ONCE: Final = 8
ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.5  # seconds before the second attempt; doubles


class RenditionBlobs:
    """A context manager: connections are kept while it is open. Every error of the storage is a BlobStorageError."""

    def __init__(self, blobs: BlobStorage) -> None:
        self._blobs = blobs
        self._http = sessions.session(TIMEOUT, self._blobs.is_local)
        self._room = asyncio.Semaphore(AT_ONCE)  # not the connector's limit: who waits for that uses up the timeout

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._http.close()

    async def blocks(self, blob: str) -> list[Block]:
        """As `BlobStorage.blocks`."""
        return binaries.listed(await self._answered(self._blobs.block_list_call(blob)), blob)

    async def commit(self, blob: str, indexes: Sequence[int], mime_type: str) -> None:
        """Make the blob of these blocks. Committing the same again changes nothing."""
        await self._answered(self._blobs.commit_call(blob, indexes, mime_type))

    async def put(self, blob: str, data: bytes, mime_type: str) -> None:
        await self._answered(self._blobs.put_call(blob, data, mime_type))

    async def read(self, blob: str, limit: int) -> bytes:
        """All bytes of a small blob; BlobTooLarge if it has more than `limit`."""
        data = await self._answered(self._blobs.read_call(blob, limit))
        if len(data) > limit:
            raise BlobTooLarge(f"The blob {blob} has more than {limit} bytes")
        return data

    async def _answered(self, call: Call) -> bytes:
        async with self._room:
            return await self._answer(call)

    async def _answer(self, call: Call) -> bytes:
        """Sent again where the storage did not answer or could not: each of these calls may be repeated."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                status, headers, body = await self._sent(call)
            except (aiohttp.ClientError, TimeoutError) as err:
                if attempt == ATTEMPTS:
                    raise BlobStorageError(f"The blob storage did not serve {call.blob}: {type(err).__name__}") from err
            else:
                if status not in PASSING or attempt == ATTEMPTS:
                    return call.content(status, headers, body)
            await asyncio.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
        raise AssertionError("the last attempt returns or raises")

    async def _sent(self, call: Call) -> tuple[int, Mapping[str, str], bytes]:
        url = sessions.exactly(call.url)
        request = self._http.request(
            call.method, url, data=call.body or None, headers=call.headers, allow_redirects=False
        )
        async with request as answer:
            return answer.status, answer.headers, await answer.read()
