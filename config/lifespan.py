"""Start and stop of everything that runs beside the requests, driven by the server's ASGI lifespan events."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.conf import settings
from starlette.types import Receive, Send

from config import boxes
from config.supervision import Loop, Supervisor

STOP_LOOPS_WITHIN = 1.0  # seconds
STOP_BOX_WITHIN = 1.0

log = logging.getLogger(__name__)
supervisor = Supervisor()
server_loops: dict[str, Loop] = {}
"""Of the server itself, beside those of the boxes; to be filled before `start`."""


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def start() -> None:
    for startup in boxes.startups(settings.WORKERS):
        await startup()
    start_loops()


def start_loops() -> None:
    supervisor.start(boxes.loops(settings.WORKERS) | server_loops)


async def stop() -> None:
    await supervisor.stop(STOP_LOOPS_WITHIN)
    for shutdown in boxes.shutdowns(settings.WORKERS):
        await _within(STOP_BOX_WITHIN, shutdown)


async def _within(seconds: float, shutdown: Callable[[], Awaitable[None]]) -> None:
    try:
        await asyncio.wait_for(shutdown(), seconds)
    except Exception:
        log.exception("%s did not stop cleanly", shutdown.__module__)
