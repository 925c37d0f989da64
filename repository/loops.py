"""The loops of the repository: by name, what `config.supervision` keeps going."""

from collections.abc import Awaitable, Callable

from repository.live import doorbell

LOOPS: dict[str, Callable[[Callable[[], None]], Awaitable[None]]] = {
    "live-updates": doorbell.watch,
    "live-updates-of-others": doorbell.listen,
}
