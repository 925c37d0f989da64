"""What the assembly finds in each box: its loops, its start and stop, its health (docs/architecture.md)."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db.models import Model

from config.supervision import Loop

BOXES = ("flow", "blobstore", "identity", "events", "runtime", "compute", "repository", "shell")
WORKER_BOX = "compute"
OBSERVER = "flow"

Step = Callable[[], Awaitable[None]]
Hold = Callable[[], AbstractContextManager[None]]
Health = dict[str, dict[str, object]]


def loops(workers: bool) -> dict[str, Loop]:
    """Every loop of every box, by name."""
    found: dict[str, Loop] = {}
    for module in _modules("loops", workers):
        found |= module.LOOPS
    return found


def startups(workers: bool) -> list[Step]:
    return [module.startup for module in _modules("lifecycle", workers)]


def shutdowns(workers: bool) -> list[Step]:
    return [module.shutdown for module in reversed(_modules("lifecycle", workers))]


def pauses(workers: bool) -> list[Step]:
    return [module.pause for module in reversed(_modules("lifecycle", workers)) if hasattr(module, "pause")]


def resumes(workers: bool) -> list[Step]:
    return [module.resume for module in _modules("lifecycle", workers) if hasattr(module, "resume")]


def health_checks(workers: bool) -> list[Callable[[], Awaitable[Health]]]:
    modules = _modules("health", workers)
    return [module.health for module in modules if hasattr(module, "health")]


def resets(but: str = "") -> list[Callable[[], None]]:
    return [module.reset for module in _modules("reset", workers=True) if module.__name__ != f"{but}.reset"]


def tables() -> list[type[Model]]:
    """What a snapshot has, each table after those that it refers to."""
    return [table for module in _modules("snapshot", workers=True) for table in module.TABLES]


def secrets() -> list[Path]:
    """Files that belong to the rows."""
    return [file for module in _modules("snapshot", workers=True) for file in module.secrets()]


def holds() -> list[Hold]:
    """What must not happen while a snapshot is taken."""
    return [module.hold for module in _modules("snapshot", workers=True) if hasattr(module, "hold")]


def restoreds() -> list[Callable[[dict[str, Any]], None]]:
    """Each gets the manifest of the snapshot whose rows are there now, in the same transaction."""
    return [module.restored for module in _modules("snapshot", workers=True)]


def loops_of(box: str) -> dict[str, Loop]:
    return dict(import_module(f"{box}.loops").LOOPS) if find_spec(f"{box}.loops") else {}


def part(box: str) -> tuple[dict[str, Loop], Step, Step]:
    """One box as a process of its own, with what observes it: loops, what comes before them and after."""
    steps = [lifecycle_of(name) for name in (OBSERVER, box)]
    starts = [start for start, _ in steps if start]
    stops = [stop for _, stop in reversed(steps) if stop]
    return loops_of(OBSERVER) | loops_of(box), _in_turn(starts), _in_turn(stops)


def _in_turn(steps: list[Step]) -> Step:
    async def run() -> None:
        for step in steps:
            await step()

    return run


def lifecycle_of(box: str) -> tuple[Step | None, Step | None]:
    """What to call before and after the loops of one box."""
    if not find_spec(f"{box}.lifecycle"):
        return None, None
    module = import_module(f"{box}.lifecycle")
    return module.startup, module.shutdown


def _modules(name: str, workers: bool) -> list[ModuleType]:
    boxes = [box for box in BOXES if workers or box != WORKER_BOX]
    return [import_module(f"{box}.{name}") for box in boxes if find_spec(f"{box}.{name}")]
