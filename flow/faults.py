"""Faults: rows, and whether one of them strikes now. Deterministic: the same seed strikes the same exchanges again."""

import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from contract import jsontext
from dbthreads import sql
from flow.correlation import request_key
from flow.fault_kinds import KINDS
from flow.gates import is_within
from flow.writing import writer
from probes import faults as port
from probes.faults import Situation

MATCHED: Final = ("service", "step", "profile", "mime", "rendition", "path", "nth")
DEEP: Final = frozenset({"profile", "mime", "rendition", "path"})
"""What only the recorder knows of a request that names a blob or a job."""
WAIT: Final = 1.5  # seconds until the recorder has written what the request belongs to
LOOK_EVERY: Final = 0.05
MOST: Final = 200
_COLUMNS: Final = "id, kind, enabled, match, probability, times, seed, parameters, hits, created"


@dataclass(frozen=True)
class Fault:
    id: str
    kind: str
    enabled: bool = True
    match: Mapping[str, Any] = field(default_factory=dict)
    probability: float = 1.0
    times: int | None = None
    seed: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    hits: int = 0
    created: float = 0.0

    @property
    def is_deep(self) -> bool:
        return bool(DEEP & self.match.keys())


def matches(fault: Fault, situation: Situation, profile: str = "") -> bool:
    """All but `nth`. A pattern may have `*`; a path names an asset, or a folder and all that is in it."""
    if not _is_of(fault, situation.service, situation.step):
        return False
    texts = {"profile": profile, "mime": situation.mime, "rendition": situation.rendition}
    if any(name in fault.match and not fnmatchcase(text, str(fault.match[name])) for name, text in texts.items()):
        return False
    return "path" not in fault.match or is_within(situation.path, str(fault.match["path"]))


def _is_of(fault: Fault, service: str, step: int) -> bool:
    known: dict[str, object] = {"service": service, "step": step}
    asked = all(fault.match.get(name, value) == value for name, value in known.items())
    return asked and KINDS[fault.kind].strikes_at(service, step)


def strikes(fault: Fault, number: int) -> bool:
    """Whether it strikes the exchange of that number (from 1) among those that match."""
    if "nth" in fault.match:
        return bool(number == fault.match["nth"])
    return fault.probability >= 1 or random.Random(f"{fault.seed}:{number}").random() < fault.probability


@dataclass
class Chooser:
    """What this process knows of the faults that are on."""

    faults: tuple[Fault, ...] = ()

    @property
    def active(self) -> bool:
        return bool(self.faults)

    def load(self) -> None:
        self.faults = tuple(fault for fault in all_faults() if fault.enabled and not _is_spent(fault))

    def choose(self, kinds: frozenset[str], situation: Situation) -> port.Fault | None:
        """For boxes, in threads that may wait; what the recorder knows of the request is looked up."""
        profile = situation.profile
        if self.needs_lookup(kinds, situation) and situation.request and not situation.path:
            situation, profile = self._known(situation)
        return self.strike(kinds, situation, profile)

    def needs_lookup(self, kinds: frozenset[str], situation: Situation) -> bool:
        return any(
            fault.is_deep and fault.kind in kinds and KINDS[fault.kind].strikes_at(situation.service, situation.step)
            for fault in self.faults
        )

    def tells_apart(self, kinds: frozenset[str], service: str, steps: tuple[int, ...]) -> bool:
        """Whether a fault strikes in one of these steps and not in another."""
        return any(
            len({_is_of(fault, service, step) for step in steps}) > 1 for fault in self.faults if fault.kind in kinds
        )

    def strike(self, kinds: frozenset[str], situation: Situation, profile: str = "") -> port.Fault | None:
        for fault in self.faults:
            if fault.kind in kinds and matches(fault, situation, profile) and _hit(fault):
                return port.Fault(fault.id, fault.kind, fault.parameters)
        return None

    def _known(self, situation: Situation) -> tuple[Situation, str]:
        deadline = time.monotonic() + WAIT
        key = request_key(situation.request)
        while not (found := writer.keys.look_up([key])) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY)
        return described(situation, found[key][0]) if found else (situation, "")


def described(situation: Situation, flow: str) -> tuple[Situation, str]:
    """With path and type of the flow's asset, and its profile."""
    rows = sql.rows("SELECT path, mime, profile FROM flow_flow WHERE id = %s", [flow])
    if not rows:
        return situation, ""
    path, mime, profile = rows[0]
    return replace(situation, path=situation.path or path, mime=situation.mime or mime), profile


def all_faults() -> list[Fault]:
    """Oldest first."""
    rows = sql.rows(f"SELECT {_COLUMNS} FROM flow_fault ORDER BY created, id")
    return [_fault(row) for row in rows if row[1] in KINDS]


def one(fault_id: str) -> Fault | None:
    rows = sql.rows(f"SELECT {_COLUMNS} FROM flow_fault WHERE id = %s", [fault_id])
    return _fault(rows[0]) if rows else None


def count() -> int:
    return int(sql.scalar("SELECT count(*) FROM flow_fault") or 0)


def save(fault: Fault) -> Fault:
    """A new one gets an id; one that was there counts from the start."""
    made = replace(fault, id=fault.id or os.urandom(6).hex(), created=fault.created or time.time(), hits=0)
    values = [
        *(made.id, made.kind, made.enabled, jsontext.dumps(dict(made.match)), made.probability, made.times, made.seed),
        *(jsontext.dumps(dict(made.parameters)), made.created),
    ]
    sql.execute(
        "INSERT INTO flow_fault (id, kind, enabled, match, probability, times, seed, parameters, created, seen, hits)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, 0) ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled,"
        " kind = excluded.kind, match = excluded.match, probability = excluded.probability, times = excluded.times,"
        " seed = excluded.seed, parameters = excluded.parameters, seen = 0, hits = 0",
        values,
    )
    return made


def remove(fault_id: str) -> bool:
    return bool(sql.execute("DELETE FROM flow_fault WHERE id = %s", [fault_id]))


def remove_all() -> int:
    return sql.execute("DELETE FROM flow_fault")


def _hit(fault: Fault) -> bool:
    """Count the exchange; whether the fault strikes it. The rows count, so that several processes count together."""
    seen = sql.rows("UPDATE flow_fault SET seen = seen + 1 WHERE id = %s AND enabled RETURNING seen", [fault.id])
    if not seen or not strikes(fault, seen[0][0]):
        return False
    hit = "UPDATE flow_fault SET hits = hits + 1 WHERE id = %s AND (times IS NULL OR hits < times)"
    return bool(sql.execute(hit, [fault.id]))


def _is_spent(fault: Fault) -> bool:
    return fault.times is not None and fault.hits >= fault.times


def _fault(row: tuple[Any, ...]) -> Fault:
    fault_id, kind, enabled, match, probability, times, seed, parameters, hits, created = row
    return Fault(
        *(fault_id, kind, bool(enabled), jsontext.loads(match), probability, times, seed),
        *(jsontext.loads(parameters), hits, created),
    )


chooser: Final = Chooser()
