"""What pages can be told of: each box that has something live names a topic and a module in `settings.LIVE_TOPICS`.

The module exports `latest() -> int | str`, a mark that is another one after each change (one cheap statement), and
`subscribe(callback) -> unsubscribe`: the callback is called, in whatever thread, when this process changed something.
The topic `seq` is the repository's tree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from django.conf import settings

TREE: Final = "seq"
Mark = int | str
Marks = dict[str, Mark]


@dataclass(frozen=True)
class Topic:
    latest: Callable[[], Mark]
    subscribe: Callable[[Callable[[], None]], Callable[[], None]]


@cache
def topics() -> dict[str, Topic]:
    modules = {name: import_module(module) for name, module in settings.LIVE_TOPICS.items()}
    return {name: Topic(module.latest, module.subscribe) for name, module in modules.items()}


def marks() -> Marks:
    """The newest mark of every topic."""
    return {name: topic.latest() for name, topic in topics().items()}


def mark(topic: str) -> Mark:
    return topics()[topic].latest()
