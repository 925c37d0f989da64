"""The parts of the service that can be seen alone: rate limit, doorbell, ingress, owners, payloads, rows."""

import asyncio
import contextlib
import os
import threading
import time

import pytest
from pytest_django.fixtures import Settings

from compute import activations, outbox
from compute.activations import NewActivation, Settlement
from compute.dispatch import Dispatch
from compute.doorbell import Doorbell
from compute.ingress import Ingress, Reply
from compute.models import Invocation
from compute.outbox import OutgoingEvent, Sent
from compute.rate_limit import RateLimit
from compute.refusals import TooManyRequests
from compute.rendition_events import Facts, Outcome, payload
from dbthreads import owner


def test_a_minute_of_calls_may_be_made_at_once_and_no_more(settings: Settings) -> None:
    settings.PROCESS_RATE_LIMIT = 3
    limit = RateLimit()
    for _ in range(3):
        limit.take("client")
    with pytest.raises(TooManyRequests) as refusal:
        limit.take("client")
    assert refusal.value.headers() == {"retry-after": "20"}
    limit.take("another client")


def test_there_is_no_limit_by_default(settings: Settings) -> None:
    limit = RateLimit()
    for _ in range(1000):
        limit.take("client")


async def test_a_ring_from_another_thread_ends_the_wait() -> None:
    bell = Doorbell()
    threading.Timer(0.05, bell.ring).start()
    await asyncio.wait_for(bell.wait(30), 5)


async def test_a_ring_before_the_wait_is_not_lost_but_counts_once() -> None:
    bell = Doorbell()
    bell.ring()
    bell.ring()
    await asyncio.wait_for(bell.wait(30), 5)
    await asyncio.wait_for(bell.wait(0.01), 5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bell.wait(30), 0.05)


async def test_an_ingress_that_answers_anything_or_nothing(settings: Settings) -> None:
    answers = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
        b"",
    ]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while answers:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                writer.write(answers.pop(0))
        writer.close()

    event = OutgoingEvent(1, "event", "org", "client", "token", 1.0, 2.0, 0, "{}")
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        settings.EVENTS_INGRESS_URL = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        ingress = Ingress()
        replies = [(await ingress.send(event))[0] for _ in range(len(answers))]
    replies.append((await ingress.send(event))[0])  # nobody listens any more
    await ingress.close()
    assert replies == [Reply.DELIVERED, Reply.NOBODY_REGISTERED, *[Reply.TRY_AGAIN] * 4]


def test_only_processes_of_this_machine_are_known_to_be_dead() -> None:
    host, pid, _ = owner.this_process().rsplit(":", 2)
    assert not owner.is_dead(owner.this_process())
    assert owner.is_dead(f"{host}:{pid}:an earlier life")
    assert owner.is_dead(f"{host}:{2**22 + 1}:x")
    assert not owner.is_dead(f"{host}:{os.getppid()}:x")
    assert not owner.is_dead(f"elsewhere:{2**22 + 1}:x")
    assert not owner.is_dead("nonsense")


def test_what_is_not_known_is_not_in_the_event() -> None:
    facts = Facts("r", None, None, {"fmt": "png", "target": "t"}, finished_at=1.5)
    assert payload(facts, Outcome(error_reason="SourceCorrupt")) == {
        "type": "rendition_failed",
        "date": "1970-01-01T00:00:01.500Z",
        "requestId": "r",
        "rendition": {"fmt": "png"},
        "errorReason": "SourceCorrupt",
        "errorMessage": "",
    }
    created = payload(Facts("r", {"url": "u", "name": "n"}, {"a": 1}, {"userData": {"b": 2}}, 0.0), Outcome({}))
    assert (created["source"], created["userData"], created["metadata"]) == ("u", {"a": 1}, {})


@pytest.mark.django_db
def test_a_broker_that_is_away_is_no_error_and_the_message_comes_due_again() -> None:
    new = NewActivation("a" * 32, "r", "o", "c", "t", None, None, "h", (("", {"fmt": "png"}),))
    invocation = activations.create(new)[""]
    Dispatch("redis://127.0.0.1:9/0").send(invocation, 0.0)
    due_at = Invocation.objects.get(pk=invocation).due_at
    assert due_at is not None
    assert due_at < time.time() + 2
    assert activations.take_due_messages(10) == []


@pytest.mark.django_db
def test_an_invocation_is_taken_once_until_its_lease_lapses() -> None:
    new = NewActivation("a" * 32, "r", "o", "c", "t", None, None, "h", (("", {"fmt": "png"}),))
    invocation = activations.create(new)[""]
    assert activations.take_core(invocation, "one", lease=60)
    assert activations.take_core(invocation, "other", lease=60) is None
    activations.renew("one", lease=0)
    taken = activations.take_core(invocation, "other", lease=60)
    assert taken
    assert taken.attempts == 2
    activations.release("other")
    assert activations.take_due_messages(10) == [invocation]


@pytest.mark.django_db
def test_a_rendition_ends_once() -> None:
    new = NewActivation("a" * 32, "r", "o", "c", "t", None, None, "h", (("", {"fmt": "png"}), ("", {"fmt": "jpg"})))
    work = activations.take_core(activations.create(new)[""], "one", lease=60)
    assert work
    first, second = work.tasks
    activations.settle([Settlement(first.task_id, Outcome({"repo:size": 1}), time.time())])
    activations.settle([Settlement(first.task_id, Outcome(error_reason="GenericError"), time.time())])
    (event,) = outbox.take(10).events
    assert '"rendition_created"' in event.payload
    assert event.event_id == f"{'a' * 32}-0"
    assert outbox.take(10).events == []  # somebody is sending it

    outbox.note([Sent(first.task_id)])
    outbox.all_due()
    assert outbox.take(10).events == []
    assert Invocation.objects.get().state == "running"
    activations.settle([Settlement(second.task_id, Outcome(error_reason="SourceCorrupt"), time.time())])
    assert Invocation.objects.get().state == "ended"


@pytest.mark.django_db
def test_old_activations_are_forgotten_once_they_are_done() -> None:
    new = NewActivation("a" * 32, "r", "o", "c", "t", None, None, "h", (("", {"fmt": "png"}),))
    work = activations.take_core(activations.create(new)[""], "one", lease=60)
    assert work
    assert activations.forget_older_than(0) == 0
    activations.settle([Settlement(work.tasks[0].task_id, Outcome({}), time.time())])
    assert activations.forget_older_than(0) == 0  # its event is still to be sent
    outbox.note([Sent(work.tasks[0].task_id)])
    assert activations.forget_older_than(60) == 0
    assert activations.forget_older_than(0) == 1
