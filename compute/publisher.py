"""Publishes the outbox: every event that is due, many at a time, until the ingress has taken it."""

import asyncio
import logging
import time
from collections.abc import Callable

from django.conf import settings

from compute import outbox
from compute.doorbell import Doorbell
from compute.ingress import Ingress, Reply
from compute.outbox import OutgoingEvent, Sent
from dbthreads import in_db
from dbthreads.group_commit import GroupCommit
from probes.gates import LOOK_AGAIN, Subject, gates

AT_ONCE = 32
FALLBACK_POLL = 1.0  # seconds: for events of other processes, which ring no bell here
GATHER = 0.05  # seconds: renditions of one asset finish close together, and are cheaper sent together
FIRST_RETRY = 0.2
LONGEST_RETRY = 30.0
NOBODY_PATIENCE = 60.0
"""Seconds for which an event is sent again while nobody is registered for it: Adobe's workers give up then, too."""

log = logging.getLogger(__name__)
bell = Doorbell()
"""Rung when an event has been written to the outbox."""
_noted = GroupCommit(outbox.note)


async def publish_events(beat: Callable[[], None]) -> None:
    """The loop `publish-events`."""
    publisher = Publisher()
    try:
        while True:
            beat()
            await bell.wait(await publisher.take_due())
            await asyncio.sleep(GATHER)
    finally:
        await publisher.close()


class Publisher:
    def __init__(self) -> None:
        self._ingress = Ingress()
        self._sending: set[asyncio.Task[None]] = set()

    async def take_due(self) -> float:
        """Start sending what is due, as far as there is room; seconds until it is worth looking again, if nobody rings
        before."""
        pause = FALLBACK_POLL
        while room := AT_ONCE - len(self._sending):
            taken = await in_db(outbox.take, room)
            events = taken.events
            if gates.active and events:
                events = await in_db(_let_through, events)
                pause = LOOK_AGAIN if len(events) < len(taken.events) else pause
            for event in events:
                task = asyncio.create_task(self._send(event), name=f"publish-{event.event_id}")
                self._sending.add(task)
                task.add_done_callback(self._sent)
            if len(taken.events) < room:
                return pause if taken.next_due is None else min(max(taken.next_due - time.time(), 0.0), pause)
        return pause  # the first that is sent rings the bell

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._ingress.close()

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        if not task.cancelled() and (err := task.exception()):
            log.error("%s failed; it comes due again by itself", task.get_name(), exc_info=err)
        if len(self._sending) == AT_ONCE - 1:
            bell.ring()  # there was no room before

    async def _send(self, event: OutgoingEvent) -> None:
        reply, words = await self._ingress.send(event)
        await _noted.add(_sent(event, reply, words))


def _let_through(taken: list[OutgoingEvent]) -> list[OutgoingEvent]:
    """Without those that are held at the gate before step 6: they come due again."""
    held = gates.held(6, [Subject(event.request_id) for event in taken])
    outbox.put_off([event.task_id for event in taken if event.request_id in held], time.time() + LOOK_AGAIN)
    return [event for event in taken if event.request_id not in held]


def _sent(event: OutgoingEvent, reply: Reply, words: str) -> Sent:
    if reply is Reply.DELIVERED:
        return Sent(event.task_id)
    if reply is Reply.REFUSED or _is_hopeless(event, reply):
        log.error("The event %s is given up: %s", event.event_id, words)
        return Sent(event.task_id, abandoned=True)
    pause = min(FIRST_RETRY * 2 ** min(event.attempts, 16), LONGEST_RETRY)
    log.warning("The event %s will be sent again in %.1f s: %s", event.event_id, pause, words)
    return Sent(event.task_id, retry_at=time.time() + pause)


def _is_hopeless(event: OutgoingEvent, reply: Reply) -> bool:
    patience = NOBODY_PATIENCE if reply is Reply.NOBODY_REGISTERED else settings.JOURNAL_RETENTION
    return time.time() - event.finished_at > patience
