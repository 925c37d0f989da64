"""How many `/process` calls a client may make; off unless settings.PROCESS_RATE_LIMIT says otherwise."""

import math
import time
from dataclasses import dataclass

from django.conf import settings

from compute.refusals import TooManyRequests

MAX_CLIENTS = 10_000


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class RateLimit:
    """A bucket of tokens for each client, refilled evenly: a minute's worth may be used at once."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def take(self, client_id: str) -> None:
        """Count one call; `TooManyRequests` with the whole seconds to wait when there were too many."""
        per_minute = settings.PROCESS_RATE_LIMIT
        if per_minute <= 0:
            return
        bucket = self._filled(client_id, per_minute, time.monotonic())
        if bucket.tokens < 1:
            raise TooManyRequests(math.ceil((1 - bucket.tokens) * 60 / per_minute))
        bucket.tokens -= 1

    def _filled(self, client_id: str, per_minute: float, now: float) -> _Bucket:
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.clear()
        bucket = self._buckets.setdefault(client_id, _Bucket(per_minute, now))
        bucket.tokens = min(per_minute, bucket.tokens + (now - bucket.filled_at) * per_minute / 60)
        bucket.filled_at = now
        return bucket
