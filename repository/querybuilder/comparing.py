"""How the texts of a query are read, and compared with those of the tree. Pure, but for the clock."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from repository import values
from repository.errors import InvalidValue

_AGO = re.compile(r"([+-]?)(\d{1,6})\s*([smhdwMy])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "M": 30 * 86400, "y": 365 * 86400}
_LIKE_PARTS = re.compile(r"(\\.|[%_])")


def like_pattern(text: str) -> str:
    """JCR's: `%` any text, `_` one character, a backslash before what is meant literally. As one of fnmatch's, which
    cannot be made to run for ever."""
    return "".join({"%": "*", "_": "?"}.get(part) or literally(part) for part in _LIKE_PARTS.split(text))


def literally(part: str) -> str:
    plain = part[1:] if len(part) == 2 and part.startswith("\\") else part
    return re.sub(r"([*?[])", r"[\1]", plain)


def same(text: str, wanted: str) -> bool:
    """Dates and numbers by what they mean, not by how they are written."""
    if text == wanted:
        return True
    left, right = comparable(text), comparable(wanted)
    return left is not None and type(left) is type(right) and left == right


def moment(text: str) -> datetime | None:
    """ISO 8601, or milliseconds since 1970."""
    if text.isascii() and text.isdigit() and len(text) < 15:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    try:
        return values.parse_date(text)
    except InvalidValue:
        return None


def ago(text: str) -> datetime | None:
    """`-1d`, `2h`: so long from now; 0 is now."""
    if text.strip() == "0":
        return timezone.now()
    match = _AGO.fullmatch(text.strip())
    if not match:
        return None
    seconds = int(match[2]) * _UNITS[match[3]]
    try:
        return timezone.now() + timedelta(seconds=-seconds if match[1] == "-" else seconds)
    except OverflowError:
        return None


def decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def comparable(text: str) -> datetime | Decimal | None:
    number = decimal(text) if text[:1] in "+-.0123456789" and text else None
    if number is not None:
        return number
    return moment(text) if text[4:5] == "-" else None
