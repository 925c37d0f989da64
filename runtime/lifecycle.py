"""Start and stop of what runs the actions."""

from dbthreads import in_db
from dbthreads.owner import is_dead, this_process
from runtime import actions, activations, node_process, uploads
from runtime.invoker import Invoker

_running: Invoker | None = None


def invoker() -> Invoker:
    assert _running, "I/O Runtime was not started"
    return _running


def is_running() -> bool:
    return _running is not None


async def startup() -> None:
    global _running  # noqa: PLW0603  (the one of this process)
    await in_db(_take_over)
    _running = Invoker()


async def shutdown() -> None:
    if _running:
        await _running.stop()
        await in_db(activations.abandon, this_process())


async def pause() -> None:
    """No row is written while the state of the server is exchanged. Actions go on, and write theirs afterwards."""
    if _running:
        _running.pause()


async def resume() -> None:
    if _running:
        await in_db(_take_over)
        await _running.resume()


def _take_over() -> None:
    """What a server that died was running has ended with it."""
    node_process.remove_leftovers()
    uploads.remove_unused({action.spec.folder for action in actions.every()})
    for owner in activations.owners():
        if is_dead(owner):
            activations.abandon(owner)
