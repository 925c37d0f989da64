"""What the repository opens and closes with the server."""

from repository import binaries_asgi, deletions


async def startup() -> None:
    """Nothing: connections are made when they are first needed."""


async def pause() -> None:
    """The loops have ended; so has what they left in threads, after this, or soon."""
    deletions.stop()


async def resume() -> None:
    deletions.go_on()


async def shutdown() -> None:
    await binaries_asgi.storage.close()
