"""The topic `compute` of the live pages: activations, and the events that are still to be sent.

The mark is put together from what every change of the rows moves: the newest activation, and the number and times of
what is unfinished. Each part is read from an index.
"""

from typing import Final

from dbthreads import sql
from shell.live.bell import TopicBell

_MARK: Final = (
    "SELECT (SELECT max(accepted_at) FROM compute_activation),"
    " (SELECT count(*) FROM compute_invocation WHERE due_at IS NOT NULL),"
    " (SELECT sum(due_at) FROM compute_invocation WHERE due_at IS NOT NULL),"
    " (SELECT count(*) FROM compute_renditiontask WHERE publish_at IS NOT NULL),"
    " (SELECT sum(publish_at) FROM compute_renditiontask WHERE publish_at IS NOT NULL)"
)
_bell: Final = TopicBell()
subscribe: Final = _bell.subscribe
ring: Final = _bell.ring


def latest() -> str:
    return "/".join("" if part is None else f"{part:.15g}" for part in sql.rows(_MARK)[0])
