"""The hub of one process."""

import asyncio
import time

import orjson

from shell.live.hub import Hub

SECOND = 1.0


def said(text: str) -> int:
    return int(orjson.loads(text)["seq"])


async def test_every_member_hears_a_number() -> None:
    hub = Hub()
    members = [hub.join() for _ in range(3)]
    hub.publish({"seq": 7})
    assert [said(await member.next(SECOND)) for member in members] == [7, 7, 7]


async def test_who_joins_late_hears_the_current_number_at_once() -> None:
    hub = Hub()
    hub.publish({"seq": 3})
    assert said(await hub.join().next(SECOND)) == 3


async def test_a_slow_member_hears_the_latest_number_once() -> None:
    hub = Hub()
    member = hub.join()
    for seq in range(1, 1000):
        hub.publish({"seq": seq})
    assert said(await member.next(SECOND)) == 999
    hub.publish({"seq": 1000})
    assert said(await member.next(SECOND)) == 1000


async def test_the_same_number_is_no_news() -> None:
    hub = Hub()
    assert hub.publish({"seq": 5})
    assert not hub.publish({"seq": 5})
    assert hub.publish({"seq": 4}), "a repository that was reset begins anew"


async def test_marks_of_other_topics_are_kept_and_told_with_every_text() -> None:
    hub = Hub()
    hub.publish({"seq": 1, "compute": "a"})
    member = hub.join()
    await member.next(SECOND)
    assert not hub.publish({"compute": "a"})
    assert hub.publish({"compute": "b"})
    assert orjson.loads(await member.next(SECOND)) == {"seq": 1, "compute": "b"}


async def test_silence_ends_with_the_number_that_is_known() -> None:
    hub = Hub()
    hub.publish({"seq": 2})
    member = hub.join()
    assert said(await member.next(SECOND)) == 2
    assert said(await member.next(0.01)) == 2


async def test_who_leaves_is_forgotten() -> None:
    hub = Hub()
    member = hub.join()
    hub.leave(member)
    hub.leave(member)
    assert hub.size == 0


async def test_a_thousand_members_are_told_without_a_sweep_over_all_for_each() -> None:
    hub = Hub()
    members = [hub.join() for _ in range(1000)]
    heard = [0] * len(members)

    async def listen(index: int) -> None:
        while heard[index] < 100:
            heard[index] = said(await members[index].next(SECOND))

    async with asyncio.TaskGroup() as group:
        for index in range(len(members)):
            group.create_task(listen(index))
        started = time.process_time()
        for seq in range(1, 101):
            hub.publish({"seq": seq})
            await asyncio.sleep(0)
    assert time.process_time() - started < 8.0
