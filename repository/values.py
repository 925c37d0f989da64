"""JCR property values as the JSON that the tree stores. Pure.

str is String, int is Long, bool is Boolean, a list is multi-value. Every other type is `{"$type": …, "$value": …}`
with a text (or a list of texts) as its value, Double with a number; `$type` is one of Date, Double, Decimal, Name,
Path, Reference, WeakReference, URI and Binary (its length only). An empty list would lose its type, so it is
written with `$type` too, except String[], which is `[]`.

Dates are ISO 8601 with an offset and milliseconds, as JCR serialises them: 2024-10-25T18:11:41.000Z.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, cast

from repository.errors import InvalidName, InvalidPath, InvalidValue
from repository.paths import NodeName, NodePath

TYPES: Final = frozenset(
    {"String", "Long", "Boolean", "Date", "Double", "Decimal"}
    | {"Name", "Path", "Reference", "WeakReference", "URI", "Binary"},
)

Scalar = str | int | float | bool
Tagged = dict[str, Scalar | list[Scalar]]
Value = Scalar | Tagged | list[Scalar]
Properties = dict[str, Value]

LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL stores neither NUL nor half a surrogate pair
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?\s?(Z|[+-]\d\d:?\d\d)?)?")
_DATE_PATTERNS = (  # those that Sling POST accepts besides ISO 8601
    "%a %b %d %Y %H:%M:%S GMT%z",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y",
)


def date(moment: datetime) -> Tagged:
    """A Date; a naive moment is taken as UTC."""
    return {"$type": "Date", "$value": iso(moment)}


def dates(moments: Iterable[datetime]) -> Tagged:
    return {"$type": "Date", "$value": [iso(moment) for moment in moments]}


def double(number: float) -> Tagged:
    if not math.isfinite(number):
        raise InvalidValue("A Double must be finite")
    return {"$type": "Double", "$value": float(number)}


def decimal(number: Decimal) -> Tagged:
    if not number.is_finite():
        raise InvalidValue("A Decimal must be finite")
    return {"$type": "Decimal", "$value": str(number)}


def name(text: str) -> Tagged:
    return {"$type": "Name", "$value": text}


def path(text: str) -> Tagged:
    return {"$type": "Path", "$value": text}


def reference(uuid: str) -> Tagged:
    return {"$type": "Reference", "$value": uuid}


def references(uuids: Iterable[str]) -> Tagged:
    return {"$type": "Reference", "$value": list(uuids)}


def uri(text: str) -> Tagged:
    return {"$type": "URI", "$value": text}


def iso(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    text = aware.isoformat(timespec="milliseconds")
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def type_of(value: Value) -> str:
    """The JCR type, without `[]`: `String` for `[]`."""
    if isinstance(value, dict):
        return cast("str", value["$type"])
    sample = (value[0] if value else "") if isinstance(value, list) else value
    if isinstance(sample, bool):
        return "Boolean"
    if isinstance(sample, int):
        return "Long"
    return "Double" if isinstance(sample, float) else "String"


def is_multiple(value: Value) -> bool:
    return isinstance(value["$value"] if isinstance(value, dict) else value, list)


def plain(value: Value) -> Scalar | list[Scalar]:
    """The value without its type: Dates as ISO text, Decimals as text."""
    return value["$value"] if isinstance(value, dict) else value


def text(value: Value | None, default: str = "") -> str:
    """As one text: the first of several values; `default` when there is none."""
    bare = None if value is None else plain(value)
    if isinstance(bare, list):
        bare = bare[0] if bare else None
    if bare is None:
        return default
    return str(bare).lower() if isinstance(bare, bool) else str(bare)


def texts(value: Value | None) -> list[str]:
    """As a list of texts, empty for an absent property."""
    if value is None:
        return []
    bare = plain(value)
    return [text(item) for item in (bare if isinstance(bare, list) else [bare])]


def integer(value: Value | None) -> int | None:
    """As a whole number, if it can be read as one."""
    try:
        return int(float(text(value))) if value is not None else None
    except (ValueError, OverflowError):
        return None


def moment(value: Value | None) -> datetime | None:
    """As a point in time, if it can be read as one."""
    try:
        return parse_date(text(value)) if value is not None else None
    except InvalidValue:
        return None


def parse_date(written: str) -> datetime:
    """From ISO 8601 (date alone, without seconds or offset too) or the patterns of Sling POST."""
    match = _DATE.fullmatch(written.strip())
    try:
        if match:
            return _from_iso(match)
        return _by_pattern(written.strip())
    except (ValueError, OverflowError) as err:
        raise InvalidValue(f"{written[:60]!r} is not a date") from err


def typed(type_name: str, values: str | Iterable[str]) -> Value:
    """From texts, as forms and XML have them: `typed("Long", "7")`, `typed("Date", [...])`; a text makes one value."""
    if type_name not in TYPES or type_name == "Binary":
        raise InvalidValue(f"{type_name!r} is not the type of a written property")
    if isinstance(values, str):
        return _single(type_name, _scalar(type_name, values))
    return _multiple(type_name, [_scalar(type_name, item) for item in values])


def checked(value: object) -> Value:
    """A value from outside (decoded JSON), or InvalidValue. A float becomes a Double, null is refused."""
    if isinstance(value, Mapping):
        return _checked_tagged(value)
    if isinstance(value, list | tuple):
        return _checked_list(list(value))
    scalar = _checked_scalar(value)
    return double(scalar) if isinstance(scalar, float) else scalar


def _checked_tagged(value: Mapping[object, object]) -> Value:
    type_name, bare = value.get("$type"), value.get("$value")
    if type_name not in TYPES or type_name == "Binary" or len(value) != 2:
        raise InvalidValue("A property value is a text, a number, a boolean or a list of them")
    if isinstance(bare, list):
        return typed(str(type_name), [text(_checked_scalar(item)) for item in bare])
    return typed(str(type_name), text(_checked_scalar(bare)))


def _checked_list(items: list[object]) -> Value:
    scalars = [_checked_scalar(item) for item in items]
    kinds = {type_of(scalar) for scalar in scalars}
    if kinds <= {"Long", "Double"} and "Double" in kinds:
        return {"$type": "Double", "$value": [float(scalar) for scalar in scalars]}
    if len(kinds) > 1:
        return [text(scalar) for scalar in scalars]
    return scalars


def _checked_scalar(value: object) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _long(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str):
        return storable(value)
    raise InvalidValue(f"{type(value).__name__} is not the type of a property value")


def storable(written: str) -> str:
    """The text itself, or InvalidValue: no database stores a NUL or half a surrogate pair."""
    if _UNSTORABLE.search(written):
        raise InvalidValue("A text contains a NUL or half a character")
    return written


def _long(number: int) -> int:
    if not LONG_MIN <= number <= LONG_MAX:
        raise InvalidValue(f"{number} does not fit a Long")
    return number


def _scalar(type_name: str, written: str) -> Scalar:
    try:
        return _parsers.get(type_name, storable)(storable(written))
    except (ValueError, InvalidOperation, InvalidPath) as err:
        raise InvalidValue(f"{written[:60]!r} is not a {type_name}") from err


def _name(written: str) -> str:
    try:
        return NodeName(written)
    except InvalidName as err:
        raise InvalidValue(err.message) from err


def _path(written: str) -> str:
    return NodePath(written) if written.startswith("/") else written


def _double(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise InvalidValue("A Double must be finite")
    return number


def _decimal(written: str) -> str:
    number = Decimal(written.strip())
    if not number.is_finite():
        raise InvalidValue("A Decimal must be finite")
    return str(number)


_parsers: dict[str, Callable[[str], Scalar]] = {
    "Long": lambda written: _long(int(written)),
    "Boolean": lambda written: written.strip().lower() == "true",
    "Double": _double,
    "Decimal": _decimal,
    "Date": lambda written: iso(parse_date(written)),
    "Name": _name,
    "Path": _path,
}


def _single(type_name: str, scalar: Scalar) -> Value:
    return scalar if type_name in {"String", "Long", "Boolean"} else {"$type": type_name, "$value": scalar}


def _multiple(type_name: str, scalars: list[Scalar]) -> Value:
    untagged = type_name == "String" or (scalars and type_name in {"Long", "Boolean"})
    return scalars if untagged else {"$type": type_name, "$value": scalars}


def _from_iso(match: re.Match[str]) -> datetime:
    day, minute, second, fraction, offset = match.groups()
    written = f"{day}T{minute or '00:00'}{second or ':00'}{(fraction or '.0')[:7]}{offset or 'Z'}"
    return datetime.fromisoformat(written)


def _by_pattern(written: str) -> datetime:
    for pattern in _DATE_PATTERNS:
        try:
            parsed = datetime.strptime(written, pattern)  # noqa: DTZ007 made aware on the next line
        except ValueError:
            continue
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    raise ValueError(written)
