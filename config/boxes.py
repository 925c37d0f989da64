"""What the assembly finds in each box: its loops, its start and stop, its health (docs/architecture.md)."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from config.supervision import Loop

BOXES = ("blobstore", "identity", "events", "compute", "repository")
WORKER_BOX = "compute"

Health = dict[str, dict[str, object]]


def loops(workers: bool) -> dict[str, Loop]:
    """Every loop of every box, by name."""
    found: dict[str, Loop] = {}
    for module in _modules("loops", workers):
        found |= module.LOOPS
    return found


def startups(workers: bool) -> list[Callable[[], Awaitable[None]]]:
    return [module.startup for module in _modules("lifecycle", workers)]


def shutdowns(workers: bool) -> list[Callable[[], Awaitable[None]]]:
    return [module.shutdown for module in reversed(_modules("lifecycle", workers))]


def health_checks(workers: bool) -> list[Callable[[], Awaitable[Health]]]:
    return [module.health for module in _modules("health", workers)]


def resets() -> list[Callable[[], None]]:
    return [module.reset for module in _modules("reset", workers=True)]


def _modules(name: str, workers: bool) -> list[ModuleType]:
    boxes = [box for box in BOXES if workers or box != WORKER_BOX]
    return [import_module(f"{box}.{name}") for box in boxes if find_spec(f"{box}.{name}")]
