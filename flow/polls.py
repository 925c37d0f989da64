"""Readers of the journal ask again and again. Most answers are empty: those are remembered until one is not."""

from collections import deque

from flow.captured import Captured

REMEMBERED = 20  # empty answers for each reader
READERS = 64


class Polls:
    def __init__(self) -> None:
        self._empty: dict[tuple[str, str], deque[tuple[float, float]]] = {}

    def is_news(self, exchange: Captured) -> bool:
        """Whether it brought anything; if so, it gets the empty ones before it."""
        reader = (exchange.sender, exchange.path)
        if exchange.status != 204:
            exchange.polls = list(self._empty.pop(reader, ()))
            return True
        if reader not in self._empty and len(self._empty) >= READERS:
            self._empty.pop(next(iter(self._empty)))
        self._empty.setdefault(reader, deque(maxlen=REMEMBERED)).append((exchange.started, exchange.ended))
        return False
