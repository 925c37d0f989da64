"""The loops behind the live pages, kept going by the server's supervisor."""

from collections.abc import Awaitable, Callable

from shell.live.doorbell import listen, watch

LOOPS: dict[str, Callable[[Callable[[], None]], Awaitable[None]]] = {
    "live-updates": watch,
    "live-updates-of-others": listen,
}
