"""Start and stop of the store in the server's process."""

import asyncio

from blobstore import asgi


async def startup() -> None:
    """Nothing: the store opens at its first request."""


async def shutdown() -> None:
    """Finish what is queued and end the threads."""
    await asyncio.to_thread(asgi.application.store.close)
