"""The loops of the recorder."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from django.conf import settings
from django.db import DatabaseError

from dbthreads import in_db
from flow import gates, lifecycle, live, retention
from flow.captured import Captured
from flow.faults import chooser
from flow.queue import queue
from flow.settling import settle
from flow.writing import writer

GATHER: Final = 0.2  # seconds in which exchanges come together for one transaction, while somebody looks
GATHER_UNSEEN: Final = 1.0
IDLE: Final = 20.0
BATCH: Final = 250
WAITING: Final = 1000  # exchanges that may wait for the beginning of their flow
KNOW_EVERY: Final = 1.0
PRUNE_EVERY: Final = 15.0
PAUSE_BETWEEN_PORTIONS: Final = 0.05

log = logging.getLogger(__name__)
Beat = Callable[[], None]


async def write_exchanges(beat: Beat) -> None:
    """The one writer of this process."""
    waiting: list[Captured] = []
    while True:
        beat()
        await queue.wait(GATHER if waiting else IDLE)
        await _gather()
        batch = queue.take(BATCH)
        if batch or waiting:
            waiting = await _write([*waiting, *batch])
            queue.dropped += len(waiting[WAITING:])
            waiting = waiting[:WAITING]


async def _gather() -> None:
    """Fewer and larger transactions while nobody waits for them: pages, gates and faults do."""
    deadline = asyncio.get_running_loop().time() + GATHER_UNSEEN
    while True:
        await asyncio.sleep(GATHER)
        is_awaited = live.is_watched() or chooser.active or gates.keeper.active
        if is_awaited or len(queue) >= BATCH or asyncio.get_running_loop().time() >= deadline:
            return


async def _write(batch: Sequence[Captured]) -> list[Captured]:
    try:
        waiting = await in_db(writer.write, batch)
    except (DatabaseError, ValueError) as err:
        return await _write_singly(batch, err)
    queue.written += len(batch) - len(waiting)
    if live.is_watched():
        live.ring()
    return waiting


async def _write_singly(batch: Sequence[Captured], err: Exception) -> list[Captured]:
    """One that the database refuses must not take the others with it."""
    if len(batch) == 1:
        log.error("An exchange could not be recorded: %s", err)
        queue.dropped += 1
        return []
    return [waiting for one in batch for waiting in await _write([one])]


async def know_controls(beat: Beat) -> None:
    """Hear of the gates and faults that another process set."""
    while True:
        beat()
        await in_db(lifecycle.load)
        await asyncio.sleep(KNOW_EVERY)


async def prune(beat: Beat) -> None:
    while True:
        beat()
        while await in_db(retention.prune):
            beat()
            await asyncio.sleep(PAUSE_BETWEEN_PORTIONS)
        await in_db(gates.forget_old)
        await asyncio.sleep(PRUNE_EVERY)


_LOOPS: dict[str, Callable[[Beat], Awaitable[None]]] = {
    "record-exchanges": write_exchanges,
    "know-gates-and-faults": know_controls,
    "settle-flows": settle,
    "forget-flows": prune,
}
LOOPS = _LOOPS if settings.FLOW_RECORD else {}
