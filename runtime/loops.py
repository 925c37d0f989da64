"""The loops of I/O Runtime."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from django.conf import settings

from dbthreads import in_db
from runtime import actions, activations, lifecycle
from runtime.errors import RunFailed

TEND_EVERY = 1.0  # seconds
FORGET_EVERY = 60.0
Beat = Callable[[], None]


async def tend_processes(beat: Beat) -> None:
    """End idle processes; have one there for each action that a debugger wants to attach to."""
    while True:
        beat()
        pool = lifecycle.invoker().pool
        known = await in_db(actions.every)
        await pool.end_idle(known)
        for action in known:
            if action.spec.inspect_port is not None:
                try:
                    await pool.keep_ready(action, _unheard)
                except RunFailed:
                    continue  # the next call of the action says why
        await asyncio.sleep(TEND_EVERY)


async def forget_activations(beat: Beat) -> None:
    while True:
        beat()
        before = time.time() - settings.RUNTIME_RETENTION
        await in_db(activations.forget, before, settings.RUNTIME_KEPT_ACTIVATIONS)
        for _ in range(int(FORGET_EVERY / 10)):
            await asyncio.sleep(10)
            beat()


def _unheard(stream: str, text: str) -> None:
    """Between activations there is nobody to whom a line could belong."""


LOOPS: dict[str, Callable[[Beat], Awaitable[None]]] = {
    "tend-actions": tend_processes,
    "forget-runtime-activations": forget_activations,
}
