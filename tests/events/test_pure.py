"""Positions, durations and the matching of workers' events."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import durations, positions
from events.matching import Expected, match

OWNER = str(uuid4())


@given(st.integers(min_value=0, max_value=2**63 - 1), st.integers(min_value=0, max_value=2**63 - 1))
def test_positions_come_back_and_sort_as_text(one: int, other: int) -> None:
    first, second = positions.encode(OWNER, one), positions.encode(OWNER, other)
    assert positions.decode(OWNER, first) == one
    assert (first < second) == (one < other)


@given(st.text(max_size=60))
def test_nonsense_is_no_position(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        positions.decode(OWNER, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-PT2H", timedelta(hours=2)),
        ("-P1D", timedelta(days=1)),
        ("-P1W", timedelta(weeks=1)),
        ("-P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("-PT0,5S", timedelta(seconds=0.5)),
        ("-PT0S", timedelta(0)),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert durations.parse_past(text) == expected


@pytest.mark.parametrize(
    "text", ["", "PT2H", "-P", "-PT", "-P1DT", "-P1H", "-PT1D", "-P1Y", "-PT-2H", "-PT²H", "-P9999999999W"]
)
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        durations.parse_past(text)


def expected(event_id: str, is_open: bool = True, **rendition: object) -> Expected:
    return Expected(event_id, dict(rendition), is_open)


def test_the_whole_instructions_decide_first() -> None:
    owed = [expected("a", name="x", fmt="png"), expected("b", name="x", fmt="png", width=5, target="t")]
    assert match({"name": "x", "fmt": "png", "width": 5}, owed).event_id == "b"


def test_user_data_then_name_decide_when_a_worker_sends_less() -> None:
    owed = [expected("a", name="x", userData={"i": 1}), expected("b", name="y", userData={"i": 2})]
    assert match({"name": "x", "userData": {"i": 2}}, owed).event_id == "b"
    assert match({"name": "y", "other": 1}, owed).event_id == "b"


def test_equal_renditions_are_taken_in_order() -> None:
    owed = [expected("a", is_open=False, fmt="png"), expected("b", fmt="png")]
    assert match({"fmt": "png"}, owed).event_id == "b"


def test_a_late_event_finds_its_own_closed_rendition() -> None:
    owed = [expected("a", is_open=False, name="x"), expected("b", name="y")]
    assert match({"name": "x"}, owed).event_id == "a"


def test_an_event_that_tells_nothing_counts_for_the_next() -> None:
    owed = [expected("a", is_open=False, name="x"), expected("b", name="y")]
    assert match({}, owed).event_id == "b"
    assert match({}, owed[:1]).event_id == "a"
