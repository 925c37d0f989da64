"""Properties as Sling's JSON renderer writes them. Pure.

String, Long, Double and Boolean are native; Date is a text in the old ECMAScript form
(`Fri Oct 25 2024 18:11:41 GMT+0000`), or ISO 8601 when the legacy form is switched off; all else is a text.
Source: sling-org-apache-sling-servlets-get, JsonObjectCreator.
"""

from datetime import datetime, timedelta
from typing import cast

from repository.values import Properties, Scalar, Value

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

# Not strftime: its names depend on the machine's language, and it is thirty times as slow.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rendered(properties: Properties, ecma_dates: bool = True) -> dict[str, Json]:
    """A Binary's name gets a colon in front, and its value is its length in bytes."""
    return {
        f":{name}" if isinstance(value, dict) and value["$type"] == "Binary" else name: json_value(value, ecma_dates)
        for name, value in properties.items()
    }


def json_value(value: Value, ecma_dates: bool = True) -> Json:
    if not isinstance(value, dict):
        return cast("Json", value)
    bare = value["$value"]
    if value["$type"] == "Date" and ecma_dates:
        return [ecma(item) for item in bare] if isinstance(bare, list) else ecma(bare)
    return cast("Json", bare)


def ecma(written: Scalar) -> str:
    """An ISO 8601 text as JavaScript's Date once printed it, in the offset that it carries."""
    moment = datetime.fromisoformat(str(written))
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02} {moment.year:04}"
    return f"{day} {moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT{_offset(moment)}"


def _offset(moment: datetime) -> str:
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
