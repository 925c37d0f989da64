"""Runs activations: a row first, then a process of the action, what it writes while it does, and how it ended."""

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from dbthreads import in_db
from dbthreads.owner import this_process
from runtime import actions, activations, live
from runtime.actions import Deployed
from runtime.activations import Line, State
from runtime.errors import CannotRun, RunFailed, TooManyRequests
from runtime.node_process import NodeProcess
from runtime.pool import Lease, Pool

FLUSH_EVERY = 0.2  # seconds
MAX_LOG = 4 * 1024 * 1024  # characters kept of one activation
MAX_LINES = 20_000
MAX_WAITING = 2_000  # activations that wait for a process of one action

DEEPEST = 10  # sequences within sequences

_TASK = "activation-"
_depth: ContextVar[int] = ContextVar("depth", default=0)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How an activation ended."""

    activation_id: str
    state: str
    result: Any

    @property
    def is_success(self) -> bool:
        return self.state == State.SUCCESS


@dataclass
class Book:
    """The lines of one activation that are not in the database yet."""

    activation_id: str
    pending: list[Line] = field(default_factory=list)
    count: int = 0
    size: int = 0

    def write(self, stream: str, text: str) -> None:
        if self.count > MAX_LINES or self.size > MAX_LOG:
            return
        self.size += len(text)
        if self.count == MAX_LINES or self.size > MAX_LOG:
            stream, text = "stderr", "Logs were truncated because the activation wrote more than is kept."
            self.size = MAX_LOG + 1
        self.pending.append(Line(self.count, time.time(), stream, text))
        self.count += 1

    def take(self) -> list[Line]:
        lines, self.pending = self.pending, []
        return lines


class Door:
    """Whether the database may be written: not while the state of the server is exchanged."""

    def __init__(self) -> None:
        self._unlocked = asyncio.Event()
        self._unlocked.set()

    async def open(self) -> None:
        """Returns once it is; what follows without waiting finds it so."""
        await self._unlocked.wait()

    def close(self) -> None:
        self._unlocked.clear()

    def unlock(self) -> None:
        self._unlocked.set()


class Invoker:
    def __init__(self) -> None:
        self.pool = Pool()
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._stopping = False
        self._database = Door()

    async def invoke(
        self, action: Deployed, params: dict[str, Any], *, is_web: bool = False, request_id: str = ""
    ) -> tuple[str, "asyncio.Task[Outcome]"]:
        """The activation's id, once it is on disk, and its outcome to come."""
        if self.pool.waiting(action) >= MAX_WAITING:
            raise TooManyRequests(f"Too many concurrent requests in flight (allowed: {MAX_WAITING}).")
        activation_id = uuid.uuid4().hex
        owner = this_process()
        await self._database.open()
        await in_db(activations.accept, activation_id, action, is_web=is_web, request_id=request_id, owner=owner)
        if action.spec.components:
            work = self._perform_sequence(activation_id, action, params, request_id)
        else:
            work = self._perform(activation_id, action, params)
        task = asyncio.create_task(work, name=_TASK + activation_id)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        live.ring()
        return activation_id, task

    async def outcome(self, task: "asyncio.Task[Outcome]", within: float | None) -> Outcome:
        """How an activation ended; TimeoutError while it goes on after so many seconds."""
        done, _ = await asyncio.wait({task}, timeout=within)
        if not done:
            raise TimeoutError
        if task.cancelled():
            activation_id = task.get_name().removeprefix(_TASK)
            return Outcome(activation_id, State.INTERNAL_ERROR, {"error": "The activation was given up."})
        return task.result()

    async def stop(self) -> None:
        """End every process; what they were at ends as an internal error."""
        self._stopping = True
        await self.pool.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=0.5)
        for task in self._tasks:
            task.cancel()

    def pause(self) -> None:
        """Write nothing into the database until `resume`; actions that run go on."""
        self._database.close()

    async def resume(self) -> None:
        """End what the rows do not know any more, and the rows that nothing runs for."""
        running = {task.get_name().removeprefix(_TASK): task for task in self._tasks}
        known = await in_db(activations.abandon_all_but, this_process(), list(running))
        for activation_id in running.keys() - known:
            running[activation_id].cancel()
        self._database.unlock()

    async def _flush(self, book: Book) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY)
            await self._database.open()
            if lines := book.take():
                await _to_its_end(in_db(activations.wrote, book.activation_id, lines))
                live.ring()

    def _done(self, task: "asyncio.Task[Outcome]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (err := task.exception()):
            log.error("%s was lost", task.get_name(), exc_info=err)

    async def _perform(self, activation_id: str, action: Deployed, params: dict[str, Any]) -> Outcome:
        book = Book(activation_id)
        flushing = asyncio.create_task(self._flush(book))
        timed_out = False
        try:
            async with self.pool.process(action, book.write) as lease:
                await self._database.open()
                await in_db(activations.started, activation_id, time.time(), lease.init)
                live.ring()
                outcome = await _run(lease, activation_id, params, book)
        except RunFailed as failure:
            err = CannotRun("The server ended while the action was running.") if self._stopping else failure
            outcome, timed_out = Outcome(activation_id, err.state, {"error": str(err)}), err.timed_out
        finally:
            flushing.cancel()
            await asyncio.gather(flushing, return_exceptions=True)
        await self._database.open()
        await in_db(activations.ended, activation_id, outcome.state, outcome.result, book.take(), timed_out)
        live.ring()
        return outcome

    async def _perform_sequence(
        self, activation_id: str, action: Deployed, params: dict[str, Any], request_id: str
    ) -> Outcome:
        book = Book(activation_id)
        await self._database.open()
        await in_db(activations.started, activation_id, time.time(), None)
        state, result = await self._one_after_the_other(action, params, request_id, book)
        await self._database.open()
        await in_db(activations.ended, activation_id, state, result, book.take())
        live.ring()
        return Outcome(activation_id, state, result)

    async def _one_after_the_other(
        self, action: Deployed, params: dict[str, Any], request_id: str, book: Book
    ) -> tuple[str, Any]:
        """Each gets the result of the one before; the first that fails ends it. Its log has their activations."""
        depth = _depth.get() + 1
        _depth.set(depth)  # of this task: its components inherit it
        result: Any = {**action.spec.inputs, **params}
        for name in action.spec.components:
            component = await in_db(actions.to_run, action.namespace, *name.split("/"))
            if component is None or depth > DEEPEST:
                words = "does not exist" if component is None else "is in too many sequences"
                return State.APPLICATION_ERROR, {"error": f"The component {name} of the sequence {words}."}
            if not isinstance(result, dict):
                return State.APPLICATION_ERROR, {"error": f"The component {name} gets no object, but {result!r:.100}"}
            activation_id, task = await self.invoke(component, result, request_id=request_id)
            book.write("stdout", activation_id)
            outcome = await self.outcome(task, None)
            result = outcome.result
            if not outcome.is_success:
                return outcome.state, result
        return State.SUCCESS, result


async def _to_its_end(writing: Coroutine[Any, Any, None]) -> None:
    """Whoever cancels it waits until what is being written is there: lines are in their place when it is over."""
    task = asyncio.ensure_future(writing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _run(lease: Lease, activation_id: str, params: dict[str, Any], book: Book) -> Outcome:
    process: NodeProcess = lease.process
    answer = await process.run(activation_id, {**process.action.spec.inputs, **params}, book.write)
    if answer.is_broken:
        return Outcome(activation_id, State.DEVELOPER_ERROR, answer.result)
    is_error = isinstance(answer.result, dict) and "error" in answer.result
    return Outcome(activation_id, State.APPLICATION_ERROR if is_error else State.SUCCESS, answer.result)
