"""The pool of core worker processes."""

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, LifoQueue, SimpleQueue
from typing import Any

from compute.activation import CoreActivation, RenditionResult
from compute.engine.limits import Limits
from compute.errors import RenditionError
from compute.trials import NOT_BEGUN, Death, Trials
from compute.worker_process import Died, WorkerProcess
from dbthreads.owner import is_running
from probes.exchanges import Told, teller
from probes.faults import WORKER_CRASH

SILENCE_SECONDS = 180.0  # of a worker that is at a transfer; each of its chunks, answers and retries is a message
BEGIN_SECONDS = 20.0  # until a worker says that it begins
START_SECONDS = 60.0
RESTART_PAUSE = 2.0
LOOK_SECONDS = 1.0  # between two looks for idle processes that somebody killed
LINGER = 2.0
KEPT_MEMORY = 400 * 1024 * 1024
_FOLDER_PREFIX = "aemulator-core-"
log = logging.getLogger(__name__)
OnResult = Callable[[RenditionResult], None]


class PoolStopped(Exception):
    """The pool is stopping: the activation is unfinished and wants to be run again elsewhere or later."""


class WorkerPool:
    """Runs activations in separate processes; replaces a process that crashes, hangs or keeps too much memory."""

    def __init__(self, processes: int, limits: Limits) -> None:
        self._wanted = max(1, processes)
        self._limits = limits
        self._idle: LifoQueue[WorkerProcess] = LifoQueue()
        self._lost: SimpleQueue[WorkerProcess | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._processes: set[WorkerProcess] = set()
        self._starting: set[WorkerProcess] = set()
        self._busy: dict[WorkerProcess, int] = {}  # with the generation that they work for
        self.generation = 0
        self._restarts = 0
        self._started = 0
        self._stopping = threading.Event()
        self._folder: Path | None = None
        self._keeper = threading.Thread(target=self._keep, name="core-worker-keeper", daemon=True)

    def start(self) -> None:
        """Start the processes in the background; returns at once. `run` waits for the first that is ready."""
        _remove_leftovers()
        self._folder = _new_folder()
        self._keeper.start()

    def stop(self, timeout: float) -> None:
        """End all processes, the busy ones too; a `run` in progress raises PoolStopped."""
        self._stopping.set()
        self._lost.put(None)
        deadline = time.monotonic() + timeout
        self._kill_all()
        self._keeper.join(max(0.1, deadline - time.monotonic()))
        for process in self._kill_all():  # once more: the keeper may have been about to start one
            process.end(max(0.1, deadline - time.monotonic()))
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _kill_all(self) -> list[WorkerProcess]:
        with self._lock:
            processes = list(self._processes)
        for process in processes:
            process.kill()
        return processes

    def drop_busy(self) -> None:
        """Let go of all that is being rendered now: no result of it is told any more, each `run` raises PoolStopped.

        Most are at their end within a moment, so a process is only killed for it when it still is at it after LINGER
        seconds: a new one costs more.
        """
        with self._lock:
            self.generation += 1
        linger = threading.Timer(LINGER, self._kill_older, [self.generation])
        linger.daemon = True
        linger.start()

    def _kill_older(self, generation: int) -> None:
        with self._lock:
            late = [process for process, taken in self._busy.items() if taken < generation]
        for process in late:
            process.kill()

    def health(self) -> dict[str, Any]:
        with self._lock:
            alive = sum(process.alive for process in self._processes)
            return {"processes": self._wanted, "alive": alive, "busy": len(self._busy), "restarts": self._restarts}

    def pids(self) -> list[int]:
        with self._lock:
            return [process.pid for process in self._processes]

    def run(
        self,
        activation: CoreActivation,
        on_result: OnResult,
        on_started: Callable[[], None] | None = None,
        generation: int | None = None,
        fate: str = "",
    ) -> None:
        """Block until `on_result` was called exactly once for each rendition, in this thread.

        `on_started` is called when a process has taken the activation. Bad files and dying processes are results, not
        exceptions. `generation`: when the caller decided on it, if not now. `fate`: what a fault does to the process.
        Raises PoolStopped, and whatever the callbacks raise.
        """
        generation = self.generation if generation is None else generation

        def told(result: RenditionResult) -> None:
            if not self._is_over(generation):
                on_result(result)

        trials = Trials(entry.index for entry in activation.renditions)
        while batch := trials.next_batch():
            part = replace(activation, renditions=tuple(e for e in activation.renditions if e.index in batch))
            with self._process(generation) as process:
                if on_started:
                    on_started()
                    on_started = None
                death = self._attempt(process, part, trials, told, fate)
            for index, error in (trials.died(death) if death else {}).items():
                on_result(_failed(index, error))

    def _attempt(
        self, process: WorkerProcess, activation: CoreActivation, trials: Trials, on_result: OnResult, fate: str
    ) -> Death | None:
        """Follow one process through an activation; how it died, if it did."""
        at: dict[str, Any] = {"stage": NOT_BEGUN, "indexes": []}
        deadline = time.monotonic() + BEGIN_SECONDS
        try:
            if fate:
                return self._doomed(process, activation, fate)
            process.perform(activation)
            while True:
                message = process.receive(deadline)
                if "exchange" in message:
                    teller.tell(Told(**message["exchange"]))
                elif "result" in message:
                    result = RenditionResult.from_json(message["result"])
                    if trials.settled(result.index):
                        on_result(result)
                elif "done" in message:
                    self._check_kept_memory(process, message["done"])
                    return self._forgotten(activation, trials)
                at = message.get("at", at)
                deadline = self._deadline(message, at, deadline)
        except Died as err:
            return Death(at["stage"], frozenset(at["indexes"]), timed_out=False, cause=str(err))
        except TimeoutError:
            process.kill()
            cause = f"did not end within {self._allowance(at['stage']) or SILENCE_SECONDS:g} seconds"
            return Death(at["stage"], frozenset(at["indexes"]), timed_out=True, cause=cause)

    def _doomed(self, process: WorkerProcess, activation: CoreActivation, fate: str) -> Death:
        """A fault: the process dies at its work, or hangs until its time is over."""
        indexes = frozenset(entry.index for entry in activation.renditions)
        process.crash() if fate == WORKER_CRASH else process.hang()
        process.perform(activation)
        deadline = time.monotonic() + self._limits.max_seconds
        try:
            while True:
                process.receive(deadline)
        except Died as err:
            return Death("render", indexes, timed_out=False, cause=str(err))
        except TimeoutError:
            process.kill()
            cause = f"did not end within {self._limits.max_seconds:g} seconds"
            return Death("render", indexes, timed_out=True, cause=cause)

    def _deadline(self, message: dict[str, Any], at: dict[str, Any], deadline: float) -> float:
        """Pixel work has its limit from the start of its step; everything else may take long, but not be silent."""
        if (allowed := self._allowance(at["stage"])) is not None:
            return time.monotonic() + allowed if "at" in message else deadline
        return time.monotonic() + SILENCE_SECONDS

    def _allowance(self, stage: str) -> float | None:
        limits = self._limits
        return {
            NOT_BEGUN: BEGIN_SECONDS,
            "decode": limits.max_seconds,
            "render": limits.max_seconds,
            "preview": limits.max_preview_seconds,
        }.get(stage)

    def _forgotten(self, activation: CoreActivation, trials: Trials) -> Death | None:
        missing = frozenset(entry.index for entry in activation.renditions) & trials.open
        return Death("render", missing, timed_out=True, cause="ended without a result") if missing else None

    def _check_kept_memory(self, process: WorkerProcess, done: dict[str, Any]) -> None:
        if done["kept_memory"] > KEPT_MEMORY:
            process.kill()

    # --- processes ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _process(self, generation: int) -> Iterator[WorkerProcess]:
        """An idle process for one attempt."""
        process = self._take(generation)
        finished = False
        try:
            yield process
            finished = process.alive
        finally:
            with self._lock:
                self._busy.pop(process, None)
            if finished:
                self._idle.put(process)
            else:
                process.kill()
                self._lost.put(process)
        if self._is_over(generation):
            raise PoolStopped

    def _take(self, generation: int) -> WorkerProcess:
        while not self._is_over(generation):
            try:
                process = self._idle.get(timeout=0.5)
            except Empty:
                continue
            if process.alive and self._occupied(process, generation):
                return process
            if process.alive:
                self._idle.put(process)
            else:
                self._lost.put(process)
        raise PoolStopped

    def _occupied(self, process: WorkerProcess, generation: int) -> bool:
        """Under the lock of `drop_busy`: whoever is too late for it gets no process."""
        with self._lock:
            if generation == self.generation:
                self._busy[process] = generation
            return generation == self.generation

    def _is_over(self, generation: int) -> bool:
        return self._stopping.is_set() or generation != self.generation

    def _keep(self) -> None:
        """Start and replace processes, all from this one thread: a worker dies with the thread that started it."""
        missing = self._wanted
        while not self._stopping.is_set():
            missing -= self._spawn(missing)
            for process in self._ended():
                self._bury(process)
                missing += 1

    def _spawn(self, wanted: int) -> int:
        """Start so many processes, or fewer when the system gives no more now; how many."""
        assert self._folder
        for done in range(wanted):
            self._started += 1
            try:
                if not self._folder.exists():  # some systems tidy up in folders for temporary files
                    self._folder = _new_folder()
                process = WorkerProcess(self._limits, self._folder / str(self._started))
            except OSError as err:
                log.error("no core worker process can be started now: %s", err)
                self._stopping.wait(RESTART_PAUSE)
                return done
            with self._lock:
                self._processes.add(process)
                self._starting.add(process)
            threading.Thread(target=self._admit, args=[process], name="core-worker-start", daemon=True).start()
        return wanted

    def _admit(self, process: WorkerProcess) -> None:
        """Offer the process once it is ready; one that can't even start is replaced after a pause."""
        try:
            process.wait_ready(time.monotonic() + START_SECONDS)
            self._idle.put(process)
        except (Died, TimeoutError) as err:
            if not self._stopping.is_set():
                log.error("a core worker process did not start: %s", str(err) or "too slow")
                self._stopping.wait(RESTART_PAUSE)
                self._lost.put(process)
        with self._lock:
            self._starting.discard(process)

    def _ended(self) -> set[WorkerProcess]:
        """Those to be replaced, waited for a moment: who was given up, and idle ones that somebody killed."""
        lost: set[WorkerProcess | None] = set()
        with suppress(Empty):
            lost.add(self._lost.get(timeout=LOOK_SECONDS))
            while True:
                lost.add(self._lost.get_nowait())
        with self._lock:
            dead = {process for process in self._processes - self._starting - self._busy.keys() if not process.alive}
            return {process for process in self._processes if process in lost} | dead

    def _bury(self, process: WorkerProcess) -> None:
        process.kill()
        process.end(timeout=5)
        shutil.rmtree(process.folder, ignore_errors=True)
        with self._lock:
            self._processes.discard(process)
            self._restarts += 1


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{_FOLDER_PREFIX}{os.getpid()}-"))


def _remove_leftovers() -> None:
    """Folders of servers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*"):
        pid = folder.name.removeprefix(_FOLDER_PREFIX).partition("-")[0]
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _failed(index: int, error: RenditionError) -> RenditionResult:
    return RenditionResult(index, error_reason=error.reason, error_message=error.message)
