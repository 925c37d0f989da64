"""The waterfall: every exchange once, parents before their children, waits with words."""

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow import folding, spans
from flow.folding import Settled
from flow.seen import Seen

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may load the machine

NAMES = ["a.png", "b.png"]


def seen(number: int, step: int, started: float, seconds: float, **changed: Any) -> Seen:
    fields: dict[str, Any] = {
        "id": number,
        "flow": "f",
        "step": step,
        "sender": "core-worker" if step in {4, 5} else "repository",
        "receiver": "blobstore",
        "sender_name": "",
        "receiver_name": "",
        "method": "PUT",
        "url": "http://h/x",
        "path": "/x",
        "status": 200,
        "error": "",
        "started": started,
        "first_byte": started + seconds / 2,
        "ended": started + seconds,
        "request_bytes": 10,
        "response_bytes": 10,
        "rendition": "",
        "fault": "",
        "facts": {},
    }
    return Seen(**{**fields, **changed})


def job(number: int, started: float) -> Seen:
    renditions = [{"name": name, "worker": "", "fmt": "png"} for name in NAMES]
    facts = {"request": "r", "activation": "a", "asset": "u", "generation": 1, "mime": "", "renditions": renditions}
    return seen(number, 2, started, 0.01, facts={"job": facts})


def waterfall(exchanges: list[Seen]) -> list[spans.Span]:
    return spans.waterfall(folding.fold("upload", exchanges, Settled(), 1e9), exchanges)


@UNHURRIED
@given(st.lists(st.tuples(st.sampled_from([0, 1, 4, 5, 6, 7]), st.floats(0, 100), st.floats(0, 5)), max_size=20))
def test_any_exchanges(drawn: list[tuple[int, float, float]]) -> None:
    exchanges = [
        seen(number, step, 1000 + at, seconds, rendition=NAMES[number % 2] if step in {5, 6} else "")
        for number, (step, at, seconds) in enumerate(drawn, 1)
    ]
    rows = waterfall([job(99, 1050.0), *exchanges])
    ids = [row.id for row in rows]
    assert len(ids) == len(set(ids))
    assert {row.exchange for row in rows if row.kind == "exchange"} == {99, *range(1, len(drawn) + 1)}
    for number, row in enumerate(rows):
        assert row.parent is None or row.parent in ids[:number]
        assert row.ended is None or row.ended >= row.started
        assert all(segment.ended > segment.started for segment in row.segments)
        assert row.kind != "gap" or row.words
    gaps = sorted((row for row in rows if row.kind == "gap"), key=lambda row: row.started)
    assert all((one.ended or 0) <= other.started for one, other in itertools.pairwise(gaps))


def test_waits_are_named() -> None:
    exchanges = [
        seen(1, 1, 0.0, 0.1),
        job(2, 0.5),
        seen(3, 4, 1.0, 0.1),
        seen(4, 5, 2.0, 0.1, rendition="a.png"),
        seen(5, 6, 2.3, 0.1, rendition="a.png"),
        seen(6, 7, 3.4, 0.1, method="GET", receiver="events", facts={"page": [], "polls": [(2.5, 2.51), (2.9, 2.91)]}),
    ]
    words = [row.words for row in waterfall(exchanges) if row.kind == "gap"]
    assert words == [
        "The job waited to be sent: 400 ms",
        "Waited for a free worker: 490 ms",
        "The worker made the renditions: 900 ms",
        "The event waited to be sent: 200 ms",
        "The poller slept 500 ms, after asking 2 times in vain",
    ]


def test_events_that_are_held_back_until_the_client_knows_its_job() -> None:
    exchanges = [job(1, 0.0), seen(2, 5, 0.02, 0.02, rendition="a.png"), seen(3, 6, 0.26, 0.01, rendition="a.png")]
    words = [row.words for row in waterfall(exchanges) if row.kind == "gap"]
    assert words == ["Events are held back until 250 ms after the job's answer"]


def test_a_rendition_is_queued_then_made_then_waited_for() -> None:
    exchanges = [
        job(1, 0.0),
        seen(2, 4, 1.0, 0.5),
        seen(3, 5, 2.0, 0.5, rendition="a.png"),
        seen(4, 6, 3.0, 0.1, rendition="a.png"),
        seen(5, 7, 4.0, 0.1, rendition="a.png", facts={"committed": 1}),
    ]
    row = next(row for row in waterfall(exchanges) if row.id == "rendition-a.png")
    assert [segment.kind for segment in row.segments] == [
        *("queued", "transferring", "working", "transferring", "waiting", "waiting"),
    ]
    assert row.state == "attached"
