"""The worker's end of the pipes to its pool: JSON lines, in on standard input, out on what was standard output."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

BEAT_SECONDS = 1.0


class Channel:
    """Any thread may send. When the pool goes away, so does this process."""

    def __init__(self) -> None:
        # What libraries print about broken files belongs neither between our messages nor into the server's log.
        self._out = os.dup(1)
        sys.stderr = open(os.dup(2), "w", buffering=1)  # noqa: SIM115 - for as long as the process lives
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        self._lock = threading.Lock()
        self._inbox: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._beaten = 0.0
        threading.Thread(target=self._read, name="requests", daemon=True).start()

    def messages(self) -> Iterator[dict[str, Any]]:
        while True:
            yield self._inbox.get()

    def send(self, **message: Any) -> None:
        line = json.dumps(message).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._out, line) :]

    def at(self, stage: str, indexes: list[int]) -> None:
        """Say which step begins, and the renditions that hang on it."""
        self.send(at={"stage": stage, "indexes": indexes})

    def beat(self) -> None:
        """Say that a transfer is alive; cheap enough for each chunk."""
        now = time.monotonic()
        if now - self._beaten > BEAT_SECONDS:
            self._beaten = now
            self.send(beat=True)

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            self._inbox.put(json.loads(line))
        os._exit(0)
