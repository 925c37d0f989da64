"""What the journal's module promises: latest, expiry, expected events."""

import json
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from events import expectations, journal
from events.errors import Expired
from events.expectations import Owed
from events.incoming import Incoming
from events.models import Registration
from events.registrations import Subscription, Workspace, create

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The journal's clock, in ms: set its only element."""
    now = [1_000_000]
    monkeypatch.setattr(journal, "now_ms", lambda: now[0])
    return now


@pytest.fixture
def registration(clock: list[int]) -> Registration:
    return create(Workspace("o", "c", "p", "w"), Subscription("name", "", "c", True, (("p", "e"),)))


def append(n: object, **more: Any) -> None:
    assert journal.append([Incoming("o", "p", "e", json.dumps({"n": n}), **more)]) == [1]


def seen(registration: Registration, after: int) -> list[object]:
    registration.refresh_from_db()
    return [json.loads(event)["n"] for _, event in journal.read_since(registration, after, None).entries]


def latest(registration: Registration) -> int:
    registration.refresh_from_db()
    return journal.latest(registration)


def test_latest_is_where_the_journal_was_when_the_last_request_was_accepted(
    registration: Registration, clock: list[int]
) -> None:
    append("older")
    clock[0] += 1_000
    accepted = clock[0]
    clock[0] += 300
    append("first of the request", accepted_ms=accepted)
    append("second of the request", accepted_ms=accepted)
    assert seen(registration, latest(registration)) == ["first of the request", "second of the request"]


def test_latest_is_the_end_when_the_request_is_long_ago(
    registration: Registration, clock: list[int], settings: Settings
) -> None:
    append("event", accepted_ms=clock[0])
    clock[0] += int(settings.JOURNAL_LATEST_WINDOW * 1000) + 1
    assert seen(registration, latest(registration)) == []


def test_a_request_accepted_by_a_clock_that_is_ahead_keeps_its_own_events(
    registration: Registration, clock: list[int]
) -> None:
    append("older")
    append("event", accepted_ms=clock[0] + 60_000)
    assert seen(registration, latest(registration))[-1] == "event"


def test_a_clock_that_is_set_back_does_not_reorder(registration: Registration, clock: list[int]) -> None:
    append(1)
    clock[0] -= 500_000
    append(2)
    registration.refresh_from_db()
    assert journal.at_time(registration, 900_000) == 0
    assert seen(registration, 0) == [1, 2]


def test_entries_expire_and_positions_before_them_are_gone(registration: Registration, clock: list[int]) -> None:
    append(1)
    append(2)
    clock[0] += 10_000
    append(3)
    assert journal.expire(retention_seconds=5) == 2
    registration.refresh_from_db()
    with pytest.raises(Expired, match="have expired"):
        journal.read_since(registration, 1, None)
    assert seen(registration, 2) == [3]  # nothing was missed after the second
    assert journal.oldest(registration) == 2


def test_expiry_of_everything_leaves_an_empty_journal(registration: Registration, clock: list[int]) -> None:
    append(1)
    clock[0] += 10_000
    journal.expire(retention_seconds=5)
    assert seen(registration, journal.oldest(Registration.objects.get())) == []
    with pytest.raises(Expired):
        seen(registration, 0)
    append(2)
    assert seen(registration, 1) == [2]


def test_entries_that_expire_between_two_looks_are_noticed(registration: Registration, clock: list[int]) -> None:
    append(1)
    clock[0] += 10_000
    append(2)
    before = Registration.objects.get()
    journal.expire(retention_seconds=5)
    with pytest.raises(Expired):
        journal.read_since(before, 0, None)


def worker_event(request_id: str, **rendition: Any) -> Incoming:
    event = json.dumps({"n": "worker", "requestId": request_id, "rendition": rendition})
    return Incoming("o", "p", "e", event, about=(request_id, rendition))


def expect(registration: Registration, activation: str, *renditions: dict[str, Any]) -> None:
    owed = [Owed(f"{activation}-{index}", "r", rendition) for index, rendition in enumerate(renditions)]
    expectations.expect([registration], activation, owed, journal.now_ms())


def test_a_workers_event_gets_the_id_that_it_is_expected_under(registration: Registration) -> None:
    expect(registration, "act", {"name": "x"}, {"name": "y"})
    journal.append([worker_event("r", name="y")])
    assert [(key, value is not None) for key, value in sorted(expectations.arrived("o", "act").items())] == [
        ("act-0", False),
        ("act-1", True),
    ]


def test_the_service_fails_what_did_not_come_and_the_late_one_is_dropped(registration: Registration) -> None:
    expect(registration, "act", {"name": "x"})
    append("service", event_id="act-0")
    journal.append([worker_event("r", name="x")])
    assert seen(registration, 0) == ["service"]


def test_the_service_is_too_late_when_the_worker_was_quicker(registration: Registration) -> None:
    expect(registration, "act", {"name": "x"})
    journal.append([worker_event("r", name="x")])
    append("service", event_id="act-0")
    journal.append([worker_event("r", name="x")])
    assert seen(registration, 0) == ["worker"]


def test_a_batch_of_equal_renditions_is_told_apart(registration: Registration) -> None:
    expect(registration, "act", {"fmt": "png"}, {"fmt": "png"})
    journal.append([worker_event("r", fmt="png") for _ in range(3)])
    assert seen(registration, 0) == ["worker", "worker"]


def test_a_request_id_that_is_used_again_gets_its_own_events(registration: Registration) -> None:
    for activation in ("first", "second"):
        expect(registration, activation, {"name": "x"})
        journal.append([worker_event("r", name="x")])
    assert seen(registration, 0) == ["worker", "worker"]


def test_events_that_nobody_expects_are_all_kept(registration: Registration) -> None:
    journal.append([worker_event("unknown", name="x"), worker_event("unknown", name="x")])
    assert seen(registration, 0) == ["worker", "worker"]


def test_expectations_are_forgotten_with_the_entries(registration: Registration, clock: list[int]) -> None:
    expect(registration, "act", {"name": "x"})
    clock[0] += 10_000
    journal.expire(retention_seconds=5)
    assert expectations.arrived("o", "act") == {}
