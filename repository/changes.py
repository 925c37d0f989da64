"""The feed of what changed in the tree: rows first, then a doorbell.

A change is recorded in the transaction that makes it. `seq` grows in the order of commits, since writers of the tree
take turns: a reader that has seen seq n misses nothing when it asks for what came since n.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from django.db import connection, transaction
from django.utils import timezone

from repository.doorbell import Bell
from repository.paths import ROOT, NodePath

Kind = Literal["created", "modified", "deleted", "reordered"]
RETENTION: Final = timedelta(hours=24)

bell = Bell()


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A move is a `deleted` at its source and a `created` at its target; `created` and `deleted` include all below."""

    seq: int
    path: NodePath
    kind: str


def record(paths: Iterable[NodePath], kind: Kind) -> None:
    """To be called within `tree.writing`."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO repository_change (path, kind, at) VALUES (%s, %s, %s)",
            [(path, kind, now) for path in paths],
        )
    bell.ring_on_commit()


def since(seq: int, under: NodePath = ROOT, limit: int = 1000) -> list[ChangeRecord]:
    """The changes of a node and everything below it after `seq`, oldest first."""
    lower, upper = under.below
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, path, kind FROM repository_change WHERE seq > %s AND (path = %s OR (path >= %s AND path < %s))"
            " ORDER BY seq LIMIT %s",
            [seq, under, lower, upper, limit],
        )
        return [ChangeRecord(row[0], NodePath.stored(row[1]), row[2]) for row in cursor.fetchall()]


def latest_seq() -> int:
    """0 before the first change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(seq) FROM repository_change")
        row: tuple[int | None] = cursor.fetchone()
    return row[0] or 0


def oldest_seq() -> int:
    """The oldest change still kept: a reader that is further behind must read everything anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT MIN(seq) FROM repository_change")
        row: tuple[int | None] = cursor.fetchone()
    return row[0] or 0


def subscribe(callback: Callable[[], None]) -> Callable[[], None]:
    """Call `callback` after each commit of this process that changed the tree; returns what ends that.

    It is called in the thread that committed and must neither block nor use the database; changes of other processes
    do not ring.
    """
    return bell.subscribe(callback)


def prune() -> int:
    """Forget changes older than RETENTION, all but the newest; returns how many."""
    before = connection.ops.adapt_datetimefield_value(timezone.now() - RETENTION)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM repository_change WHERE at < %s AND seq < (SELECT MAX(seq) FROM repository_change)", [before]
        )
        return int(cursor.rowcount)
