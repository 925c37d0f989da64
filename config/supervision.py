"""Loops that must go on: each is a task, restarted with backoff when it fails, and shows when it last came round."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Beat = Callable[[], None]
Loop = Callable[[Beat], Awaitable[None]]

FIRST_PAUSE = 0.2  # seconds before the first restart; doubles with each failure in a row
LONGEST_PAUSE = 15.0
CANCEL_AGAIN = 0.5  # seconds; time for what a loop does at its end
STALE_AFTER = 150.0  # seconds without a beat; the slowest loops come round once a minute

log = logging.getLogger(__name__)


@dataclass
class Pulse:
    """What is known of one loop. Times are seconds of the monotonic clock."""

    beat_at: float = field(default_factory=time.monotonic)
    restarts: int = 0
    error: str = ""

    def beat(self) -> None:
        self.beat_at = time.monotonic()
        self.error = ""

    def report(self) -> dict[str, object]:
        age = time.monotonic() - self.beat_at
        report: dict[str, object] = {"ok": age < STALE_AFTER and not self.error, "age": round(age, 3)}
        if self.restarts:
            report["restarts"] = self.restarts
        if self.error:
            report["error"] = self.error
        return report


class Supervisor:
    def __init__(self) -> None:
        self._pulses: dict[str, Pulse] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, loops: dict[str, Loop]) -> None:
        for name, loop in loops.items():
            self._pulses[name] = pulse = Pulse()
            self._tasks.append(asyncio.create_task(self._keep_going(name, loop, pulse), name=name))

    async def stop(self, within: float) -> list[str]:
        """Cancel every loop, and wait at most `within` seconds for them to end; the names of those that did not.

        Again and again: until Python 3.12 `asyncio.wait_for` loses a cancellation that comes as its wait is over.
        """
        deadline, pending = time.monotonic() + within, set(self._tasks)
        while pending and time.monotonic() < deadline:
            for task in pending:
                task.cancel()
            pause = min(CANCEL_AGAIN, max(0.0, deadline - time.monotonic()))
            pending = (await asyncio.wait(pending, timeout=pause))[1]
        self._tasks.clear()
        self._pulses.clear()
        return sorted(task.get_name() for task in pending)

    def report(self) -> dict[str, dict[str, object]]:
        return {name: pulse.report() for name, pulse in self._pulses.items()}

    async def _keep_going(self, name: str, loop: Loop, pulse: Pulse) -> None:
        pause = FIRST_PAUSE
        while True:
            started = time.monotonic()
            pulse.error = await _failure(name, loop, pulse)
            pulse.restarts += 1
            if time.monotonic() - started > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _failure(name: str, loop: Loop, pulse: Pulse) -> str:
    """Run a loop until it fails, and say why. A loop that returns has failed too: it should go on for ever."""
    try:
        await loop(pulse.beat)
    except Exception as err:
        log.exception("The loop %s failed and will be restarted", name)
        return f"{type(err).__name__}: {err}"
    log.error("The loop %s ended and will be restarted", name)
    return "ended"
