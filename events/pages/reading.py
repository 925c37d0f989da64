"""What the page shows of a journal: read models. Nothing here writes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q

from contract import jsontext
from events import positions, readers
from events.models import Entry, Registration
from events.readers import Reader

PAGE: Final = 50
LOOKED_AT: Final = 5000  # entries that a filter looks through at a time


@dataclass(frozen=True)
class Line:
    """An entry of a journal."""

    registration: Registration
    position: int
    written: datetime
    event_id: str
    text: str

    @property
    def place(self) -> str:
        """The position as clients know it."""
        return positions.encode(self.registration.registration_id, self.position)

    @property
    def event(self) -> Any:
        try:
            return jsontext.loads(self.text)
        except ValueError:
            return {}

    @property
    def fields(self) -> dict[str, Any]:
        """Of a CloudEvent, its data."""
        event = self.event if isinstance(self.event, dict) else {}
        data = event.get("data")
        return data if "specversion" in event and isinstance(data, dict) else event

    @property
    def kind(self) -> str:
        return str(self.fields.get("type") or (self.event.get("type", "") if isinstance(self.event, dict) else ""))

    @property
    def failed(self) -> bool:
        return self.kind == "rendition_failed"

    @property
    def subject(self) -> str:
        rendition = self.fields.get("rendition")
        if isinstance(rendition, dict):
            return str(rendition.get("name") or rendition.get("fmt") or "")
        return ""

    @property
    def reason(self) -> str:
        return str(self.fields.get("errorReason") or "")

    @property
    def request_id(self) -> str:
        return str(self.fields.get("requestId") or "")


@dataclass(frozen=True)
class Page:
    """`last`: the position up to which was looked, where the page before goes on."""

    lines: Sequence[Line]
    has_more: bool
    last: int


@dataclass(frozen=True)
class Consumer:
    """A registration, the length of its journal, and who reads it from here."""

    registration: Registration
    interests: Sequence[str]
    entries: int
    readers: Sequence[tuple[Reader, int]]


def page(
    registration: Registration, kind: str, words: str, before: int | None = None, after: int | None = None
) -> Page:
    """The newest entries of a journal; those before a position, or after one."""
    rows = Entry.objects.filter(registration=registration)
    if before is not None:
        rows = rows.filter(position__lt=before)
    if after is not None:
        rows = rows.filter(position__gt=after)
    if kind:
        rows = rows.filter(event__contains=json.dumps(kind))
    if words:
        rows = rows.filter(Q(event__icontains=words) | Q(event_id__icontains=words))
    found = rows.order_by("-position").values_list("position", "written_ms", "event_id", "event")
    lines = [_line(registration, *row) for row in found[: PAGE + 1]]
    shown = lines[:PAGE]
    return Page(shown, len(lines) > PAGE, shown[-1].position if shown else 0)


def line(registration: Registration, position: int) -> Line | None:
    row = Entry.objects.filter(registration=registration, position=position).first()
    return _line(registration, row.position, row.written_ms, row.event_id, row.event) if row else None


def registrations() -> list[Registration]:
    """The one that was last written to comes first."""
    return list(Registration.objects.order_by("-written_ms", "pk")[:200])


def consumers() -> list[Consumer]:
    rows = Registration.objects.order_by("-written_ms", "pk").prefetch_related("interests")[:200]
    return [_consumer(row) for row in rows]


def _consumer(row: Registration) -> Consumer:
    read = [(reader, max(0, row.last_position - reader.position)) for reader in readers.of(row.pk)[:5]]
    codes = sorted({interest.event_code for interest in row.interests.all()})
    return Consumer(row, codes, row.last_position - row.expired_through, read)


def _line(registration: Registration, position: int, written_ms: int, event_id: str | None, event: str) -> Line:
    return Line(registration, position, datetime.fromtimestamp(written_ms / 1000, UTC), event_id or "", event)
