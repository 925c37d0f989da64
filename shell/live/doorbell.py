"""From a commit to the hub: rings come from database threads, marks are read once for all that rang meanwhile.

Other processes on the same database are heard of in two ways: through the channel layer when it is shared (Redis), of
which this process is one subscriber, and by a look at every topic each LOOK_INTERVAL seconds.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from channels.layers import get_channel_layer
from django.conf import settings

from dbthreads import in_db_express
from shell.live.hub import hub
from shell.live.topics import TREE, Marks, marks, topics

GROUP: Final = "live"
LOOK_INTERVAL: Final = 2.0
SETTLE: Final = 0.03  # seconds after a ring in which others join it: a burst of commits is told once
SETTLE_UNWATCHED: Final = 0.5  # seconds, while nobody has a page open: then this only keeps the marks of the next one
SETTLE_FOR_EACH: Final = 0.0003  # seconds more for each socket: telling many must not be all that the loop does
PACE: Final = 0.2  # seconds from one telling of a topic to its next; only the tree is told as fast as it changes
LISTEN_TIMEOUT: Final = 20.0  # seconds without a message, after which the loop shows that it is alive


class Rung:
    """The topics that rang since they were last read, and when that was."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._read: dict[str, float] = {}
        self._event = asyncio.Event()
        self._names: set[str] = set()

    def bell(self, name: str) -> Callable[[], None]:
        """What rings for a topic: called in the thread that committed; the loop may be closing."""

        def ring() -> None:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._note, name)

        return ring

    def _note(self, name: str) -> None:
        self._names.add(name)
        self._event.set()

    async def wait(self, seconds: float) -> set[str]:
        """What rang and is due, as soon as something is; every topic after so many seconds without."""
        end = time.monotonic() + seconds
        while not (due := self._due()):
            pause = min([end, *map(self._due_at, self._names)]) - time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._event.wait()
            if time.monotonic() >= end:
                due = set(topics())
                break
        self._names -= due
        self._read |= dict.fromkeys(due, time.monotonic())
        return due

    def _due(self) -> set[str]:
        self._event.clear()
        now = time.monotonic()
        return {name for name in self._names if self._due_at(name) <= now}

    def _due_at(self, name: str) -> float:
        return 0.0 if name == TREE else self._read.get(name, 0.0) + PACE


async def watch(beat: Callable[[], None]) -> None:
    """The loop that tells the hub, and the other processes, of what this process committed."""
    rung = Rung()
    ends = [topic.subscribe(rung.bell(name)) for name, topic in topics().items()]
    names = set(topics())
    try:
        while True:
            beat()
            await _tell(names)
            await asyncio.sleep(_settle())
            names = await rung.wait(LOOK_INTERVAL)
    finally:
        for end in ends:
            end()


def _settle() -> float:
    is_watched = hub.size or settings.REDIS_URL
    return SETTLE + SETTLE_FOR_EACH * hub.size if is_watched else SETTLE_UNWATCHED


async def listen(beat: Callable[[], None]) -> None:
    """The loop that tells the hub of what other processes committed. One subscription for each process."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    try:
        while True:
            beat()
            await _receive(layer, channel)
    finally:
        await layer.group_discard(GROUP, channel)


async def _tell(names: set[str]) -> None:
    news = await in_db_express(_marks, names)
    if hub.publish(news) and settings.REDIS_URL:
        await get_channel_layer().group_send(GROUP, {"type": "live.marks", "marks": news})


def _marks(names: set[str]) -> Marks:
    if names == set(topics()):
        return marks()
    return {name: topics()[name].latest() for name in sorted(names)}


async def _receive(layer: Any, channel: str) -> None:
    try:
        async with asyncio.timeout(LISTEN_TIMEOUT):
            message = await layer.receive(channel)
    except TimeoutError:
        return
    hub.publish(message["marks"])
