"""What the repository opens and closes with the server."""

from repository import binaries_asgi


async def startup() -> None:
    """Nothing: connections are made when they are first needed."""


async def shutdown() -> None:
    await binaries_asgi.storage.close()
