"""What is told when topics ring: the tree at once and as often as it changes, the others at a pace."""

import asyncio
import time

from shell.live import doorbell
from shell.live.doorbell import Rung
from shell.live.topics import TREE, topics

LONG = 5.0


async def test_the_tree_is_due_as_often_as_it_rings() -> None:
    rung = Rung()
    for _ in range(3):
        rung.bell(TREE)()
        assert await rung.wait(LONG) == {TREE}


async def test_another_topic_is_due_at_once_and_then_at_its_pace() -> None:
    rung = Rung()
    ring = rung.bell("flow")
    ring()
    assert await rung.wait(LONG) == {"flow"}
    told = time.monotonic()
    ring()
    ring()
    assert await rung.wait(LONG) == {"flow"}
    assert time.monotonic() - told >= doorbell.PACE * 0.9


async def test_a_topic_that_waits_for_its_pace_holds_up_no_other_and_is_not_forgotten() -> None:
    rung = Rung()
    for name in ("flow", TREE):
        rung.bell(name)()
    assert await rung.wait(LONG) == {"flow", TREE}
    for name in ("flow", TREE):
        rung.bell(name)()
    assert await rung.wait(LONG) == {TREE}
    assert await rung.wait(LONG) == {"flow"}


async def test_after_silence_every_topic_is_looked_at() -> None:
    rung = Rung()
    assert await rung.wait(0.02) == set(topics())
    task = asyncio.create_task(rung.wait(LONG))
    await asyncio.sleep(0)
    rung.bell(TREE)()
    assert await task == {TREE}
