"""Entries expire: a journal keeps them for settings.JOURNAL_RETENTION seconds."""

import asyncio
from collections.abc import Awaitable, Callable

from django.conf import settings

from dbthreads import in_db
from events import journal

LONGEST_PAUSE = 30.0  # seconds
Beat = Callable[[], None]


async def expire_entries(beat: Beat) -> None:
    while True:
        await in_db(journal.expire, settings.JOURNAL_RETENTION)
        beat()
        await asyncio.sleep(min(LONGEST_PAUSE, settings.JOURNAL_RETENTION / 4))


LOOPS: dict[str, Callable[[Beat], Awaitable[None]]] = {"expire-events": expire_entries}
