"""The topic `journal` of the live pages: entries and registrations. The mark is read from the journals' heads."""

from typing import Final

from dbthreads import sql
from shell.live.bell import TopicBell

_MARK: Final = "SELECT count(*), max(id), sum(last_position), sum(expired_through) FROM events_registration"
_bell: Final = TopicBell()
subscribe: Final = _bell.subscribe
ring: Final = _bell.ring


def latest() -> str:
    return "/".join("" if part is None else str(part) for part in sql.rows(_MARK)[0])
