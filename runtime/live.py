"""The topic `runtime` of the live pages: deployed actions, activations, and what these write while they run.

The mark is put together from what every change of the rows moves; each part is read from an index, or is of few rows.
"""

from typing import Final

from dbthreads import sql
from shell.live.bell import TopicBell

_MARK: Final = (
    "SELECT (SELECT max(accepted_at) FROM runtime_activation),"
    " (SELECT count(*) FROM runtime_activation WHERE ended_at IS NULL),"
    " (SELECT sum(started_at) FROM runtime_activation WHERE ended_at IS NULL),"
    " (SELECT max(id) FROM runtime_logline),"
    " (SELECT count(*) FROM runtime_action),"
    " (SELECT max(deployed_at) FROM runtime_action)"
)
_bell: Final = TopicBell()
subscribe: Final = _bell.subscribe
ring: Final = _bell.ring


def latest() -> str:
    return "/".join("" if part is None else f"{part:.15g}" for part in sql.rows(_MARK)[0])
