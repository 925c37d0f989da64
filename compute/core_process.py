"""Inside a core worker process: download the source, let the engine render, upload while it renders on.

The process guards itself: it dies with its parent, and has a ceiling on its memory. Time is watched by the parent.
"""

import base64
import ctypes
import hashlib
import logging
import os
import resource
import shutil
import signal
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

from compute.activation import CoreActivation, RenditionInstructions, RenditionResult
from compute.channel import Channel
from compute.connections import Connections
from compute.engine.engine import Engine
from compute.engine.limits import Limits
from compute.engine.rendition import Rendition
from compute.engine.source import Source
from compute.errors import GenericError, RenditionError, RenditionTooLarge
from compute.transfer import BytesPayload, FilePayload, Payload, Transfer

EMBED_MAXIMUM = 32768  # bytes; a larger `embedBinaryLimit` is ignored
UPLOADS = 3
_PR_SET_PDEATHSIG = 1
log = logging.getLogger(__name__)


def serve() -> None:
    """Perform activations until the pool closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel()
    messages = channel.messages()
    start = next(messages)
    _die_with_parent(start["parent"])
    limits = Limits.from_json(start["limits"])
    worker = CoreWorker(limits, channel, Path.cwd())
    worker.warm_up()
    idle_memory = _resident_bytes()
    _limit_memory(limits.max_memory)
    channel.send(ready=True)
    for message in messages:
        worker.perform(CoreActivation.from_json(message["activation"]))
        channel.send(done={"kept_memory": max(0, _resident_bytes() - idle_memory)})


class CoreWorker:
    """Performs one activation after another; every rendition gets exactly one result message."""

    def __init__(self, limits: Limits, channel: Channel, folder: Path) -> None:
        self._limits = limits
        self._channel = channel
        self._folder = folder
        self._connections = Connections(limits.ca_file, limits.transfer_retry_seconds, channel.beat)
        self._connections.here = frozenset(limits.here)
        self._connections.moved = limits.moved
        self._connections.tell = lambda told: channel.send(exchange=told)
        self._transfer = Transfer(self._connections, limits.max_source_bytes)
        self._engine = Engine(limits, self._transfer, channel)
        self._open: set[int] = set()
        self._uploads = ThreadPoolExecutor(UPLOADS, thread_name_prefix="upload")

    def warm_up(self) -> None:
        """Everything that later has to work within the limit on memory, which a thread's stack may exceed."""
        self._engine.warm_up()
        together = Barrier(UPLOADS)
        for started in [self._uploads.submit(together.wait) for _ in range(UPLOADS)]:
            started.result()

    def perform(self, activation: CoreActivation) -> None:
        work = self._folder / "work"
        self._open = {entry.index for entry in activation.renditions}
        self._connections.activation = activation.activation_id
        try:
            # With its parents: some systems tidy up in folders for temporary files.
            work.mkdir(parents=True, exist_ok=True)
            self._perform(activation, work)
        except RenditionError as err:
            self._fail(list(self._open), err)
        except Exception as err:
            # The process's edge: whatever a decoder raised that nobody foresaw is an answer, not a dead worker.
            log.exception("activation %s", activation.activation_id)
            self._fail(list(self._open), GenericError(f"unexpected {type(err).__name__}: {err}"))
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _perform(self, activation: CoreActivation, work: Path) -> None:
        everything = [entry.index for entry in activation.renditions]
        self._channel.at("download", everything)
        source = self._download(activation, work)
        by_index = {entry.index: entry for entry in activation.renditions}
        wanted = {index: entry.raw for index, entry in by_index.items()}
        uploads: list[Future[None]] = []
        for index, outcome in self._engine.render(source, wanted, work):
            if isinstance(outcome, RenditionError):
                self._fail([index], outcome)
            else:
                uploads.append(self._uploads.submit(self._deliver, by_index[index], outcome))
        self._channel.at("upload", [])
        for upload in uploads:
            upload.result()

    def _download(self, activation: CoreActivation, work: Path) -> Source | None:
        if activation.source is None:
            return None
        got = self._transfer.download(activation.source, work / "source", self._channel.beat)
        return Source(got.path, got.size, got.mimetype, got.name)

    def _deliver(self, entry: RenditionInstructions, rendition: Rendition) -> None:
        try:
            self._settle(self._handed_over(entry, rendition))
        except RenditionError as err:
            self._fail([entry.index], err)

    def _handed_over(self, entry: RenditionInstructions, rendition: Rendition) -> RenditionResult:
        """Upload the rendition, or embed it in the result when the instructions allow and it is small enough."""
        payload = _payload(rendition)
        file_name = str(entry.raw.get("name") or f"rendition{entry.index}")
        if payload.size > self._limits.max_output_bytes:
            raise RenditionTooLarge(f"rendition size of {payload.size} for {file_name} is too large")
        metadata = _metadata(payload.size, rendition)
        if payload.size <= _embed_limit(entry.raw):
            return RenditionResult(entry.index, metadata, data=_data_uri(rendition))
        target = entry.raw.get("target") or entry.raw.get("url")
        self._transfer.upload(target, payload, _content_type(rendition), file_name, self._channel.beat)
        return RenditionResult(entry.index, metadata)

    def _fail(self, indexes: list[int], err: RenditionError) -> None:
        for index in indexes:
            self._settle(RenditionResult(index, error_reason=err.reason, error_message=err.message))

    def _settle(self, result: RenditionResult) -> None:
        self._open.discard(result.index)
        self._channel.send(result=result.as_json())


def _payload(rendition: Rendition) -> Payload:
    content = rendition.content
    return BytesPayload(content) if isinstance(content, bytes) else FilePayload(content)


def _metadata(size: int, rendition: Rendition) -> dict[str, Any]:
    found = {
        "repo:size": size,
        "repo:sha1": _sha1(rendition),
        "dc:format": rendition.mimetype,
        "repo:encoding": rendition.encoding,
        "tiff:imageWidth": rendition.width,
        "tiff:imageHeight": rendition.height,
    }
    return {key: value for key, value in found.items() if value is not None}


def _sha1(rendition: Rendition) -> str:
    if isinstance(rendition.content, bytes):
        return hashlib.sha1(rendition.content, usedforsecurity=False).hexdigest()
    with rendition.content.open("rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()


def _embed_limit(raw: dict[str, Any]) -> int:
    limit = raw.get("embedBinaryLimit")
    return limit if isinstance(limit, int) and not isinstance(limit, bool) and limit <= EMBED_MAXIMUM else -1


def _data_uri(rendition: Rendition) -> str:
    content = rendition.content if isinstance(rendition.content, bytes) else rendition.content.read_bytes()
    charset = f";charset={rendition.encoding}" if rendition.encoding else ""
    return f"data:{rendition.mimetype}{charset};base64,{base64.b64encode(content).decode('ascii')}"


def _content_type(rendition: Rendition) -> str:
    return f"{rendition.mimetype}; charset={rendition.encoding}" if rendition.encoding else rendition.mimetype


def _die_with_parent(parent: int) -> None:
    """On Linux the kernel sees to it, even while a decoder hangs; elsewhere the closed pipe does (`Channel`)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _limit_memory(allowance: int) -> None:
    """Let the address space grow by `allowance` bytes from here; beyond, allocations fail in this process alone."""
    try:
        in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:  # no procfs: the system does not enforce RLIMIT_AS either
        return
    resource.setrlimit(resource.RLIMIT_AS, (in_use + allowance, in_use + allowance))


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0
