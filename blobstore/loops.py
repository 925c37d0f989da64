"""The supervised loop of the store."""

import asyncio
from collections.abc import Awaitable, Callable

from blobstore import asgi
from blobstore.garbage import collect_garbage

Beat = Callable[[], None]

INTERVAL = 60.0  # seconds


async def blob_garbage(beat: Beat) -> None:
    """Collect the garbage of the embedded store once a minute."""
    while True:
        await collect_garbage(asgi.application.store)
        beat()
        await asyncio.sleep(INTERVAL)


LOOPS: dict[str, Callable[[Beat], Awaitable[None]]] = {"blob-garbage": blob_garbage}
