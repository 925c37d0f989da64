"""Loops that fail, end, hang: each is restarted or shown, none stops the others."""

import asyncio
import logging

import pytest

from config import supervision
from config.supervision import Beat, Supervisor


async def _until(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), 10)


async def test_a_loop_that_raises_is_restarted_and_recovers(caplog: pytest.LogCaptureFixture) -> None:
    recovered = asyncio.Event()
    runs = 0

    async def stumbling(beat: Beat) -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise ValueError("a bad day")
        beat()
        recovered.set()
        await asyncio.Event().wait()

    supervisor = Supervisor()
    with caplog.at_level(logging.CRITICAL):
        supervisor.start({"stumbling": stumbling})
        await _until(recovered)
    report = supervisor.report()["stumbling"]
    assert report["ok"]
    assert report["restarts"] == 2
    await supervisor.stop(1)


async def test_a_failing_loop_says_why(caplog: pytest.LogCaptureFixture) -> None:
    failed = asyncio.Event()

    async def broken(beat: Beat) -> None:
        failed.set()
        raise RuntimeError("no such table")

    supervisor = Supervisor()
    with caplog.at_level(logging.CRITICAL):
        supervisor.start({"broken": broken})
        await _until(failed)
        await asyncio.sleep(0)
    assert supervisor.report()["broken"] | {"age": 0, "restarts": 1} == {
        "ok": False,
        "age": 0,
        "restarts": 1,
        "error": "RuntimeError: no such table",
    }
    await supervisor.stop(1)


async def test_a_loop_that_returns_is_restarted_too(caplog: pytest.LogCaptureFixture) -> None:
    again = asyncio.Event()
    runs = 0

    async def ending(beat: Beat) -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            again.set()

    supervisor = Supervisor()
    with caplog.at_level(logging.CRITICAL):
        supervisor.start({"ending": ending})
        await _until(again)
    await supervisor.stop(1)


async def test_a_loop_that_does_not_come_round_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "STALE_AFTER", 0.0)

    async def hanging(beat: Beat) -> None:
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start({"hanging": hanging})
    await asyncio.sleep(0)
    assert supervisor.report()["hanging"]["ok"] is False
    await supervisor.stop(1)


async def test_stop_does_not_wait_for_a_loop_that_will_not_end() -> None:
    stubborn_ended = asyncio.Event()

    async def stubborn(beat: Beat) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await stubborn_ended.wait()
            raise

    supervisor = Supervisor()
    supervisor.start({"stubborn": stubborn})
    await asyncio.sleep(0)
    await asyncio.wait_for(supervisor.stop(0.05), 5)
    stubborn_ended.set()


async def test_started_again_after_a_stop_it_forgets_the_past() -> None:
    async def hanging(beat: Beat) -> None:
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start({"old": hanging})
    await supervisor.stop(1)
    supervisor.start({"new": hanging})
    assert list(supervisor.report()) == ["new"]
    await supervisor.stop(1)


async def test_a_loop_that_loses_a_cancellation_is_stopped_all_the_same() -> None:
    began, lost = asyncio.Event(), asyncio.Event()

    async def forgetful(beat: Beat) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.set()
        await asyncio.Event().wait()

    supervisor = Supervisor()
    supervisor.start({"forgetful": forgetful})
    await _until(began)
    assert await supervisor.stop(10) == []
    assert lost.is_set()
