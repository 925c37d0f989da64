"""Requests of which no event may come any more: the server was reset while a custom worker still had them.

Such a worker sends its events all the same. They are taken, as its SDK would send them again otherwise, and dropped.
"""

from collections import OrderedDict
from collections.abc import Iterable

KEPT = 10_000

_requests: OrderedDict[str, None] = OrderedDict()


def forget(request_ids: Iterable[str]) -> None:
    for request_id in request_ids:
        _requests[request_id] = None
    while len(_requests) > KEPT:
        _requests.popitem(last=False)


def remember(request_ids: Iterable[str]) -> None:
    """A state of before is back, and with it these requests."""
    for request_id in request_ids:
        _requests.pop(request_id, None)


def is_forgotten(request_id: str) -> bool:
    return request_id in _requests
