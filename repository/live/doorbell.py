"""From a commit to the hub: rings come from database threads, the number is read once for all that rang meanwhile.

Other processes on the same database are heard of in two ways: through the channel layer when it is shared (Redis), of
which this process is one subscriber, and by a look at the feed every LOOK_INTERVAL seconds.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from channels.layers import get_channel_layer
from django.conf import settings

from dbthreads import in_db
from repository import changes
from repository.live.hub import hub

GROUP: Final = "live"
LOOK_INTERVAL: Final = 2.0
SETTLE: Final = 0.03  # seconds after a ring in which others join it: a burst of commits is told once
LISTEN_TIMEOUT: Final = 20.0  # seconds without a message, after which the loop shows that it is alive


async def watch(beat: Callable[[], None]) -> None:
    """The loop that tells the hub, and the other processes, of what this process committed."""
    rung = asyncio.Event()
    loop = asyncio.get_running_loop()
    end = changes.subscribe(lambda: _ring(loop, rung))
    try:
        while True:
            beat()
            await _tell()
            await asyncio.sleep(SETTLE)
            await _wait(rung)
    finally:
        end()


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


def _ring(loop: asyncio.AbstractEventLoop, rung: asyncio.Event) -> None:
    """Called in the thread that committed; the loop may be closing."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(rung.set)


async def _wait(rung: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_INTERVAL):
            await rung.wait()
    except TimeoutError:
        return
    rung.clear()


async def _tell() -> None:
    seq = await in_db(changes.latest_seq)
    if hub.publish(seq) and settings.REDIS_URL:
        await get_channel_layer().group_send(GROUP, {"type": "live.seq", "seq": seq})


async def _receive(layer: Any, channel: str) -> None:
    try:
        async with asyncio.timeout(LISTEN_TIMEOUT):
            message = await layer.receive(channel)
    except TimeoutError:
        return
    hub.publish(message["seq"])
