"""Uploads go first: while assets arrive in quick succession, their jobs are sent at a trickle.

A client completes its uploads one after the other, and waits for each answer. Were the jobs of the first files worked
on at full speed meanwhile, the last ones would wait for thumbnails that nobody looks at yet.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

ARRIVALS: Final = 3
WITHIN: Final = 1.0  # seconds: so many arrivals within it are a burst
QUIET: Final = 0.4  # seconds without an arrival, and it is over
LONGEST: Final = 3.0  # seconds; who uploads for longer wants to see renditions meanwhile
INTERVAL: Final = 0.125  # seconds between two jobs during a burst


class Burst:
    """Counts arrivals, from any thread. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=ARRIVALS)
        self._began: float | None = None
        self._next_job = 0.0
        self._lock = threading.Lock()

    def arrived(self) -> None:
        with self._lock:
            now = self._clock()
            if self._began is not None and now - self._recent[-1] > QUIET:
                self._began = None
                self._recent.clear()
            self._recent.append(now)
            if self._began is None and len(self._recent) == ARRIVALS and now - self._recent[0] <= WITHIN:
                self._began = now

    def allowed(self, jobs: int) -> int:
        """How many of so many jobs may be sent now: all of them, or during a burst one now and then."""
        with self._lock:
            now = self._clock()
            if not self._is_on(now):
                return jobs
            if not jobs or now < self._next_job:
                return 0
            self._next_job = now + INTERVAL
            return 1

    def _is_on(self, now: float) -> bool:
        return self._began is not None and now - self._recent[-1] <= QUIET and now - self._began <= LONGEST


uploads = Burst()  # of this process: who scales out has processors for both
