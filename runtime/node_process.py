"""One Node process of one action. It runs one activation at a time: id and deadline are in its environment."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract import jsontext
from dbthreads.owner import is_running
from processors import processors
from runtime import files, node, outside
from runtime.actions import Deployed
from runtime.errors import ActionBroken, ActionDied, CannotRun
from runtime.output import Lines

MAX_RESULT = 1024 * 1024  # bytes, as in Runtime
MAX_MESSAGE = 16 * 1024 * 1024  # bytes; what is longer ends the process
LOAD_WITHIN = 60.0  # seconds
ALL_WORDS_WITHIN = 20.0  # seconds for what an activation wrote to be read, to the mark after it
LAST_WORDS_WITHIN = 2.0  # the same once the process is gone: something that it started may hold its pipes open
LOOK_AT_MEMORY_EVERY = 0.25
DEBUGGED_FOR = 24 * 3600.0
"""Seconds until the deadline that an action with a debugger is told; Node's timers take at most 24 days."""
FOLDER_PREFIX = "aemulator-action-"
OnLine = Callable[[str, str], None]
"""Called with the stream and the text of each line."""


@dataclass(frozen=True)
class Answer:
    """What the action returned; `is_broken`: it threw at once, or returned what is no result."""

    result: Any
    is_broken: bool


class NodeProcess:
    def __init__(self, action: Deployed) -> None:
        self.action = action
        self.fingerprint: files.Fingerprint = {}
        self._folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
        self._on_line: OnLine | None = None
        self._mark = ""
        self._request_id = ""
        self._marked = {"stdout": asyncio.Event(), "stderr": asyncio.Event()}
        self._ended_because = ""
        self._is_ending = False
        self._pumps: list[asyncio.Task[None]] = []
        self._process: asyncio.subprocess.Process
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def start(self, on_line: OnLine) -> None:
        """Start it and load the action; ActionBroken or CannotRun when that fails, and then nothing is left of it."""
        self._on_line = on_line
        try:
            await self._spawn()
            self._send({"load": {"file": self.action.spec.file, "main": self.action.spec.main}})
            message = await asyncio.wait_for(self._receive(), None if self._is_inspected else LOAD_WITHIN)
        except (ActionDied, TimeoutError) as err:
            await self.end()
            raise ActionBroken(f"Initialization has failed due to: {err or 'it takes too long'}") from err
        except BaseException:
            await self.end()
            raise
        if "broken" in message:
            await self.end()
            raise ActionBroken(message["broken"])
        self._remember_files(message["loaded"])

    @property
    def is_usable(self) -> bool:
        return self._process.returncode is None and not self._is_ending

    def is_current(self, action: Deployed) -> bool:
        """Whether it runs this very deployment, and its files are still what was loaded."""
        if self.action != action:
            return False
        return not action.spec.watch or files.fingerprint(self.fingerprint) == self.fingerprint

    async def run(self, activation_id: str, params: dict[str, Any], on_line: OnLine) -> Answer:
        """Run one activation; ActionDied when the process ended, or was ended at a limit."""
        timeout = None if self._is_inspected else self.action.spec.timeout / 1000
        deadline = time.time() + (timeout or DEBUGGED_FOR)
        self._on_line, self._mark = on_line, f"--- {secrets.token_hex(16)}"
        self._request_id = request_id_of(params)
        for event in self._marked.values():
            event.clear()
        environment = node.activation_environment(self.action, activation_id, deadline)
        watch = asyncio.create_task(self._watch_memory())
        try:
            self._send({"run": {"params": params, "environment": environment, "mark": self._mark}})
            message = await asyncio.wait_for(self._receive(), timeout)
        except TimeoutError as err:
            self._kill()
            seconds = self.action.spec.timeout / 1000
            raise ActionDied(f"The action exceeded its time limits of {seconds:g} seconds.", timed_out=True) from err
        except asyncio.CancelledError:
            self._kill()
            raise
        finally:
            watch.cancel()
            await self._last_words()
            self._on_line = None
        self._remember_files(message["files"])
        size = len(jsontext.dumps(message["result"]))
        if size > MAX_RESULT:
            words = f"The action produced a response that exceeded the allowed length: {size} > {MAX_RESULT} bytes."
            return Answer({"error": words}, True)
        return Answer(message["result"], message["error"] == "developer")

    async def end(self) -> None:
        if hasattr(self, "_process"):
            self._kill()
            await self._process.wait()
            await self._last_words()
            for pump in self._pumps:
                pump.cancel()
        if hasattr(self, "_writer"):
            self._writer.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, True)

    @property
    def pid(self) -> int:
        return self._process.pid

    # --- the process -------------------------------------------------------------------------------------------------

    @property
    def _is_inspected(self) -> bool:
        return self.action.spec.inspect_port is not None

    async def _spawn(self) -> None:
        command = await asyncio.to_thread(node.command, self.action)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                with processors.all():
                    self._process = await asyncio.create_subprocess_exec(
                        *command,
                        cwd=self.action.spec.folder,
                        env=node.environment(self.action, self._folder, theirs.fileno()),
                        stdin=asyncio.subprocess.DEVNULL,
                        stdout=asyncio.subprocess.PIPE,
                        stderr=asyncio.subprocess.PIPE,
                        pass_fds=(theirs.fileno(),),
                        start_new_session=True,
                    )
            except FileNotFoundError as err:
                ours.close()
                raise ActionBroken(f"{err.filename or self.action.spec.folder} does not exist any more") from err
            except OSError as err:
                ours.close()
                raise CannotRun(f"Node cannot be started: {err}") from err
        ours.setblocking(False)
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=MAX_MESSAGE)
        for name in ("stdout", "stderr"):
            self._pumps.append(asyncio.create_task(self._pump(name), name=f"action-{name}"))

    def _send(self, message: dict[str, Any]) -> None:
        self._writer.write(jsontext.dumps(message).encode() + b"\n")

    async def _receive(self) -> dict[str, Any]:
        """The next message that is an answer; exchanges with other servers are told on the way."""
        while "exchange" in (message := await self._next()):
            outside.tell(message["exchange"], self._request_id)
        return message

    async def _next(self) -> dict[str, Any]:
        try:
            line = await self._reader.readline()
        except ValueError as err:
            self._kill()
            raise ActionDied(f"The action's result exceeds {MAX_MESSAGE} bytes.") from err
        except ConnectionError:
            line = b""
        if line:
            return dict(jsontext.loads(line))
        raise ActionDied(await self._cause())

    async def _cause(self) -> str:
        """Why the process is gone."""
        try:
            code = await asyncio.wait_for(self._process.wait(), LAST_WORDS_WITHIN)
        except TimeoutError:
            self._kill()
            code = await self._process.wait()
        if self._ended_because:
            return self._ended_because
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"The action did not produce a valid response and exited unexpectedly ({how})."

    def _kill(self) -> None:
        """With everything that it started."""
        self._is_ending = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _watch_memory(self) -> None:
        limit = self.action.spec.memory
        while used := _resident_megabytes(self._process.pid):
            if used > limit:
                self._ended_because = f"The action used {used} MB of memory, more than its limit of {limit} MB."
                self._kill()
                return
            await asyncio.sleep(LOOK_AT_MEMORY_EVERY)

    # --- what it writes ----------------------------------------------------------------------------------------------

    async def _pump(self, name: str) -> None:
        stream = self._process.stdout if name == "stdout" else self._process.stderr
        assert stream
        lines, is_blank_held = Lines(), False
        while chunk := await stream.read(65536):
            for text in lines.feed(chunk):
                if text == self._mark:  # the blank line before it is the runner's
                    is_blank_held = False
                    self._marked[name].set()
                    continue
                if is_blank_held:
                    self._tell(name, "")
                is_blank_held = text == ""
                if text:
                    self._tell(name, text)
            await asyncio.sleep(0)  # an action that only writes must not keep the server from everybody else
        for text in lines.end():
            self._tell(name, text)
        self._marked[name].set()

    def _tell(self, name: str, text: str) -> None:
        if self._on_line:
            self._on_line(name, text)

    async def _last_words(self) -> None:
        waits = [asyncio.create_task(event.wait()) for event in self._marked.values()]
        within = ALL_WORDS_WITHIN if self.is_usable else LAST_WORDS_WITHIN
        _, pending = await asyncio.wait(waits, timeout=within)
        for wait in pending:
            wait.cancel()

    def _remember_files(self, loaded: list[str]) -> None:
        self.fingerprint = files.fingerprint([self.action.spec.file, *loaded])


def request_id_of(params: Mapping[str, Any]) -> str:
    """What an activation works for: Adobe's SDK has it as a parameter, a web action in its headers."""
    headers = params.get("__ow_headers")
    found = params.get("requestId") or (headers.get("x-request-id") if isinstance(headers, Mapping) else "")
    return str(found or "")


def remove_leftovers() -> None:
    """Folders of servers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        pid = folder.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _resident_megabytes(pid: int) -> int:
    """0 where it cannot be known."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024**2
