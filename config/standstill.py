"""Everything stands still: no loop, no rendering, no request that writes. Then the state can be exchanged as a whole.

What is costly to start stays: the processes of the pool, the listening sockets, the database's connections.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

import dbthreads
from config import boxes
from config.gate import Gate, StillBusy
from config.lifespan import start_loops, supervisor

WITHIN = 5.0  # seconds for each: the loops, the requests, the database's threads

gate = Gate()
_turn = asyncio.Lock()


@asynccontextmanager
async def standstill() -> AsyncIterator[None]:
    """Raises StillBusy, with everything running again, when something does not come to its end in time."""
    async with _turn:
        try:
            await _pause()
            await _quiet()  # what the loops left in threads may need the blob storage to end, so before the gate closes
            async with gate.closed(WITHIN):
                await _quiet()
                yield
        finally:
            for resume in boxes.resumes(settings.WORKERS):
                await resume()
            start_loops()


async def _quiet() -> None:
    if not await dbthreads.quiet(WITHIN):
        raise StillBusy("a transaction is still under way")


async def _pause() -> None:
    if loops := await supervisor.stop(WITHIN):
        raise StillBusy(f"the loop {loops[0]} is still under way")
    try:
        for pause in boxes.pauses(settings.WORKERS):
            await pause()
    except TimeoutError as err:
        raise StillBusy(str(err)) from err
