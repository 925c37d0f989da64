"""CPU time and memory of a process and of its children, read from /proc while they run."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_EVERY = 0.1  # seconds


def children(pid: int) -> list[int]:
    """All descendants."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in file.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of all its threads; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> int:
    """Resident bytes that are its own; 0 when it has ended."""
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Usage:
    """What a server and its children used between enter and exit: CPU seconds, and the most memory at once (bytes)."""

    pid: int
    server_cpu: float = 0.0
    children_cpu: float = 0.0
    server_peak: int = 0
    children_peak: int = 0
    _before: dict[int, float] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._before = {pid: cpu_seconds(pid) for pid in (self.pid, *children(self.pid))}
        self._sampler = threading.Thread(target=self._sample)
        self._sampler.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._sampler.join()
        self.server_cpu = cpu_seconds(self.pid) - self._before[self.pid]
        self.children_cpu = sum(cpu_seconds(pid) - self._before.get(pid, 0.0) for pid in children(self.pid))

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_EVERY):
            self.server_peak = max(self.server_peak, memory(self.pid))
            self.children_peak = max(self.children_peak, sum(memory(pid) for pid in children(self.pid)))
