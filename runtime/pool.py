"""The processes of the deployed actions: a few for each, started when they are needed and ended when they are idle."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from django.conf import settings

from runtime.actions import Deployed
from runtime.errors import CannotRun
from runtime.node_process import NodeProcess, OnLine

KEEP_READY_PAUSE = 5.0  # seconds between two tries to start a process that nobody called
Key = tuple[str, str, str]


@dataclass
class Lease:
    """A process for one activation; `init`: seconds that it took to start, None when it was there."""

    process: NodeProcess
    init: float | None


@dataclass
class _Idle:
    process: NodeProcess
    since: float


@dataclass
class _Room:
    """The processes of one action."""

    room: asyncio.Semaphore
    limit: int
    idle: list[_Idle] = field(default_factory=list)


class Pool:
    def __init__(self) -> None:
        self._rooms: dict[Key, _Room] = {}
        self._busy: set[NodeProcess] = set()
        self._waiting: dict[Key, int] = defaultdict(int)
        self._not_before: dict[Key, tuple[int, float]] = {}
        self._stopping = False

    @asynccontextmanager
    async def process(self, action: Deployed, on_line: OnLine) -> AsyncIterator[Lease]:
        """A process of the action as it is deployed now; waits while all that it may have are busy."""
        room = self._room(action)
        self._waiting[_key(action)] += 1
        try:
            await room.room.acquire()
        finally:
            self._waiting[_key(action)] -= 1
        try:
            lease = await self._lease(room, action, on_line)
            try:
                yield lease
            finally:
                self._busy.discard(lease.process)
                await self._put_back(room, lease.process)
        finally:
            room.room.release()

    def waiting(self, action: Deployed) -> int:
        return self._waiting[_key(action)]

    async def keep_ready(self, action: Deployed, on_line: OnLine) -> None:
        """Have an idle process of an action whose debugger should be able to attach before it is called."""
        room = self._room(action)
        current = [idle for idle in room.idle if idle.process.is_usable and idle.process.action == action]
        version, not_before = self._not_before.get(_key(action), (0, 0.0))
        is_too_soon = version == action.version and time.monotonic() < not_before
        if current or room.room.locked() or is_too_soon:
            return
        self._not_before[_key(action)] = (action.version, time.monotonic() + KEEP_READY_PAUSE)
        async with self.process(action, on_line):
            pass

    async def end_idle(self, known: list[Deployed]) -> None:
        """End processes that nobody used for a while, and those of actions that are not deployed any more."""
        edge = time.monotonic() - settings.RUNTIME_IDLE_SECONDS
        by_key = {_key(action): action for action in known}
        for key, room in list(self._rooms.items()):
            action = by_key.get(key)
            for idle in list(room.idle):
                is_debugged = action is not None and action.spec.inspect_port is not None
                if idle not in room.idle:
                    continue  # somebody took it meanwhile
                is_old = idle.since < edge and not is_debugged
                if is_old or idle.process.action != action or not idle.process.is_usable:
                    room.idle.remove(idle)
                    await idle.process.end()

    async def stop(self) -> None:
        self._stopping = True
        processes = [idle.process for room in self._rooms.values() for idle in room.idle] + list(self._busy)
        for room in self._rooms.values():
            room.idle.clear()
        await asyncio.gather(*(process.end() for process in processes), return_exceptions=True)

    def health(self) -> dict[str, int]:
        idle = sum(len(room.idle) for room in self._rooms.values())
        return {"busy": len(self._busy), "idle": idle, "waiting": sum(self._waiting.values())}

    def _room(self, action: Deployed) -> _Room:
        limit = 1 if action.spec.inspect_port is not None else settings.RUNTIME_PROCESSES
        room = self._rooms.get(_key(action))
        if room is None or room.limit != limit:
            # Who runs in a room of another size leaves it there.
            room = self._rooms[_key(action)] = _Room(asyncio.Semaphore(limit), limit, room.idle if room else [])
        return room

    async def _lease(self, room: _Room, action: Deployed, on_line: OnLine) -> Lease:
        if self._stopping:
            raise CannotRun("The server ends.")
        while room.idle:
            process = room.idle.pop().process
            if process.is_usable and await asyncio.to_thread(process.is_current, action):
                self._busy.add(process)
                return Lease(process, None)
            await process.end()
        started, process = time.monotonic(), NodeProcess(action)
        self._busy.add(process)
        try:
            await process.start(on_line)
        except BaseException:
            self._busy.discard(process)
            raise
        return Lease(process, time.monotonic() - started)

    async def _put_back(self, room: _Room, process: NodeProcess) -> None:
        if process.is_usable and not self._stopping:
            room.idle.append(_Idle(process, time.monotonic()))
        else:
            await process.end()


def _key(action: Deployed) -> Key:
    return action.namespace, action.spec.package, action.spec.name
