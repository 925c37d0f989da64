"""Calls custom workers (wire contract, section 4.1), and sees to it that each of their renditions gets its one event.

The worker sends its events to the ingress itself. Before it is called, I/O Events is told which events it owes
(`POST /events/expectations`); what has come is asked for there. A worker that refuses, dies or stays silent until the
deadline gets its renditions failed by the service, under the very ids that its events would get: whichever of the two
is second is dropped by the journal, so there is one event in the end, and a late one changes nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
from django.conf import settings

from compute import activations, live, outbound, publisher, runtime_worker, worker_calls
from compute.activations import Settlement, Task
from compute.doorbell import Doorbell
from compute.rendition_events import Outcome
from compute.runtime_worker import Fate
from compute.sabotage import sabotage_of
from compute.worker_calls import WorkerCall
from contract import retry_after
from contract.events import FAILED
from contract.texts import clean
from dbthreads import in_db
from dbthreads.owner import this_process
from probes import names, outgoing, parties
from probes.faults import WORKER_CRASH, WORKER_SILENT, faults
from probes.gates import LOOK_AGAIN, Subject, gates

AT_ONCE = 128
LEASE = 15.0  # seconds; renewed with those of the core worker
FALLBACK_POLL = 1.0
LOOK_EVERY = 0.5
"""Seconds between two looks at whether a worker's events have come; grows with the time that it takes."""
LONGEST_LOOK = 5.0
RETRIED = {429, 502, 503, 504}
MAX_CALLS = 4
EVENTS_TIMEOUT = 20.0

log = logging.getLogger(__name__)
bell = Doorbell()
"""Rung when an activation with a custom worker has been accepted."""


class CallFailed(Exception):
    """The worker did not take the call: why, and whether another call may help, which it wants `after` seconds."""

    def __init__(self, message: str, may_retry: bool, after: float = 0.0) -> None:
        super().__init__(message)
        self.may_retry = may_retry
        self.after = after


class EventsAway(Exception):
    """I/O Events does not answer. That is not the worker's fault: wait for it."""


async def call_workers(beat: Callable[[], None]) -> None:
    """The loop `call-workers`."""
    async with outbound.client(follow_redirects=False) as client:
        attendants = Attendants(client)
        try:
            while True:
                beat()
                await attendants.take_due()
                await bell.wait(await attendants.pause())
        finally:
            await attendants.stop()


class Attendants:
    """Attends to the invocations that are due, each in a task of its own."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()

    async def take_due(self) -> None:
        room = AT_ONCE - len(self._tasks)
        accepted_before = time.time() - settings.EVENT_VISIBLE_DELAY
        calls = await in_db(worker_calls.take_due, room, this_process(), LEASE, accepted_before) if room > 0 else []
        for call in calls:
            task = asyncio.create_task(self._attend(call), name=f"call-worker-{call.invocation_id}")
            self._tasks.add(task)
            task.add_done_callback(self._attended)

    async def pause(self) -> float:
        """Seconds until it is worth looking again, if nobody rings before."""
        if len(self._tasks) >= AT_ONCE:
            return FALLBACK_POLL
        due = await in_db(worker_calls.next_due, settings.EVENT_VISIBLE_DELAY)
        return FALLBACK_POLL if due is None else min(max(due - time.time(), 0.01), FALLBACK_POLL)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _attended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        bell.ring()
        live.ring()
        if not task.cancelled() and (err := task.exception()):
            log.error("%s failed; it comes due again by itself", task.get_name(), exc_info=err)

    async def _attend(self, call: WorkerCall) -> None:
        if not call.tasks:
            await in_db(activations.end_if_finished, call.invocation_id)
        elif call.is_awaiting:
            await self._look(call)
        elif gates.active and await in_db(_is_held, call):
            await in_db(worker_calls.hold, call.invocation_id, time.time() + LOOK_AGAIN)
        else:
            await self._call(call)

    async def _call(self, call: WorkerCall) -> None:
        deadline = call.deadline or time.time() + settings.CUSTOM_WORKER_TIMEOUT
        await in_db(worker_calls.set_deadline, call.invocation_id, deadline)
        call = await self._sabotaged(call) if faults.active else call
        if not call.tasks:
            return
        try:
            await _expect(self._client, call)
            worker_activation_id = await _invoke(self._client, call, deadline)
        except EventsAway as err:
            log.warning("%s is called later: %s", call.worker, err)
            await in_db(worker_calls.look_again, call.invocation_id, time.time() + LOOK_EVERY)
        except CallFailed as err:
            await self._called_in_vain(call, err, deadline)
        else:
            await in_db(
                worker_calls.await_events, call.invocation_id, worker_activation_id, time.time() + LOOK_EVERY / 2
            )

    async def _sabotaged(self, call: WorkerCall) -> WorkerCall:
        """What faults leave of a call: none of its renditions when the worker is silent, or has crashed."""
        asked = [(task.index, task.instructions) for task in call.tasks]
        made = await asyncio.to_thread(sabotage_of, call.request_id, names.CUSTOM_WORKER, asked)
        failed = [task for task in call.tasks if task.index in made.failed]
        settlements = [Settlement(task.task_id, made.failed[task.index], time.time()) for task in failed]
        if settlements:
            await in_db(activations.settle, settlements)
            publisher.bell.ring()
        rest = replace(call, tasks=tuple(task for task in call.tasks if task.index not in made.failed))
        if made.fate == WORKER_CRASH and rest.tasks:
            err = CallFailed(f"The worker {call.worker} cannot be called: it broke the connection", may_retry=True)
            await self._called_in_vain(rest, err, call.deadline or time.time() + settings.CUSTOM_WORKER_TIMEOUT)
        elif made.fate == WORKER_SILENT and rest.tasks:
            await in_db(worker_calls.await_events, call.invocation_id, "", time.time() + LOOK_EVERY)
        return replace(rest, tasks=()) if made.fate else rest

    async def _called_in_vain(self, call: WorkerCall, err: CallFailed, deadline: float) -> None:
        again = time.time() + max(0.5 * 2 ** (call.attempts - 1), err.after)
        if err.may_retry and call.attempts < MAX_CALLS and again < deadline:
            await in_db(worker_calls.look_again, call.invocation_id, again)
        else:
            await self._settle(call, await _arrived(self._client, call), str(err))

    async def _look(self, call: WorkerCall) -> None:
        """See what has come; fail the rest when the worker has died, or the deadline is over."""
        fate = await runtime_worker.fate(self._client, call.worker, call.worker_activation_id)
        events = await _arrived(self._client, call)  # after that: a worker that has ended sends no more
        failure = _failure(call, fate)
        await self._settle(call, events, failure)
        if failure is None:
            waited = time.time() - call.accepted_at
            pause = min(max(LOOK_EVERY, waited / 10), LONGEST_LOOK)
            await in_db(worker_calls.look_again, call.invocation_id, time.time() + pause)

    async def _settle(self, call: WorkerCall, events: dict[int, dict[str, Any]], failure: str | None) -> None:
        """Take over the worker's own outcomes; with `failure`, fail what it did not send an event for."""
        settlements = [Settlement(task.task_id, _outcome(events[task.index]), None) for task in _in(call, events)]
        if failure is not None:
            failed = Outcome(error_reason="GenericError", error_message=failure)
            late = [task for task in call.tasks if task.index not in events]
            settlements += [Settlement(task.task_id, failed, time.time()) for task in late]
        if settlements:
            await in_db(activations.settle, settlements)
            publisher.bell.ring()


def _is_held(call: WorkerCall) -> bool:
    """At the gate before step 4."""
    return bool(gates.held(4, [Subject(call.request_id)]))


def _failure(call: WorkerCall, fate: Fate) -> str | None:
    """Why no more events are waited for. What runs in I/O Runtime is ended there, at its own limits."""
    if fate.failure:
        return f"The worker {call.worker} ended without an event: {fate.failure}"
    if call.is_overdue and not fate.goes_on:
        return f"The worker {call.worker} sent no event within {settings.CUSTOM_WORKER_TIMEOUT:g} seconds"
    return None


def _in(call: WorkerCall, events: dict[int, dict[str, Any]]) -> list[Task]:
    return [task for task in call.tasks if task.index in events]


def _outcome(event: dict[str, Any]) -> Outcome:
    if event.get("type") == FAILED:
        return Outcome(error_reason=str(event.get("errorReason")), error_message=str(event.get("errorMessage", "")))
    metadata, data = event.get("metadata"), event.get("data")
    return Outcome(metadata if isinstance(metadata, dict) else None, data if isinstance(data, str) else None)


async def _invoke(client: httpx.AsyncClient, call: WorkerCall, deadline: float) -> str:
    """POST to the worker; its activation id, empty when it tells none. It may work before it answers, or after."""
    address = runtime_worker.address(call.worker)
    request = _request(call)
    headers = {
        "authorization": f"Bearer {call.access_token}",
        "x-api-key": call.client_id,
        "x-gw-ims-org-id": call.org_id,
        "x-gw-ims-org-name": call.org_id,
        "x-app-name": "AEMulator",
        "x-request-id": call.request_id,
        **parties.introduced(names.COMPUTE, address.url),
    }
    rest = max(deadline - time.time(), 1.0)
    patience = httpx.Timeout(10.0, read=rest)
    watched = outgoing.about(names.COMPUTE, names.CUSTOM_WORKER, 4, call.request_id)
    try:
        async with asyncio.timeout(rest):  # an answer may come byte by byte
            answer = await client.post(
                address.url, json=request, headers=headers | address.headers, timeout=patience, extensions=watched
            )
    except (httpx.TimeoutException, TimeoutError) as err:
        raise CallFailed(f"The worker {call.worker} does not answer", may_retry=False) from err
    except (httpx.HTTPError, httpx.InvalidURL) as err:
        raise CallFailed(f"The worker {call.worker} cannot be called: {err}", may_retry=True) from err
    if not answer.is_success:
        words = f"The worker {call.worker} answered {answer.status_code}: {answer.text[:500]}".rstrip(": ")
        after = retry_after.seconds_of(answer.headers.get("retry-after", "")) or 0.0
        raise CallFailed(words, may_retry=answer.status_code in RETRIED, after=after)
    return _activation_id(answer)


def _request(call: WorkerCall) -> dict[str, Any]:
    source = {"url": call.source} if isinstance(call.source, str) else call.source
    fields = {
        "source": source,
        "renditions": [task.instructions for task in call.tasks],
        "userData": call.user_data,
        "times": {"process": int(call.accepted_at * 1000)},
    }
    return {name: value for name, value in fields.items() if value is not None}


def _activation_id(answer: httpx.Response) -> str:
    try:
        content = answer.json()
    except ValueError:
        return ""
    activation_id = content.get("activationId") if isinstance(content, dict) else None
    return clean(activation_id)[:255] if isinstance(activation_id, str) else ""


async def _expect(client: httpx.AsyncClient, call: WorkerCall) -> None:
    """Tell I/O Events what the worker owes. An ingress that is not ours knows no such thing: go on without it."""
    expected = [
        {"id": f"{call.activation_id}-{task.index}", "requestId": call.request_id, "rendition": task.instructions}
        for task in call.tasks
    ]
    body = {"group": call.activation_id, "expected": expected}
    try:
        answer = await client.post(
            f"{settings.EVENTS_INGRESS_URL}/events/expectations",
            json=body,
            headers=_events_headers(call),
            timeout=EVENTS_TIMEOUT,
        )
    except httpx.HTTPError as err:
        raise EventsAway(f"I/O Events does not answer: {err}") from err
    if answer.status_code in {429, 500, 502, 503, 504}:
        raise EventsAway(f"I/O Events answered {answer.status_code}")


async def _arrived(client: httpx.AsyncClient, call: WorkerCall) -> dict[int, dict[str, Any]]:
    """The worker's events that are in the journal, by rendition index. None are known while I/O Events is away."""
    url = f"{settings.EVENTS_INGRESS_URL}/events/expectations/{call.activation_id}"
    try:
        answer = await client.get(url, headers=_events_headers(call), timeout=EVENTS_TIMEOUT)
        expected = answer.raise_for_status().json()["expected"]
        return {_index(entry["id"]): entry["event"] for entry in expected if entry["event"] is not None}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as err:
        log.warning("Cannot see which events of %s have come: %s", call.worker, err)
        return {}


def _index(event_id: str) -> int:
    return int(event_id.rpartition("-")[2])


def _events_headers(call: WorkerCall) -> dict[str, str]:
    return {
        "authorization": f"Bearer {call.access_token}",
        "x-api-key": call.client_id,
        "x-ims-org-id": call.org_id,
        **parties.introduced(names.COMPUTE, settings.EVENTS_INGRESS_URL),
    }
