"""Brings activations to the core workers by messages: Dramatiq, in memory or on Redis or RabbitMQ.

A message only says "run invocation N, publish nothing before T". The rows are the truth: whoever gets the message
takes the invocation by a conditional update, or leaves it to whoever has it. So a message that comes twice does no
harm, and one that is lost is sent again by the sweeper.
"""

import logging
import time
from dataclasses import replace
from functools import cache
from typing import Any

import dramatiq
from django.conf import settings
from django.db import close_old_connections

from compute import activations
from compute.activation import CoreActivation, RenditionInstructions, RenditionResult, SourceRef
from compute.activations import CoreWork, Settlement, Task
from compute.broker import make_broker
from compute.pool import PoolStopped, WorkerPool
from compute.rendition_events import Outcome
from compute.results import ResultWriter
from compute.sabotage import Sabotage, sabotage_of
from contract.process import Source
from dbthreads.owner import this_process
from probes.faults import faults
from probes.gates import LOOK_AGAIN, Subject, gates
from probes.names import CORE_WORKER

QUEUE = "core"
LOOK_EVERY = 250  # milliseconds in which idle threads of the broker notice that they are to stop
LEASE = 15.0  # seconds; renewed by a loop
MAX_ATTEMPTS = 20
"""Processes that may die on an invocation before it is given up. A bad file kills a worker process, not this one."""

log = logging.getLogger(__name__)


class CoreRunner:
    """Runs invocations of the core worker in the pool."""

    def __init__(self, pool: WorkerPool, results: ResultWriter) -> None:
        self._pool = pool
        self._results = results
        self.is_paused = False
        """Messages are dropped then. That loses nothing: the rows are there, and the sweeper sends again."""

    def run(self, invocation_id: int, publish_from: float) -> None:
        """Take an invocation and see it to its end; `publish_from` is in seconds since the epoch."""
        generation = self._pool.generation
        if self.is_paused or self._is_held(invocation_id):
            return
        work = activations.take_core(invocation_id, this_process(), LEASE)
        if work is None:
            return
        if not work.tasks:
            activations.end_if_finished(invocation_id)
        elif work.attempts > MAX_ATTEMPTS:
            self._give_up(work)
        else:
            self._run(work, publish_from, generation)

    def _is_held(self, invocation_id: int) -> bool:
        """At the gate before step 4; the sweeper sends the message again."""
        if not gates.active or not gates.held(4, [Subject(activations.request_of(invocation_id))]):
            return False
        activations.look_again(invocation_id, time.time() + LOOK_AGAIN)
        return True

    def _run(self, work: CoreWork, publish_from: float, generation: int) -> None:
        made = self._sabotaged(work, publish_from) if faults.active else Sabotage()
        work = replace(work, tasks=tuple(task for task in work.tasks if task.index not in made.failed))
        if not work.tasks:
            return
        tasks = {task.index: task for task in work.tasks}

        def on_result(result: RenditionResult) -> None:
            publish_at = max(time.time(), publish_from)
            self._results.settled(Settlement(tasks[result.index].task_id, _outcome(result), publish_at))

        def on_started() -> None:
            self._results.running([task.task_id for task in work.tasks])

        try:
            self._pool.run(_core_activation(work), on_result, on_started, generation, made.fate)
        except PoolStopped:
            log.info("Activation %s is left for the next start", work.activation_id)

    def _sabotaged(self, work: CoreWork, publish_from: float) -> Sabotage:
        """What faults do to this invocation: renditions that fail at once, and a worker that dies or hangs."""
        sabotage = sabotage_of(work.request_id, CORE_WORKER, [(task.index, task.instructions) for task in work.tasks])
        tasks = {task.index: task for task in work.tasks}
        for index, outcome in sabotage.failed.items():
            self._results.settled(Settlement(tasks[index].task_id, outcome, max(time.time(), publish_from)))
        return sabotage

    def _give_up(self, work: CoreWork) -> None:
        outcome = Outcome(error_reason="GenericError", error_message=f"Given up after {MAX_ATTEMPTS} attempts")
        for task in work.tasks:
            self._results.settled(Settlement(task.task_id, outcome, time.time()))


class Dispatch:
    """The broker, and the actor that its messages are for. With a runner this process works; without, it only sends."""

    def __init__(self, url: str) -> None:
        self.runner: CoreRunner | None = None
        made = make_broker(url)
        self.broker, self.is_in_memory, self._errors = made.broker, made.is_in_memory, made.errors
        declare = dramatiq.actor(actor_name="run_invocation", queue_name=QUEUE, broker=self.broker)
        self._actor = declare(self._run_invocation)
        self._worker: dramatiq.Worker | None = None

    def send(self, invocation_id: int, publish_from: float) -> None:
        """Ask for an invocation to be run. A broker that is away is no error: the sweeper sends again."""
        try:
            self._actor.send(invocation_id, publish_from)
        except self._errors as err:
            log.warning("The broker does not take messages: %s", err)
            activations.message_lost(invocation_id)

    def start(self, runner: CoreRunner, threads: int) -> None:
        self.runner = runner
        self._worker = dramatiq.Worker(self.broker, worker_threads=threads, worker_timeout=LOOK_EVERY)
        self._worker.start()

    def stop(self, timeout: float) -> None:
        if self._worker:
            self._worker.stop(int(timeout * 1000))
            self._worker = None
        self.runner = None

    def _run_invocation(self, invocation_id: int, publish_from: float) -> None:
        close_old_connections()
        if self.runner:
            self.runner.run(invocation_id, publish_from)


@cache
def dispatch() -> Dispatch:
    """The one of this process."""
    return Dispatch(settings.DRAMATIQ_BROKER_URL)


def _core_activation(work: CoreWork) -> CoreActivation:
    return CoreActivation(work.activation_id, _source(work.source), tuple(map(_instructions, work.tasks)))


def _instructions(task: Task) -> RenditionInstructions:
    return RenditionInstructions(task.index, task.instructions)


def _source(source: Any) -> SourceRef | None:
    if source is None:
        return None
    known = Source.model_validate({"url": source} if isinstance(source, str) else source)
    return SourceRef(known.url, known.name, known.mimetype, known.size, known.headers)


def _outcome(result: RenditionResult) -> Outcome:
    return Outcome(result.metadata, result.data, result.error_reason, result.error_message)
