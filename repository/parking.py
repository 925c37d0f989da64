"""Events whose job is held before step 7: rows, so that the journal is read on past them, until they are let go."""

from collections.abc import Callable, Iterable
from typing import Final

import orjson

from contract.events import JournalEntry
from probes.gates import Subject, gates
from repository import tree
from repository.models import ParkedEvent, ProcessingJob

AT_ONCE: Final = 200


class Parking:
    """Of this process: whether it may be worth looking for parked events."""

    def __init__(self) -> None:
        self.may_be_used = True  # by an earlier process

    def held(self, requests: Iterable[str]) -> set[str]:
        """The jobs whose events are not to be attached yet."""
        return gates.held(7, subjects(requests)) if gates.active else set()

    def park(self, entries: Iterable[JournalEntry]) -> None:
        """Within the transaction that moves the cursor past them."""
        rows = [
            ParkedEvent(position=entry.position, event=orjson.dumps(entry.event, default=str).decode())
            for entry in entries
        ]
        if rows:
            ParkedEvent.objects.bulk_create(rows, ignore_conflicts=True)
            self.may_be_used = True

    def let_go(self, job_of: Callable[[JournalEntry], str]) -> list[JournalEntry]:
        """Those that may be attached now, oldest first; `done` when they are."""
        if not self.may_be_used:
            return []
        rows = list(ParkedEvent.objects.order_by("pk")[:AT_ONCE].values_list("position", "event"))
        self.may_be_used = bool(rows)
        entries = [JournalEntry(position=position, event=orjson.loads(event)) for position, event in rows]
        held = self.held(job for entry in entries if (job := job_of(entry)))
        return [entry for entry in entries if job_of(entry) not in held]

    def done(self, entries: Iterable[JournalEntry]) -> None:
        """Within the transaction that gave them their effect."""
        ParkedEvent.objects.filter(position__in=[entry.position for entry in entries]).delete()


def subjects(requests: Iterable[str]) -> list[Subject]:
    """The jobs with the paths of their assets, as far as they are still there."""
    ids = sorted(set(requests))
    assets = dict(ProcessingJob.objects.filter(id__in=ids).values_list("id", "asset_uuid"))
    found = {job: tree.by_uuid(uuid) for job, uuid in assets.items()}
    return [Subject(job, str(node.path) if (node := found.get(job)) else "") for job in ids]


parking: Final = Parking()
