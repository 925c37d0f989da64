"""Flows and exchanges, read from the rows. A flow whose exchanges grew is folded anew when somebody looks at it."""

import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from contract import jsontext
from dbthreads import sql
from flow import folding
from flow.correlation import request_key
from flow.folding import Folded, Settled
from flow.seen import Seen

FOLDED_AT_ONCE: Final = 200
AT_ONCE: Final = 400
FOLDS: Final = 10  # of so many at once, before an answer
_SEEN: Final = ", ".join(f"e.{field.name}" for field in fields(Seen))  # `facts` is the last of them
_FLOW: Final = "id, kind, title, path, mime, profile, asset, started, touched, stale, state, digest, settled, content"

_MARK: Final = (
    "SELECT 1, CAST(coalesce((SELECT max(id) FROM flow_exchange), 0) AS TEXT),"
    " CAST(coalesce((SELECT max(touched) FROM flow_flow), 0) AS TEXT), '', ''"
    " UNION ALL SELECT 2, scope, mode, CAST(slow_seconds AS TEXT), breakpoints FROM flow_gate"
    " UNION ALL SELECT 3, CAST(count(*) AS TEXT), '', '', '' FROM flow_held WHERE NOT released"
    " UNION ALL SELECT 4, id, CAST(enabled AS TEXT), CAST(hits AS TEXT), CAST(created AS TEXT) FROM flow_fault"
    " ORDER BY 1, 2"
)
"""One statement, since it is asked after each exchange: the newest, then what controls them."""


@dataclass(frozen=True)
class FlowRow:
    id: str
    kind: str
    title: str
    path: str
    mime: str
    profile: str
    asset: str
    started: float
    touched: float
    stale: bool
    state: str
    digest: str
    settled: str
    content: str


@dataclass(frozen=True)
class Asked:
    """What a list is asked for."""

    limit: int = 50
    before: str = ""
    text: str = ""
    state: str = ""
    path: str = ""


def flows(asked: Asked, held: Sequence[str] = ()) -> list[FlowRow]:
    """Newest first, up to date; `held` are those that wait at a gate."""
    refresh()
    where: list[str] = ["1 = 1"]
    values: list[Any] = []
    if asked.before:
        where.append("id < %s")
        values.append(asked.before)
    if asked.state == "held":
        where.append(f"id IN ({sql.marks(held)})" if held else "1 = 0")
        values += held
    elif asked.state:
        where.append("state = %s")
        values.append(asked.state)
    if asked.path:
        where.append("path = %s")
        values.append(asked.path)
    if asked.text:
        pattern = f"%{_escaped(asked.text.lower())}%"
        where.append(
            "(lower(path) LIKE %s ESCAPE '!' OR lower(title) LIKE %s ESCAPE '!' OR id = %s"
            " OR id IN (SELECT flow FROM flow_key WHERE key = %s))"
        )
        values += [pattern, pattern, asked.text, request_key(asked.text)]
    query = f"SELECT {_FLOW} FROM flow_flow WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT %s"
    return [FlowRow(*row) for row in sql.rows(query, [*values, asked.limit])]


def flow(flow_id: str) -> FlowRow | None:
    found = sql.rows(f"SELECT {_FLOW} FROM flow_flow WHERE id = %s", [flow_id])
    return FlowRow(*found[0]) if found else None


def flow_of_request(request_id: str) -> str:
    """The flow's id by the id of its job's request; empty when none is recorded."""
    query = "SELECT k.flow FROM flow_key k JOIN flow_flow f ON f.id = k.flow WHERE k.key = %s"
    return str(sql.scalar(query, [request_key(request_id)]) or "")


def exchanges(flow_ids: Sequence[str]) -> dict[str, list[Seen]]:
    """Of each flow, those of its own and those that it shares."""
    if not flow_ids:
        return {}
    marks = sql.marks(flow_ids)
    own = sql.rows(f"SELECT e.flow, {_SEEN} FROM flow_exchange e WHERE e.flow IN ({marks})", flow_ids)
    shared = sql.rows(
        f"SELECT s.flow, {_SEEN} FROM flow_sharedexchange s JOIN flow_exchange e ON e.id = s.exchange"
        f" WHERE s.flow IN ({marks})",
        flow_ids,
    )
    found: dict[str, list[Seen]] = defaultdict(list)
    for flow_id, *row in (*own, *shared):
        found[flow_id].append(_seen(row))
    return {flow_id: sorted(some, key=lambda one: (one.started, one.id)) for flow_id, some in found.items()}


def exchange(exchange_id: int) -> tuple[Seen, bytes] | None:
    found = sql.rows(f"SELECT {_SEEN}, e.detail FROM flow_exchange e WHERE e.id = %s", [exchange_id])
    return (_seen(found[0][:-1]), bytes(found[0][-1])) if found else None


def details(exchange_ids: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for start in range(0, len(exchange_ids), AT_ONCE):
        some = list(exchange_ids[start : start + AT_ONCE])
        rows = sql.rows(f"SELECT id, detail FROM flow_exchange WHERE id IN ({sql.marks(some)})", some)
        found |= {number: bytes(packed) for number, packed in rows}
    return found


def flows_of(exchange_id: int) -> list[str]:
    return [flow for (flow,) in sql.rows("SELECT flow FROM flow_sharedexchange WHERE exchange = %s", [exchange_id])]


def traffic(since: int, limit: int) -> list[Seen]:
    """What was written after an exchange, oldest first; of much of it the newest."""
    query = f"SELECT {_SEEN} FROM flow_exchange e WHERE e.id > %s ORDER BY e.id DESC LIMIT %s"
    return [_seen(row) for row in reversed(sql.rows(query, [since, limit]))]


def mark() -> str:
    """Another one after each change."""
    (_, newest, touched, *_), *controls = sql.rows(_MARK)
    return f"{newest}-{int(float(touched) * 1000)}-{zlib.crc32(repr(controls).encode()):x}"


def refresh() -> None:
    """Fold what has grown, newest first."""
    query = f"SELECT {_FLOW} FROM flow_flow WHERE stale ORDER BY id DESC LIMIT %s"
    for _ in range(FOLDS):
        grown = [FlowRow(*row) for row in sql.rows(query, [FOLDED_AT_ONCE])]
        found = exchanges([row.id for row in grown])
        folded = [(row, fold(row, found.get(row.id, ()))) for row in grown]
        _keep(folded)
        if len(grown) < FOLDED_AT_ONCE:
            return


def fold(row: FlowRow, seen: Iterable[Seen], held: int = 0) -> Folded:
    settled = Settled(**jsontext.loads(row.settled)) if row.settled else Settled()
    return folding.fold(row.kind, list(seen), settled, time.time(), held)


def summary(row: FlowRow, folded: Folded) -> dict[str, Any]:
    """A flow as a list shows it; times in milliseconds."""
    return {
        "id": row.id,
        "kind": row.kind,
        "title": row.title,
        "path": row.path,
        "mime": row.mime or folded.mime,
        "state": folded.state,
        "step": folded.step,
        "started": ms(row.started),
        "ended": ms(folded.ended),
        "request_ids": folded.request_ids,
        "activation_ids": folded.activation_ids,
        "counts": folded.counts(),
        "faults": folded.faults,
        "reason": folded.reason,
        "asset": row.asset or folded.asset,
        "profile": row.profile,
        "generation": folded.generation,
    }


def ms(moment: float | None) -> float | None:
    return None if moment is None else round(moment * 1000, 3)


def _keep(folded: Sequence[tuple[FlowRow, Folded]]) -> None:
    """A flow that grew meanwhile stays stale."""
    sql.execute_many(
        "UPDATE flow_flow SET stale = %s, state = %s, digest = %s WHERE id = %s AND touched = %s",
        [
            (False, state.state, jsontext.dumps(summary(row, state)), row.id, row.touched)
            for row, state in sorted(folded, key=lambda pair: pair[0].id)
        ],
    )


def _seen(row: Sequence[Any]) -> Seen:
    seen = Seen(*row)
    return replace(seen, facts=jsontext.loads(row[-1])) if row[-1] else replace(seen, facts={})


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
