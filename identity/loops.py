"""Keeps the IMS's published keys at hand, so that no request has to wait for them."""

import asyncio
from collections.abc import Awaitable, Callable

from identity import bearer

INTERVAL = 20.0  # seconds
Beat = Callable[[], None]


async def keep_keys(beat: Beat) -> None:
    while True:
        await bearer.warm()
        beat()
        await asyncio.sleep(INTERVAL)


LOOPS: dict[str, Callable[[Beat], Awaitable[None]]] = {"ims-keys": keep_keys}
