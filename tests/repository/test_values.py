"""JCR values as JSON."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository import values
from repository.errors import InvalidValue

_texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
_longs = st.integers(values.LONG_MIN, values.LONG_MAX)
_moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 bounds are naive


@given(_texts | _longs | st.booleans() | st.lists(_texts) | st.lists(_longs, min_size=1))
def test_plain_values_are_themselves(value: values.Value) -> None:
    assert values.checked(value) == value
    assert orjson.loads(orjson.dumps(value)) == value


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_json_is_a_value_or_refused(value: object) -> None:
    try:
        checked = values.checked(value)
    except InvalidValue:
        return
    assert values.type_of(checked) in values.TYPES
    orjson.dumps(checked)


@given(_moments)
def test_dates_keep_milliseconds(moment: datetime) -> None:
    read = values.moment(values.date(moment))
    assert read == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_dates_keep_their_offset() -> None:
    moment = datetime(2024, 10, 25, 18, 11, 41, tzinfo=timezone(timedelta(hours=2)))
    assert values.date(moment) == {"$type": "Date", "$value": "2024-10-25T18:11:41.000+02:00"}


@pytest.mark.parametrize(
    "written",
    [
        "2024-10-25T18:11:41.000Z",
        "2024-10-25T18:11:41Z",
        "2024-10-25T20:11:41+02:00",
        "2024-10-25 18:11:41",
        "Fri Oct 25 2024 18:11:41 GMT+0000",
        "25.10.2024 18:11:41",
    ],
)
def test_spellings_of_a_date(written: str) -> None:
    assert values.parse_date(written) == datetime(2024, 10, 25, 18, 11, 41, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "yesterday", "2024-13-01", "2024-10-25T25:00", "99999-01-01"])
def test_what_is_no_date(written: str) -> None:
    with pytest.raises(InvalidValue):
        values.parse_date(written)


@pytest.mark.parametrize(
    ("type_name", "written", "value"),
    [
        ("String", "7", "7"),
        ("Long", "7", 7),
        ("Boolean", "true", True),
        ("Boolean", "on", False),
        ("Double", "1.5", {"$type": "Double", "$value": 1.5}),
        ("Decimal", "1.50", {"$type": "Decimal", "$value": "1.50"}),
        ("Name", "dc:title", {"$type": "Name", "$value": "dc:title"}),
        ("Date", "2024-10-25", {"$type": "Date", "$value": "2024-10-25T00:00:00.000Z"}),
        ("String", [], []),
        ("Long", [], {"$type": "Long", "$value": []}),
        ("Date", [], {"$type": "Date", "$value": []}),
        ("Long", ["1", "2"], [1, 2]),
        ("Double", ["1"], {"$type": "Double", "$value": [1.0]}),
    ],
)
def test_texts_of_a_type(type_name: str, written: str | list[str], value: values.Value) -> None:
    typed = values.typed(type_name, written)
    assert typed == value
    assert values.type_of(typed) == type_name
    assert values.is_multiple(typed) == isinstance(written, list)
    assert values.checked(typed) == value


@pytest.mark.parametrize(
    ("type_name", "written"),
    [
        ("Long", "x"),
        ("Long", str(2**63)),
        ("Double", "inf"),
        ("Decimal", "NaN"),
        ("Decimal", "x"),
        ("Date", "x"),
        ("Name", "a/b"),
        ("String", "\x00"),
        ("String", "\ud800"),
        ("Nothing", "x"),
        ("Binary", "x"),
    ],
)
def test_texts_that_are_not_of_the_type(type_name: str, written: str) -> None:
    with pytest.raises(InvalidValue):
        values.typed(type_name, written)


def test_mixed_numbers_become_doubles_and_mixed_kinds_texts() -> None:
    assert values.checked([1, 2.5]) == {"$type": "Double", "$value": [1.0, 2.5]}
    assert values.checked([1, "a", True]) == ["1", "a", "true"]
    assert values.checked(2.5) == values.double(2.5)


@pytest.mark.parametrize(
    "value", [None, {}, {"a": 1}, {"$type": "Long"}, {"$type": "Binary", "$value": 3}, [[1]], 2**63]
)
def test_what_jcr_has_no_value_for(value: object) -> None:
    with pytest.raises(InvalidValue):
        values.checked(value)


def test_reading_values_as_something_else() -> None:
    assert values.text(values.decimal(Decimal("1.5"))) == "1.5"
    assert values.text(["a", "b"]) == "a"
    assert values.text(None, "x") == "x"
    assert values.texts("a") == ["a"]
    assert values.texts(None) == []
    assert values.integer("12") == 12
    assert values.integer("1e999") is None
    assert values.moment("nonsense") is None
