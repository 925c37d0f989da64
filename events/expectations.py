"""Events that are waited for: exactly one for each rendition of a custom worker, whoever sends it.

The processing service says which events a worker owes, before it calls the worker. When the worker's event comes, it
gets the id that the service expects it under. When it does not come, the service publishes a failure of its own under
that id. Either way the id is unique in the journal, so the second of the two is dropped, whichever it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contract import jsontext
from dbthreads import sql
from events.incoming import Incoming
from events.matching import Expected, match
from events.models import Expectation, Registration


@dataclass(frozen=True)
class Owed:
    event_id: str
    request_id: str
    rendition: dict[str, Any]


def expect(registrations: Iterable[Registration], group: str, owed: Sequence[Owed], created_ms: int) -> None:
    """Wait for these events. Saying it again changes nothing."""
    rows = [
        Expectation(
            registration=registration,
            group=group,
            event_id=one.event_id,
            request_id=one.request_id,
            rendition=jsontext.dumps(one.rendition),
            created_ms=created_ms,
        )
        for registration in registrations
        for one in owed
    ]
    Expectation.objects.bulk_create(rows, ignore_conflicts=True)


def arrived(org_id: str, group: str) -> dict[str, str | None]:
    """Of each event id of the group: the event's JSON, None while it has not come."""
    query = (
        "SELECT x.event_id, max(e.event) FROM events_expectation x"
        " JOIN events_registration r ON r.id = x.registration_id AND r.org_id = %s"
        " LEFT JOIN events_entry e ON e.registration_id = x.registration_id AND e.event_id = x.event_id"
        ' WHERE x."group" = %s GROUP BY x.event_id'
    )
    return dict(sql.rows(query, [org_id, group]))


def name_events(
    registration: int, batch: Sequence[Incoming], in_journal: Callable[[Sequence[str]], set[str]]
) -> list[Incoming]:
    """The batch, with their ids for those events that are expected. Called with the journal's head locked."""
    requests = {incoming.about[0] for incoming in batch if incoming.event_id is None and incoming.about}
    expected = _of_requests(registration, requests) if requests else {}
    if not expected:
        return list(batch)
    taken = in_journal([one.event_id for owed in expected.values() for one in owed])
    return [_named(incoming, expected, taken) for incoming in batch]


def forget_older_than(cutoff_ms: int) -> None:
    Expectation.objects.filter(created_ms__lt=cutoff_ms).delete()


def _named(incoming: Incoming, expected: dict[str, list[Owed]], taken: set[str]) -> Incoming:
    if incoming.event_id is not None or not incoming.about or incoming.about[0] not in expected:
        return incoming
    request_id, rendition = incoming.about
    candidates = [
        Expected(one.event_id, one.rendition, is_open=one.event_id not in taken) for one in expected[request_id]
    ]
    event_id = match(rendition, candidates).event_id
    named = replace(incoming, event_id=event_id)
    taken.add(event_id)
    return named


def _of_requests(registration: int, requests: set[str]) -> dict[str, list[Owed]]:
    found: dict[str, list[Owed]] = defaultdict(list)
    rows = Expectation.objects.filter(registration=registration, request_id__in=requests).order_by("pk")
    for event_id, request_id, rendition in rows.values_list("event_id", "request_id", "rendition"):
        found[request_id].append(Owed(event_id, request_id, jsontext.loads(rendition)))
    return found
