"""The journal: entries are added at the end, read in order, and expire. The only writer of `Entry`.

No reader ever skips an entry that commits late: whoever adds entries holds the lock of the registration's row from
before it takes the next position until its commit, so positions become visible in their order. SQLite's IMMEDIATE
transactions give the same for the whole file. Plain SQL, since these are the hottest statements of the box.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction

from dbthreads import sql
from events import expectations, positions
from events.errors import Expired
from events.incoming import Incoming
from events.models import Registration

PAGE_BYTES = 1_500_000
"""Size of a page's events: Adobe caps responses at 1.5 MB."""
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Page:
    """Entries as (position, event JSON), in order; `last` is where the next page goes on."""

    entries: list[tuple[int, str]]
    last: int


@dataclass
class _Head:
    """The locked head of a journal, and the rows that are to be added after it."""

    registration: int
    last: int
    written_ms: int
    accepted_ms: int
    accepted_position: int
    rows: list[tuple[int, int, int, str | None, str]] = field(default_factory=list)


def append(batch: Sequence[Incoming]) -> list[int]:
    """Add events, all in one transaction; for each, how many journals it is in now (0: nobody is registered for it)."""
    with transaction.atomic():
        recipients = [_recipients(*key) for key in _keys(batch)]
        journals: dict[int, list[Incoming]] = defaultdict(list)
        for incoming, registrations in zip(batch, recipients, strict=True):
            for registration in registrations:
                journals[registration].append(incoming)
        for registration in sorted(journals):  # always in this order: two writers cannot wait for each other
            _append_to(registration, journals[registration])
    return [len(registrations) for registrations in recipients]


def read_since(registration: Registration, after: int, limit: int | None) -> Page:
    """As `read`; `Expired` when entries after that position are gone. Positions have no gaps, so a gap tells it."""
    page = read(registration, after, limit)
    first = page.entries[0][0] if page.entries else registration.last_position + 1
    if first > after + 1:
        raise Expired(f"Events at position {positions.encode(registration.registration_id, after)} have expired.")
    return page


def read(registration: Registration, after: int, limit: int | None) -> Page:
    """The entries after a position: at most `limit`, at most `PAGE_BYTES`, at least one if there is any."""
    entries: list[tuple[int, str]] = []
    size = 0
    for position, event in _rows(registration.pk, after, limit):
        size += len(event)
        if entries and size > PAGE_BYTES:
            break
        entries.append((position, event))
    return Page(entries, entries[-1][0] if entries else after)


def oldest(registration: Registration) -> int:
    """The position before the oldest entry that is left."""
    return registration.expired_through


def latest(registration: Registration) -> int:
    """The end of the journal. Shortly after a processing request: the end as it was when that request was accepted.

    Adobe's client starts to read at `latest` only after its first `/process` has returned; an event that was quicker
    must not be lost to it.
    """
    window_ms = int(settings.JOURNAL_LATEST_WINDOW * 1000)
    if registration.accepted_ms > now_ms() - window_ms:
        return max(registration.accepted_position, registration.expired_through)
    return registration.last_position


def at_time(registration: Registration, since_ms: int) -> int:
    """The position before the first entry that was written at that time or later."""
    return max(_last_before(registration.pk, since_ms), registration.expired_through)


def count_after(registration: Registration, after: int) -> int:
    query = "SELECT count(*) FROM events_entry WHERE registration_id = %s AND position > %s"
    return int(sql.scalar(query, [registration.pk, after]) or 0)


def expire(retention_seconds: float) -> int:
    """Delete entries older than the retention; how many there were."""
    cutoff = now_ms() - int(retention_seconds * 1000)
    journals = sql.rows("SELECT id, expired_through FROM events_registration")
    due = [journal for journal, expired_through in journals if _last_before(journal, cutoff) > expired_through]
    deleted = sum(_expire_in(registration, cutoff) for registration in due)
    expectations.forget_older_than(cutoff)
    return deleted


def now_ms() -> int:
    return int(time.time() * 1000)


def _keys(batch: Iterable[Incoming]) -> Iterator[tuple[str, str, str]]:
    return ((incoming.org_id, incoming.provider_id, incoming.event_code) for incoming in batch)


def _recipients(org_id: str, provider_id: str, event_code: str) -> list[int]:
    query = (
        "SELECT r.id FROM events_interest i JOIN events_registration r ON r.id = i.registration_id"
        " WHERE i.provider_id = %s AND i.event_code = %s AND r.org_id = %s AND r.enabled"
    )
    return [registration for (registration,) in sql.rows(query, [provider_id, event_code, org_id])]


def _append_to(registration: int, batch: list[Incoming]) -> None:
    head = _lock(registration)
    if head is None:
        return  # unregistered since we looked
    named = expectations.name_events(registration, batch, lambda ids: _in_journal(registration, ids))
    known = _in_journal(registration, [incoming.event_id for incoming in named if incoming.event_id is not None])
    for incoming in named:
        if incoming.event_id not in known:
            _add(head, incoming)
        if incoming.event_id is not None:
            known.add(incoming.event_id)
    _write(head)


def _add(head: _Head, incoming: Incoming) -> None:
    _note_request(head, incoming)
    head.last += 1
    head.written_ms = max(now_ms(), head.written_ms)  # a clock that is set back does not reorder the journal
    head.rows.append((head.registration, head.last, head.written_ms, incoming.event_id, incoming.event))


def _lock(registration: int) -> _Head | None:
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    columns = "last_position, written_ms, accepted_ms, accepted_position"
    query = f"SELECT {columns} FROM events_registration WHERE id = %s{lock}"
    rows = sql.rows(query, [registration])
    return _Head(registration, *rows[0]) if rows else None


def _in_journal(registration: int, event_ids: Sequence[str]) -> set[str]:
    """Those of the event ids that the journal has an entry of."""
    if not event_ids:
        return set()
    query = f"SELECT event_id FROM events_entry WHERE registration_id = %s AND event_id IN ({sql.marks(event_ids)})"
    return {event_id for (event_id,) in sql.rows(query, [registration, *event_ids])}


def _note_request(head: _Head, incoming: Incoming) -> None:
    """Remember where the journal was when the newest request was accepted: before its first event at any rate."""
    accepted = min(incoming.accepted_ms or 0, now_ms())
    if accepted > head.accepted_ms:
        head.accepted_ms = accepted
        head.accepted_position = min(_last_before(head.registration, accepted), head.last)


def _last_before(registration: int, moment_ms: int) -> int:
    query = (
        "SELECT position FROM events_entry WHERE registration_id = %s AND written_ms < %s"
        " ORDER BY written_ms DESC, position DESC LIMIT 1"
    )
    return int(sql.scalar(query, [registration, moment_ms]) or 0)


def _write(head: _Head) -> None:
    if not head.rows:
        return
    columns = "registration_id, position, written_ms, event_id, event"
    sql.execute_many(f"INSERT INTO events_entry ({columns}) VALUES (%s, %s, %s, %s, %s)", head.rows)
    sql.execute(
        "UPDATE events_registration"
        " SET last_position = %s, written_ms = %s, accepted_ms = %s, accepted_position = %s WHERE id = %s",
        [head.last, head.written_ms, head.accepted_ms, head.accepted_position, head.registration],
    )


def _rows(registration: int, after: int, limit: int | None) -> Iterator[tuple[int, str]]:
    where = "registration_id = %s AND position > %s"
    query = f"SELECT position, event FROM events_entry WHERE {where} ORDER BY position LIMIT %s"
    left = limit
    while left is None or left > 0:
        size = ROWS_AT_ONCE if left is None else min(left, ROWS_AT_ONCE)
        rows = sql.rows(query, [registration, after, size])
        yield from rows
        if len(rows) < size:
            return
        after = rows[-1][0]
        left = None if left is None else left - size


def _expire_in(registration: int, cutoff_ms: int) -> int:
    with transaction.atomic():
        if _lock(registration) is None:
            return 0
        last = _last_before(registration, cutoff_ms)
        expired = "DELETE FROM events_entry WHERE registration_id = %s AND position <= %s"
        deleted = sql.execute(expired, [registration, last])
        sql.execute("UPDATE events_registration SET expired_through = %s WHERE id = %s", [last, registration])
    return deleted
