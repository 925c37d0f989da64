"""The pool of core worker processes."""

from collections.abc import Callable
from typing import Any

from compute.activation import CoreActivation, RenditionResult
from compute.engine.limits import Limits


class WorkerPool:
    """Runs activations in separate processes; replaces a process that crashes, hangs or takes too much memory."""

    def __init__(self, processes: int, limits: Limits) -> None:
        raise NotImplementedError

    def start(self) -> None:
        raise NotImplementedError

    def stop(self, timeout: float) -> None:
        raise NotImplementedError

    def health(self) -> dict[str, Any]:
        raise NotImplementedError

    def run(
        self,
        activation: CoreActivation,
        on_result: Callable[[RenditionResult], None],
        on_started: Callable[[], None] | None = None,
    ) -> None:
        raise NotImplementedError
