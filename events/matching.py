"""Which expected rendition a custom worker's event is about; pure.

An event carries the rendition's instructions without `target`. Workers made with Adobe's SDK send all of them; others
may send fewer, so after equality of the whole, `userData` and `name` decide, and at last the order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Rendition = dict[str, Any]
NOT_ECHOED = {"target", "url"}


@dataclass(frozen=True)
class Expected:
    event_id: str
    rendition: Rendition
    is_open: bool


def match(rendition: Rendition, candidates: Sequence[Expected]) -> Expected:
    """The best match among those of the same request (at least one), open ones first.

    A closed one is the answer to a late or second event. A request's worker sends an event for nothing else than its
    renditions, so an event that tells nothing about which one counts for the next that is open.
    """
    for same in (_same_instructions, _same_user_data, _same_name):
        found = [candidate for candidate in candidates if same(candidate.rendition, rendition)]
        if found:
            return _open_first(found)
    return _open_first(candidates)


def _open_first(candidates: Sequence[Expected]) -> Expected:
    return next((candidate for candidate in candidates if candidate.is_open), candidates[0])


def _same_instructions(one: Rendition, other: Rendition) -> bool:
    return _echoed(one) == _echoed(other)


def _echoed(rendition: Rendition) -> Rendition:
    return {name: value for name, value in rendition.items() if name not in NOT_ECHOED}


def _same(field: str) -> Callable[[Rendition, Rendition], bool]:
    return lambda one, other: one.get(field) is not None and one.get(field) == other.get(field)


_same_user_data = _same("userData")
_same_name = _same("name")
