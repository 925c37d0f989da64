"""A part of the server as a process of its own: `manage.py worker` renders, `manage.py poll` attaches."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import uvloop

from config.supervision import Loop, Supervisor

STOP_WITHIN = 3.0  # seconds
Step = Callable[[], Awaitable[None]]


def run(loops: dict[str, Loop], startup: Step | None = None, shutdown: Step | None = None) -> None:
    """Run the loops until SIGINT or SIGTERM."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(loops, startup, shutdown))


async def _run(loops: dict[str, Loop], startup: Step | None, shutdown: Step | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    supervisor = Supervisor()
    if startup:
        await startup()
    supervisor.start(loops)
    await stop.wait()
    await supervisor.stop(STOP_WITHIN)
    if shutdown:
        await asyncio.wait_for(shutdown(), STOP_WITHIN)
