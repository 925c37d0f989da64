"""Start and stop of what runs beside the requests: the pool of core workers, and the worker that feeds it."""

import asyncio

from django.conf import settings

import trust
from compute import activations, outbox
from compute.dispatch import CoreRunner, dispatch
from compute.engine.limits import Limits
from compute.pool import WorkerPool
from compute.results import ResultWriter
from dbthreads import in_db
from dbthreads.owner import is_dead, this_process
from probes import parties
from processors import processors

STOP_POOL = 0.6  # seconds, each
STOP_MESSAGES = 0.4
STOP_RESULTS = 0.3
PAUSE = 5.0
MORE_PROCESSES_THAN_PROCESSORS = 1
"""One waits for its source or for its last upload while the others have pixels to work on."""
MORE_THREADS_THAN_PROCESSES = 1
"""The next activation is read from the database while the processes are busy."""


class CoreWorkers:
    """Everything that makes renditions in this process and its children."""

    def __init__(self) -> None:
        self._processes = settings.RENDER_PROCESSES or processors.count() + MORE_PROCESSES_THAN_PROCESSORS
        self.pool = WorkerPool(self._processes, _limits())
        self._results = ResultWriter()
        self._runner = CoreRunner(self.pool, self._results)

    def start(self) -> None:
        self._take_over()
        self.pool.start()
        self._results.start()
        dispatch().start(self._runner, self._processes + MORE_THREADS_THAN_PROCESSES)

    def stop(self) -> None:
        """Busy renditions are dropped: they are made again at the next start."""
        self.pool.stop(STOP_POOL)
        dispatch().stop(STOP_MESSAGES)
        self._results.stop(STOP_RESULTS)
        activations.release(this_process())

    def pause(self) -> None:
        """Drop what is being rendered, and take nothing on. The processes that have nothing to do stay."""
        self._runner.is_paused = True
        self.pool.drop_busy()
        self._results.flush(PAUSE)
        activations.release(this_process())

    def resume(self) -> None:
        """Go on with what the rows say, whoever wrote them."""
        self._runner.is_paused = False
        activations.all_queued_due()
        outbox.all_due()

    def _take_over(self) -> None:
        """Go on with what a process that died left behind, without waiting for its leases to lapse."""
        dead = [owner for owner in activations.owners() if is_dead(owner)]
        for owner in dead:
            activations.release(owner)
        if dead or not settings.DRAMATIQ_BROKER_URL:  # with a process the messages that it held are lost, too
            activations.all_queued_due()
        outbox.all_due()


running: CoreWorkers | None = None


async def startup() -> None:
    global running  # noqa: PLW0603  (the one of this process)
    running = CoreWorkers()
    await in_db(running.start)


async def shutdown() -> None:
    global running  # noqa: PLW0603
    if running:
        await asyncio.to_thread(running.stop)
        running = None


async def pause() -> None:
    """Rendering stops, while the state of the server is exchanged."""
    if running:
        await asyncio.to_thread(running.pause)


async def resume() -> None:
    if running:
        await in_db(running.resume)


def _limits() -> Limits:
    authority = trust.authority_file()
    return Limits(
        max_pixels=settings.RENDER_MAX_PIXELS,
        max_source_bytes=settings.RENDER_MAX_SOURCE_BYTES,
        max_seconds=settings.RENDER_MAX_SECONDS,
        max_memory=settings.RENDER_MAX_MEMORY,
        max_output_bytes=settings.RENDER_MAX_OUTPUT_BYTES,
        max_preview_seconds=settings.RENDER_MAX_PREVIEW_SECONDS,
        use_vips=settings.RENDER_ENGINE.lower() != "pillow",
        here=tuple(sorted(parties.here())),
        moved={settings.DEVSTORE_HOST: settings.AZURE_BLOB_HTTPS_ENDPOINT},
        ca_file=str(authority) if authority.exists() else None,
    )
