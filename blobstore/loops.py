"""The supervised loop of the store."""

import asyncio
from collections.abc import Awaitable, Callable

from blobstore import asgi
from blobstore.garbage import collect_dropped, collect_strays

Beat = Callable[[], None]

INTERVAL = 20.0  # seconds; a loop without a beat for a minute counts as stale
STRAYS_EVERY = 180  # rounds: the search for strays reads every folder


async def blob_garbage(beat: Beat) -> None:
    """Collect the garbage of the embedded store: what was dropped at every round, strays once an hour."""
    store = asgi.application.store
    count = 0
    while True:
        if store.index.exists():
            await collect_dropped(store)
            if count % STRAYS_EVERY == 0:
                await collect_strays(store)
        count += 1
        beat()
        await asyncio.sleep(INTERVAL)


LOOPS: dict[str, Callable[[Beat], Awaitable[None]]] = {"blob-garbage": blob_garbage}
