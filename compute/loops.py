"""The loops of the Asset Compute service; they run wherever core workers do."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from django.conf import settings

from compute import activations
from compute.custom_workers import call_workers
from compute.dispatch import LEASE, dispatch
from compute.publisher import publish_events
from dbthreads import in_db
from dbthreads.owner import this_process

SWEEP_EVERY = 1.0  # seconds
SWEEP_AT_ONCE = 500
FORGET_EVERY = 600.0
Beat = Callable[[], None]


async def sweep(beat: Beat) -> None:
    """Send again what was lost: messages, and work whose process died. Events of it are visible at once."""
    while True:
        beat()
        for invocation in await in_db(activations.take_due_messages, SWEEP_AT_ONCE):
            await in_db(dispatch().send, invocation, time.time())
        await asyncio.sleep(SWEEP_EVERY)


async def renew_leases(beat: Beat) -> None:
    while True:
        beat()
        await in_db(activations.renew, this_process(), LEASE)
        await asyncio.sleep(LEASE / 3)


async def forget_activations(beat: Beat) -> None:
    """Activations are kept as long as the events that tell of them."""
    while True:
        beat()
        await in_db(activations.forget_older_than, settings.JOURNAL_RETENTION)
        for _ in range(int(FORGET_EVERY / 10)):
            await asyncio.sleep(10)
            beat()


LOOPS: dict[str, Callable[[Beat], Awaitable[None]]] = {
    "publish-events": publish_events,
    "call-workers": call_workers,
    "sweep-activations": sweep,
    "renew-leases": renew_leases,
    "forget-activations": forget_activations,
}
