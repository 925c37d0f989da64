"""On which processors the threads of the server run: together on one.

Threads of one interpreter take turns, since only one can have its lock. Spread over several processors, each turn wakes
another one up and leaves behind what is in the caches of the last. On one they change places at a fraction of that
cost, and the processes that render have the others to themselves. Only Linux lets a process choose.
"""

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

LOOK_EVERY: Final = 2.0  # seconds
TAKEN: Final = 0.25
"""Share of the processor that others may take before it is worth looking for another one."""
MUCH_IDLER: Final = 0.25

_THREADS: Final = Path("/proc/self/task")
_TICKS: Final = os.sysconf("SC_CLK_TCK")  # a second


class Processors:
    """Of this process. But for `count`, all methods do nothing until `gather` was called, and where it could
    do nothing."""

    def __init__(self) -> None:
        self._allowed: frozenset[int] = frozenset()
        self._home: int | None = None
        self._free: Counter[int] = Counter()
        """Threads that may run everywhere, by the kernel's number; how often they were let."""

    def gather(self) -> bool:
        """Bring the threads of this process together; those that they start from now on will be there as well."""
        if not hasattr(os, "sched_getaffinity") or not _THREADS.exists():
            return False
        self._allowed = frozenset(os.sched_getaffinity(0))
        if len(self._allowed) > 1:
            self._settle(_last_run_on())
        return self._home is not None

    def count(self) -> int:
        """How many this process was given, which may be fewer than the machine has."""
        if self._allowed:
            return len(self._allowed)
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def free(self) -> None:
        """Let this thread run everywhere for good: it works on bytes, without the interpreter's lock."""
        self._let(threading.get_native_id(), +1)

    @contextmanager
    def all(self) -> Iterator[None]:
        """Inside, this thread may run everywhere, and so may for good the processes that it starts."""
        thread = threading.get_native_id()
        self._let(thread, +1)
        try:
            yield
        finally:
            self._let(thread, -1)

    async def stay_or_leave(self, beat: Callable[[], None]) -> None:
        """A loop: move when others take much of this processor (another server that settled here, say), and there is a
        much idler one."""
        idle, used, at = _idle_seconds(), time.process_time(), time.monotonic()
        while self._home is not None:
            beat()
            await asyncio.sleep(LOOK_EVERY)
            idle_before, used_before, before = idle, used, at
            idle, used, at = _idle_seconds(), time.process_time(), time.monotonic()
            shares = {
                number: (idle[number] - idle_before[number]) / (at - before)
                for number in self._allowed & idle.keys() & idle_before.keys()
            }
            found = better(shares, self._home, (used - used_before) / (at - before))
            if found is not None:
                self._settle(found)

    def _settle(self, processor: int) -> None:
        self._home = processor
        for name in os.listdir(_THREADS):
            if not self._free[int(name)]:
                _allow(int(name), {processor})

    def _let(self, thread: int, change: int) -> None:
        if self._home is None:
            return
        self._free[thread] += change
        _allow(thread, self._allowed if self._free[thread] > 0 else {self._home})


processors = Processors()


def better(idle: Mapping[int, float], here: int, own: float) -> int | None:
    """The processor to move to, if any. `idle` is each one's idle share of the time, `own` this process's use of it."""
    if here not in idle or 1 - idle[here] - own <= TAKEN:
        return None
    idlest = max(idle, key=lambda number: idle[number])
    return idlest if idle[idlest] - idle[here] > MUCH_IDLER else None


def _allow(thread: int, numbers: "frozenset[int] | set[int]") -> None:
    with suppress(OSError):  # the thread has just ended, or the system took a processor away
        os.sched_setaffinity(thread, numbers)


def _last_run_on() -> int:
    """The processor that the kernel found good for this thread."""
    return int(Path("/proc/thread-self/stat").read_text().rpartition(")")[2].split()[36])


def _idle_seconds() -> dict[int, float]:
    """Of each processor, since the start of the machine."""
    found = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *times = line.split()
        if name[:3] == "cpu" and name[3:].isdigit():
            found[int(name[3:])] = (int(times[3]) + int(times[4])) / _TICKS
    return found
