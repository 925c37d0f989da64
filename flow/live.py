"""The topic `flow` of the live pages: its mark is another one after each exchange, gate and fault."""

from collections.abc import Callable

from flow.reading import mark as latest

_callbacks: set[Callable[[], None]] = set()


def subscribe(callback: Callable[[], None]) -> Callable[[], None]:
    _callbacks.add(callback)
    return lambda: _callbacks.discard(callback)


def ring() -> None:
    """After a commit."""
    for callback in tuple(_callbacks):
        callback()


__all__ = ["latest", "ring", "subscribe"]
