"""The header `retry-after`, in seconds or as a date."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_of(header: str) -> float | None:
    """From now; None when the header says nothing that can be read."""
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
