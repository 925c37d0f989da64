"""The bell of a topic: whoever follows the topic is told when this process committed something."""

import threading
from collections.abc import Callable


class TopicBell:
    """Rung from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: set[Callable[[], None]] = set()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` at each ring; it must not block. Returns what ends that."""
        with self._lock:
            self._subscribers.add(callback)
        return lambda: self._subscribers.discard(callback)

    def ring(self) -> None:
        """Something was committed."""
        with self._lock:
            callbacks = tuple(self._subscribers)
        for callback in callbacks:
            callback()
