"""The recorder's storage is bounded: the oldest flows go, a few at a time."""

import time
from typing import Final

from django.conf import settings
from django.db import transaction

from dbthreads import sql

AT_ONCE: Final = 20  # flows in one short transaction: others want to write
LOOSE: Final = 2000  # exchanges of no flow that are kept
LOOSE_AT_ONCE: Final = 500


def prune() -> int:
    """Take away one portion; how many rows there were. 0: everything is within its bounds."""
    return _prune_flows(_too_many()) + _prune_loose()


def _too_many() -> list[str]:
    """The oldest flows that are beyond one of the limits."""
    rows = sql.rows("SELECT id, weight, touched FROM flow_flow ORDER BY id DESC")
    oldest = time.time() - settings.FLOW_MAX_AGE
    weight, excess = 0, []
    for number, (flow, own, touched) in enumerate(rows):
        weight += own
        if number >= settings.FLOW_MAX_FLOWS or weight > settings.FLOW_MAX_BYTES or touched < oldest:
            excess.append(flow)
    return excess[-AT_ONCE:]


def _prune_flows(flows: list[str]) -> int:
    if not flows:
        return 0
    marks = sql.marks(flows)
    with transaction.atomic():
        sql.execute(f"DELETE FROM flow_exchange WHERE flow IN ({marks})", flows)
        shared = [
            one for (one,) in sql.rows(f"SELECT exchange FROM flow_sharedexchange WHERE flow IN ({marks})", flows)
        ]
        sql.execute(f"DELETE FROM flow_sharedexchange WHERE flow IN ({marks})", flows)
        if shared:
            sql.execute(
                f"DELETE FROM flow_exchange WHERE id IN ({sql.marks(shared)})"
                " AND NOT EXISTS (SELECT 1 FROM flow_sharedexchange s WHERE s.exchange = flow_exchange.id)",
                shared,
            )
        sql.execute(f"DELETE FROM flow_key WHERE flow IN ({marks})", flows)
        return sql.execute(f"DELETE FROM flow_flow WHERE id IN ({marks})", flows)


def _prune_loose() -> int:
    """Exchanges that belong to nothing: tokens, refused calls, strangers' reads."""
    loose = "flow = '' AND NOT EXISTS (SELECT 1 FROM flow_sharedexchange s WHERE s.exchange = flow_exchange.id)"
    newest = f"SELECT id FROM flow_exchange WHERE {loose} ORDER BY id DESC LIMIT %s OFFSET %s"
    gone = [one for (one,) in sql.rows(newest, [LOOSE_AT_ONCE, LOOSE])]
    if not gone:
        return 0
    return sql.execute(f"DELETE FROM flow_exchange WHERE id IN ({sql.marks(gone)})", gone)
