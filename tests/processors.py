"""How much of the machine others leave to the tests: what takes long beside other work need not be slow."""

import os
import resource
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Processors:
    """From now on: what the threads of `programs` lose to other work on the machine."""

    def __init__(self, *programs: int) -> None:
        self._programs = programs
        self._others, self._ours, self._waited = _others(), _ours(), self._waited_now()

    def idle_seconds(self, seconds: float, waited: float = 0.0) -> float:
        """How much of `seconds` would have passed if nothing else had been to do; on such a machine that is all of it.

        Elsewhere the seconds go off in which a thread could have run and was in the queue of the processors, as far as
        others were before it there. `waited` are those of a client that has ended.
        """
        others, ours = max(0.0, _others() - self._others), _ours() - self._ours
        lost = (waited + self._waited_now() - self._waited) * others / max(0.01, others + ours)
        return max(0.0, seconds - lost)

    def _waited_now(self) -> float:
        return sum(map(_waited, self._programs))


def _waited(program: int) -> float:
    """Seconds that the threads of a process have been in the queue of the processors, all together."""
    return sum(_in_queue(file) for file in Path(f"/proc/{program}/task").glob("*/schedstat"))


def _in_queue(file: Path) -> float:
    try:
        return int(file.read_text().split()[1]) / 1e9
    except OSError:
        return 0.0  # the thread has ended


def _others() -> float:
    """Processor seconds of all processes of the machine that are not ours; 0 where nothing tells."""
    try:
        machine = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    except OSError:
        return 0.0
    busy = sum(map(int, (*machine[1:4], *machine[6:9]))) / _TICKS  # but for idle and iowait
    return busy - _ours()


def _ours() -> float:
    """Of this process, its ended children, and the processes below it that run."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    total = sum(usage.ru_utime + usage.ru_stime for usage in spent)
    parents: dict[int, list[tuple[int, float]]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended
        parents.setdefault(int(fields[1]), []).append((int(stat.parent.name), sum(map(int, fields[11:15])) / _TICKS))
    waiting = [os.getpid()]
    while waiting:
        for pid, seconds in parents.get(waiting.pop(), []):
            total += seconds
            waiting.append(pid)
    return total
