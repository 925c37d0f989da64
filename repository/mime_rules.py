"""Which types of files a row of a processing profile takes: two lists of expressions on the MIME type. Pure.

As AEM has it: each list is one text, separated by commas; each entry is a regular expression that must match the whole
type; the excluded ones are looked at first; an empty list of included ones takes everything.
Source: help/assets/asset-microservices-configure-and-use.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import regex

from repository.errors import InvalidExpression
from repository.texts import _

MAX_EXPRESSION: Final = 200  # characters
_PATIENCE: Final = 0.1  # seconds for one match: an expression may be written so that it never ends
_SEPARATOR = regex.compile(r",(?!\d*\})")
_UNREADABLE: Final = (regex.error, RecursionError, OverflowError, ValueError)

Ruling = Literal["included", "excluded", "not-included"]


@dataclass(frozen=True)
class Judgement:
    """`expression` is the entry that decided; `unreadable` are entries that could not be applied."""

    ruling: Ruling
    expression: str = ""
    unreadable: tuple[str, ...] = ()

    @property
    def takes(self) -> bool:
        return self.ruling == "included"


@dataclass(frozen=True)
class MimeRules:
    """The two texts as they are stored."""

    include: str = ""
    exclude: str = ""

    def judge(self, mime_type: str) -> Judgement:
        """Whether a file of this type is taken. An expression that cannot be read matches nothing."""
        excluding, including = expressions(self.exclude), expressions(self.include)
        unreadable = tuple(entry for entry in (*excluding, *including) if problem(entry))
        if found := _first_match(excluding, mime_type):
            return Judgement("excluded", found, unreadable)
        if not including:
            return Judgement("included", "", unreadable)
        if found := _first_match(including, mime_type):
            return Judgement("included", found, unreadable)
        return Judgement("not-included", "", unreadable)


def expressions(text: str) -> list[str]:
    """The entries of a list. A comma inside `{1,3}` separates nothing."""
    return [entry.strip() for entry in _SEPARATOR.split(text) if entry.strip()]


def problem(expression: str) -> str:
    """Why an expression can match nothing; empty when it is fine."""
    try:
        _compiled(expression)
    except InvalidExpression as err:
        return err.message
    return ""


def checked(text: str) -> str:
    """The list in its normal spelling, or InvalidExpression; what is a wildcard and no expression is refused too."""
    entries = expressions(text)
    for entry in entries:
        _compiled(entry)
        if entry.endswith("/*"):
            hint = f"{entry[:-1]}.*" if entry != "*/*" else ".*"
            raise InvalidExpression(
                _("%(entry)s is a wildcard, not a regular expression: write %(hint)s"), entry=entry, hint=hint
            )
    return ",".join(entries)


def _first_match(entries: Iterable[str], mime_type: str) -> str:
    return next((entry for entry in entries if _matches(entry, mime_type)), "")


def _matches(expression: str, mime_type: str) -> bool:
    if expression.lower() == mime_type.lower():  # image/svg+xml, whose + is an operator
        return True
    try:
        return _compiled(expression).fullmatch(mime_type, timeout=_PATIENCE) is not None
    except (InvalidExpression, TimeoutError):
        return False


@lru_cache(maxsize=512)
def _compiled(expression: str) -> "regex.Pattern[str]":
    if len(expression) > MAX_EXPRESSION:
        raise InvalidExpression(
            _("An expression has at most %(max_expression)s characters"), max_expression=MAX_EXPRESSION
        )
    try:
        return regex.compile(expression, regex.IGNORECASE)
    except _UNREADABLE as err:
        hint = f": write {expression.replace('*/*', '.*/.*')}" if expression.startswith("*/") else ""
        raise InvalidExpression(
            _("%(expression)s is not a regular expression (%(err)s)%(hint)s"), expression=expression, err=err, hint=hint
        ) from err
