"""ISO 8601 durations, as the journal's `seek` takes them; pure."""

import re
from datetime import timedelta

NUMBER = r"(\d+(?:[.,]\d+)?)"
PATTERN = re.compile(
    rf"-P(?=.)(?:{NUMBER}W)?(?:{NUMBER}D)?(?:T(?=.)(?:{NUMBER}H)?(?:{NUMBER}M)?(?:{NUMBER}S)?)?", re.ASCII
)
UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def parse_past(text: str) -> timedelta:
    """How long ago `-PT2H30M` is, as a positive duration. ValueError for anything else, positive ones included."""
    found = PATTERN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a negative ISO 8601 duration of weeks, days, hours, minutes, seconds")
    amounts = {unit: float(value.replace(",", ".")) for unit, value in zip(UNITS, found.groups(), strict=True) if value}
    try:
        return timedelta(**amounts)
    except OverflowError as err:
        raise ValueError(f"{text!r} is longer than any journal") from err
