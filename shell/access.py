"""Which views are pages for people: the repository's door asks for a login before them, whichever box they are of."""

from collections.abc import Callable
from typing import Final, TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_MARK: Final = "aemulator_for_people"


def for_people(view: View) -> View:
    """Mark a view as a page, or a page's fragment or action: login and CSRF are checked as for the repository's own."""
    setattr(view, _MARK, True)
    return view


def is_for_people(view: object) -> bool:
    return bool(getattr(view, _MARK, False))
