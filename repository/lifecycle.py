"""What the repository opens and closes with the server."""

import asyncio
from typing import Final

from repository import binaries_asgi, deletions, poller

PAUSE: Final = 5.0  # seconds


async def startup() -> None:
    """Nothing: connections are made when they are first needed."""


async def pause() -> None:
    """The loops have ended; so has what they left in threads, after this, or soon."""
    deletions.stop()
    await asyncio.to_thread(poller.wait_for_commits, PAUSE)


async def resume() -> None:
    deletions.go_on()


async def shutdown() -> None:
    await binaries_asgi.storage.close()
