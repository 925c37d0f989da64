"""From captured exchanges to rows: a batch in one transaction, off the hot path. The writer of the box's rows.

An exchange whose flow is not known yet (another process has not written its beginning) waits a moment for it.
"""

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from contract import jsontext
from contract.texts import clean, is_clean
from dbthreads import sql
from flow import correlation, detail, redaction
from flow.captured import Captured
from flow.correlation import Clues, Found, Opening
from flow.keys import Keys
from probes import names, parties

PATIENCE: Final = 2.0  # seconds for which the beginning of an exchange's flow is waited for
PATIENCE_WITH_ACTIONS: Final = 60.0
"""What an action asks others is known to be of a flow when the action has answered."""
_COLUMNS: Final = (
    *("id", "flow", "step", "sender", "receiver", "sender_name", "receiver_name", "method", "url", "path", "status"),
    *("error", "started", "first_byte", "ended", "request_bytes", "response_bytes", "rendition", "fault", "facts"),
    "detail",
)
_INSERT: Final = f"INSERT INTO flow_exchange ({', '.join(_COLUMNS)}) VALUES ({sql.marks(_COLUMNS)})"


@dataclass(frozen=True)
class Placed:
    """An exchange that has found its flows."""

    exchange: Captured
    clues: Clues
    found: Found


class Writer:
    def __init__(self) -> None:
        self.keys = Keys()
        self._last_id = 0
        self._last_flow = 0  # microsecond

    def write(self, batch: Sequence[Captured]) -> list[Captured]:
        """Write what has a flow, or will never have one; the rest is handed back, to be given again."""
        read = [(exchange, correlation.clues(exchange)) for exchange in sorted(batch, key=lambda one: one.ended)]
        known = self.keys.look_up(key for _, clues in read for key in (*clues.seeks, *clues.shares))
        placed, waiting = self._place(read, known)
        gone = {key for one in placed for key in one.found.gone}
        new_keys = [(key, flow) for one in placed for key, flow in one.found.keys if key.key not in gone]
        with transaction.atomic():
            _open(placed)
            self.keys.remove(sorted(gone))
            self.keys.add(new_keys)
            self._insert(placed)
        self.keys.remember(new_keys)
        return waiting

    def _place(
        self, read: Sequence[tuple[Captured, Clues]], known: dict[str, tuple[str, str]]
    ) -> tuple[list[Placed], list[Captured]]:
        placed, waiting = [], []
        now = time.time()
        for exchange, clues in read:
            found = correlation.find(clues, known, self._new_flow)
            patience = PATIENCE_WITH_ACTIONS if exchange.receiver == names.EXTERNAL else PATIENCE
            if found.is_missing and exchange.ended > now - patience:
                waiting.append(exchange)
                continue
            known |= {key.key: (flow, key.rendition) for key, flow in found.keys}
            for key in found.gone:
                known.pop(key, None)
            placed.append(Placed(exchange, clues, found))
        return placed, waiting

    def _insert(self, placed: Sequence[Placed]) -> None:
        rows: list[tuple[Any, ...]] = []
        shared: list[tuple[str, int]] = []
        weights: dict[str, int] = defaultdict(int)
        for one in placed:
            row_id, flows = self._next_id(), one.found.flows
            row = _row(row_id, one)
            rows.append(row)
            if len(flows) > 1:
                shared += [(flow, row_id) for flow in flows]
            for flow in flows:
                weights[flow] += len(row[-1]) + 512
        sql.execute_many(_INSERT, rows)
        sql.execute_many("INSERT INTO flow_sharedexchange (flow, exchange) VALUES (%s, %s)", shared)
        now = time.time()
        sql.execute_many(
            "UPDATE flow_flow SET touched = %s, weight = weight + %s, stale = %s WHERE id = %s",
            [(now, weight, True, flow) for flow, weight in sorted(weights.items())],
        )
        _name_flows(placed)

    def _new_flow(self) -> str:
        """An id that sorts by time: one upload request begins many flows within a millisecond."""
        self._last_flow = max(self._last_flow + 1, time.time_ns() // 1000)
        return f"{self._last_flow:013x}{_PROCESS_BITS & 255:02x}"

    def _next_id(self) -> int:
        """Grows in this process; another process's ids differ in the last bits."""
        moment = int(time.time() * 1_000_000) << 10
        self._last_id = max(self._last_id + 1024, moment | _PROCESS_BITS)
        return self._last_id


_PROCESS_BITS: Final = int.from_bytes(os.urandom(2)) & 1023


def _open(placed: Sequence[Placed]) -> None:
    opened = [(flow, opening, one.exchange.started) for one in placed for flow, opening in one.found.opened]
    now = time.time()
    sql.execute_many(
        "INSERT INTO flow_flow (id, kind, title, path, mime, asset, started, touched, weight, stale, state, digest,"
        " settled, content, profile) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, %s, 'running', '', '', '', '')",
        [_flow_row(flow, opening, started, now) for flow, opening, started in opened],
    )


def _flow_row(flow: str, opening: Opening, started: float, now: float) -> tuple[Any, ...]:
    texts = (opening.kind, clean(opening.title)[:255], clean(opening.path), clean(opening.mime)[:255])
    return (flow, *texts, clean(opening.asset)[:64], started, now, True)


def _name_flows(placed: Sequence[Placed]) -> None:
    """What becomes known of a flow only after it began."""
    for one in placed:
        facts, flows = one.clues.facts, one.found.flows
        if "completed" in facts:
            for file in facts["completed"]:
                values = [file["asset"][:64], file["path"], *flows]
                sql.execute(f"UPDATE flow_flow SET asset = %s WHERE path = %s AND id IN ({sql.marks(flows)})", values)
        elif "named" in facts and flows:
            named = facts["named"]
            values = [clean(named["title"])[:255], clean(named["path"]), flows[0]]
            sql.execute("UPDATE flow_flow SET title = %s, path = %s WHERE id = %s", values)
        elif "job" in facts and flows:
            job = facts["job"]
            values = [job["asset"][:64], job["mime"][:255], flows[0]]
            sql.execute("UPDATE flow_flow SET asset = %s, mime = %s WHERE id = %s AND asset = ''", values)
            values = [clean(job["name"]), clean(job["path"]), flows[0]]
            sql.execute("UPDATE flow_flow SET title = %s, path = %s WHERE id = %s AND path = ''", values)
            if job["profile"]:
                values = [clean(job["profile"])[:255], flows[0]]
                sql.execute("UPDATE flow_flow SET profile = %s WHERE id = %s", values)


def _sender(one: Placed) -> str:
    """Who works on a job is a worker, though it says nothing of itself: one elsewhere, or of a service elsewhere."""
    if one.exchange.sender != "client" or one.found.step not in {4, 5, 6} or not one.found.flows:
        return one.exchange.sender
    return names.CUSTOM_WORKER if parties.is_here(settings.ASSET_COMPUTE_URL) else names.CORE_WORKER


def _row(row_id: int, one: Placed) -> tuple[Any, ...]:
    exchange, found = one.exchange, one.found
    texts: tuple[str, ...] = (exchange.sender_name, exchange.receiver_name, exchange.path, exchange.error)
    texts = (*texts, redaction.url(exchange.url))
    if not is_clean("".join((*texts, found.rendition))):  # hardly any is not: one look for all of them
        texts = tuple(map(clean, texts))
        found = replace(found, rendition=clean(found.rendition))
    sender_name, receiver_name, path, error, url = texts
    return (
        row_id,
        found.flows[0] if len(found.flows) == 1 else "",
        found.step,
        _sender(one)[:16],
        exchange.receiver[:16],
        sender_name[:255],
        receiver_name[:255],
        exchange.method[:16],
        url[:8192],
        path[:4096],
        exchange.status,
        error[:500],
        exchange.started,
        exchange.first_byte,
        exchange.ended,
        exchange.request.size,
        exchange.response.size,
        found.rendition[:255],
        exchange.fault[:32],
        redaction.text(jsontext.dumps(one.clues.facts)) if one.clues.facts else "",
        detail.packed(exchange),
    )


writer: Final = Writer()
