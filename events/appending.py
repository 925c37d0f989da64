"""Group commit: events that come while a transaction is under way go into the next one together."""

import asyncio
from collections import deque
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from dbthreads import in_db
from events import journal
from events.incoming import Incoming

MAX_BATCH = 200
Waiting = tuple[Incoming, "asyncio.Future[int]"]


class Appender:
    """Adds events to the journals; one instance for each event loop."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def append(self, incoming: Incoming) -> int:
        """How many journals the event is in, once that is committed."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((incoming, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all(), name="append-events")
        return await done

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._write([self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))])
        finally:
            self._writer = None

    async def _write(self, batch: list[Waiting]) -> None:
        try:
            counts = await in_db(journal.append, [incoming for incoming, _ in batch])
        except DatabaseError as err:
            await self._write_singly(batch, err)
            return
        for (_, done), count in zip(batch, counts, strict=True):
            if not done.done():  # whoever asked may have left
                done.set_result(count)

    async def _write_singly(self, batch: list[Waiting], err: DatabaseError) -> None:
        """One event that the database refuses must not take the others with it."""
        if len(batch) > 1:
            for one in batch:
                await self._write([one])
        elif not batch[0][1].done():
            batch[0][1].set_exception(err)


_appenders: WeakKeyDictionary[asyncio.AbstractEventLoop, Appender] = WeakKeyDictionary()


async def append(incoming: Incoming) -> int:
    """Add one event; how many journals it is in (0: nobody is registered for it)."""
    return await _appenders.setdefault(asyncio.get_running_loop(), Appender()).append(incoming)
