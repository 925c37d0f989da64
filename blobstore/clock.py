"""Times and ETags as Azure writes them."""

import threading
import time
from email.utils import formatdate
from functools import lru_cache

_TICKS_TO_EPOCH = 621_355_968_000_000_000  # 100 ns ticks from the year 1 to 1970: Azure's ETags are .NET ticks
_lock = threading.Lock()
_last = 0


def seconds() -> int:
    return int(time.time())


def new_etag() -> str:
    """A quoted ETag that this process never gave before; greater ones are later."""
    global _last  # noqa: PLW0603 - the clock of the process
    with _lock:
        _last = max(_last + 1, time.time_ns() // 100 + _TICKS_TO_EPOCH)
        return f'"0x{_last:X}"'


@lru_cache(maxsize=4096)
def http_date(moment: int) -> str:
    """RFC 1123, from whole seconds since the epoch."""
    return formatdate(moment, usegmt=True)
