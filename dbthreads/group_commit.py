"""Group commit: what comes in while a transaction is under way goes into the next one together.

One commit costs about as much as ten rows, and SQLite has one writer at a time: under load this is what keeps both
cheap, and an item alone does not wait for anything.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from dbthreads import in_db

Item = TypeVar("Item")
Answer = TypeVar("Answer")
MAX_BATCH = 200


class GroupCommit(Generic[Item, Answer]):
    """`write` takes items in one transaction and gives an answer for each, in their order."""

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._write_in_db = write
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, deque[tuple[Item, asyncio.Future[Answer]]]]
        self._waiting = WeakKeyDictionary()
        self._writers: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = WeakKeyDictionary()

    async def add(self, item: Item) -> Answer:
        """The item's answer, once its transaction is committed. Raises what the database raised for it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()
        self._waiting.setdefault(loop, deque()).append((item, done))
        if loop not in self._writers:
            self._writers[loop] = loop.create_task(self._write_all(loop), name="group-commit")
        return await done

    async def _write_all(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting[loop]
        try:
            while waiting:
                await self._write([waiting.popleft() for _ in range(min(MAX_BATCH, len(waiting)))])
        finally:
            del self._writers[loop]

    async def _write(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await in_db(self._write_in_db, [item for item, _ in batch])
        except DatabaseError as err:
            await self._write_singly(batch, err)
        except Exception as err:  # noqa: BLE001  (handed to those who wait)
            _fail(batch, err)
        else:
            for (_, done), answer in zip(batch, answers, strict=True):
                if not done.done():  # whoever asked may have left
                    done.set_result(answer)

    async def _write_singly(self, batch: list[tuple[Item, asyncio.Future[Answer]]], err: DatabaseError) -> None:
        """One item that the database refuses must not take the others with it."""
        if len(batch) > 1:
            for one in batch:
                await self._write([one])
        else:
            _fail(batch, err)


def _fail(batch: list[tuple[Item, asyncio.Future[Answer]]], err: Exception) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(err)
