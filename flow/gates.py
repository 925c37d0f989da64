"""The gates: which jobs are held before which step. The rows are the truth; each process knows the settings.

Of the settings that apply to a job the most special one counts: its flow's, then the longest path, then that of all.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from dbthreads import sql
from flow.correlation import request_key
from flow.writing import writer
from probes.gates import STEPS, Subject

ALL: Final = "all"
PATH: Final = "path:"
MODES: Final = ("run", "pause", "slow")
STALE: Final = 30.0  # seconds after which a job that no box asks for is not shown as held
ASK_EVERY: Final = 5.0
KEPT: Final = 24 * 3600.0
LONGEST_SLOW: Final = 3600.0
LONGEST_LIFE: Final = 24 * 3600.0


@dataclass(frozen=True)
class Setting:
    scope: str
    mode: str = "run"
    slow_seconds: float = 2.0
    breakpoints: frozenset[int] = frozenset()
    expires: float | None = None

    @property
    def is_nothing(self) -> bool:
        return self.mode == "run" and not self.breakpoints

    def holds(self, step: int, seconds: float) -> bool:
        """Whether a job that has been at the gate so long stays."""
        if self.mode == "pause" or step in self.breakpoints:
            return True
        return self.mode == "slow" and seconds < self.slow_seconds


@dataclass(frozen=True)
class HeldJob:
    request: str
    step: int
    path: str
    since: float
    flow: str = ""


@dataclass(frozen=True)
class Visit:
    """A job that is at a gate."""

    request: str
    step: int
    path: str
    flow: str


@dataclass(frozen=True)
class Row:
    since: float
    asked: float
    released: bool


def setting_for(settings: Mapping[str, Setting], flow: str, path: str) -> Setting | None:
    """The most special one."""
    if flow in settings:
        return settings[flow]
    folders = [scope for scope in settings if scope.startswith(PATH) and is_within(path, scope.removeprefix(PATH))]
    return settings[max(folders, key=len)] if folders else settings.get(ALL)


def is_within(path: str, folder: str) -> bool:
    """Whether it is that path, or below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


@dataclass
class Keeper:
    """What this process knows of the settings; asked by the boxes in threads of the database."""

    settings: dict[str, Setting] = field(default_factory=dict)
    leftovers: bool = False
    """Whether jobs are held that no setting holds any more: they are let go when they are asked for."""

    @property
    def active(self) -> bool:
        return bool(self.settings) or self.leftovers

    def load(self) -> None:
        """Asked every second; so that is how late an expired one is let go."""
        rows = sql.rows(
            "SELECT scope, mode, slow_seconds, breakpoints, expires FROM flow_gate"
            " WHERE expires IS NULL OR expires > %s",
            [time.time()],
        )
        self.settings = {
            scope: Setting(scope, mode, slow, _steps(steps), end) for scope, mode, slow, steps, end in rows
        }
        self.leftovers = bool(sql.rows("SELECT 1 FROM flow_held WHERE NOT released LIMIT 1"))

    def held(self, step: int, subjects: Iterable[Subject]) -> set[str]:
        asked = {subject.request: subject.path for subject in subjects}
        if not asked:
            return set()
        with transaction.atomic():
            known, flows = _rows_of(asked), _flows_of(asked)
            paths = _paths(asked, flows)
            visits = [Visit(request, step, paths[request], flows.get(request, "")) for request in sorted(asked)]
            return {visit.request for visit in visits if self._is_held(visit, known.get((visit.request, step)))}

    def _is_held(self, visit: Visit, row: Row | None) -> bool:
        if row and row.released:
            return False
        now = time.time()
        setting = setting_for(self.settings, visit.flow, visit.path)
        holds = setting is not None and setting.holds(visit.step, now - (row.since if row else now))
        if row is None and (holds or visit.path):
            # Also of one that passes: its path is known to the gates after this one, where only the request is.
            sql.execute(
                "INSERT INTO flow_held (request, step, path, since, asked, released) VALUES (%s, %s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [visit.request, visit.step, visit.path, now, now, not holds],
            )
        elif row and (not holds or now - row.asked > ASK_EVERY):
            sql.execute(
                "UPDATE flow_held SET asked = %s, released = %s WHERE request = %s AND step = %s AND NOT released",
                [now, not holds, visit.request, visit.step],
            )
        return holds

    def waiting(self, requests: Iterable[str]) -> set[str]:
        wanted = sorted(set(requests))
        if not wanted:
            return set()
        query = f"SELECT request FROM flow_held WHERE NOT released AND request IN ({sql.marks(wanted)})"
        return {request for (request,) in sql.rows(query, wanted)}


def put(setting: Setting) -> None:
    """Set or, with nothing to hold, forget."""
    if setting.is_nothing:
        sql.execute("DELETE FROM flow_gate WHERE scope = %s", [setting.scope])
        return
    steps = ",".join(map(str, sorted(setting.breakpoints)))
    sql.execute(
        "INSERT INTO flow_gate (scope, mode, slow_seconds, breakpoints, expires) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (scope) DO UPDATE SET mode = excluded.mode, slow_seconds = excluded.slow_seconds,"
        " breakpoints = excluded.breakpoints, expires = excluded.expires",
        [setting.scope, setting.mode, setting.slow_seconds, steps, setting.expires],
    )


def step(scope: str) -> int:
    """Let what is held go on to its next gate; how many jobs."""
    released = [job for job in held() if _is_in(job, scope)]
    sql.execute_many(
        "UPDATE flow_held SET released = %s WHERE request = %s AND step = %s",
        [(True, job.request, job.step) for job in released],
    )
    return len(released)


def held() -> list[HeldJob]:
    """What waits at gates now, oldest first."""
    since = time.time() - STALE
    rows = sql.rows(
        "SELECT request, step, path, since FROM flow_held WHERE NOT released AND asked > %s ORDER BY since", [since]
    )
    flows = _flows_of([request for request, *_ in rows])
    return [HeldJob(request, step, path, at, flows.get(request, "")) for request, step, path, at in rows]


def forget_old() -> None:
    """Jobs whose gates nobody asks about any more, and settings that nobody renewed."""
    now = time.time()
    sql.execute("DELETE FROM flow_held WHERE asked < %s", [now - KEPT])
    sql.execute("DELETE FROM flow_gate WHERE expires < %s", [now])


def _is_in(job: HeldJob, scope: str) -> bool:
    if scope == ALL:
        return True
    if scope.startswith(PATH):
        return is_within(job.path, scope.removeprefix(PATH))
    return job.flow == scope


def _steps(text: str) -> frozenset[int]:
    return frozenset(int(step) for step in text.split(",") if step)


def _rows_of(requests: Iterable[str]) -> dict[tuple[str, int], Row]:
    wanted = sorted(requests)
    rows = sql.rows(
        f"SELECT request, step, since, asked, released FROM flow_held WHERE request IN ({sql.marks(wanted)})", wanted
    )
    return {(request, step): Row(since, asked, bool(free)) for request, step, since, asked, free in rows}


def _flows_of(requests: Iterable[str]) -> dict[str, str]:
    """By the recorder's keys; a job that was not sent yet has none."""
    wanted = {request_key(request): request for request in requests}
    return {wanted[key]: flow for key, (flow, _) in writer.keys.look_up(wanted).items()}


def _paths(asked: Mapping[str, str], flows: Mapping[str, str]) -> dict[str, str]:
    paths = dict(asked)
    unknown = sorted(request for request, path in asked.items() if not path)
    if unknown:
        query = f"SELECT request, path FROM flow_held WHERE path <> '' AND request IN ({sql.marks(unknown)})"
        paths |= dict(sql.rows(query, unknown))
    wanted: Sequence[str] = sorted({flows[request] for request in unknown if request in flows and not paths[request]})
    if wanted:
        found = dict(sql.rows(f"SELECT id, path FROM flow_flow WHERE id IN ({sql.marks(wanted)})", wanted))
        paths |= {request: found[flows[request]] for request in unknown if flows.get(request) in found}
    return paths


keeper: Final = Keeper()

__all__ = ["ALL", "MODES", "PATH", "STEPS", "HeldJob", "Keeper", "Setting", "held", "keeper", "put", "step"]
