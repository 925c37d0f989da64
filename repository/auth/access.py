"""How a view says that it answers without an identity.

Not Django's `login_not_required`: Django REST Framework puts that on every view of its own, to check by itself.
"""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_MARK = "open_to_all"


def open_to_all(view: View) -> View:
    """Outermost decorator of a view that the anonymous may call."""
    setattr(view, _MARK, True)
    return view


def is_open(view: Callable[..., HttpResponseBase]) -> bool:
    return getattr(view, _MARK, False) is True
