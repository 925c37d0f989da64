"""What a box tells of an exchange with another server, as a captured exchange; pure."""

import os
from collections.abc import Mapping
from itertools import count
from typing import Final
from urllib.parse import urlsplit

from flow.captured import Captured, Headers, Message
from probes.exchanges import Told

_SERIAL: Final = count()
_PROCESS: Final = os.urandom(3).hex()


def captured(told: Told) -> Captured:
    parts = urlsplit(told.url)
    host = parts.netloc.rpartition("@")[2]
    return Captured(
        id=f"t{_PROCESS}{next(_SERIAL):x}",
        sender=told.party,
        receiver=told.to,
        method=told.method,
        scheme=parts.scheme,
        host=host,
        path=parts.path or "/",
        query=parts.query,
        started=told.started,
        ended=told.ended,
        first_byte=told.first_byte,
        status=told.status,
        error=told.error,
        fault=told.fault,
        request=Message(_lowered(told.request_headers), told.request_body, told.sizes[0]),
        response=Message(_lowered(told.response_headers), told.response_body, told.sizes[1]),
        receiver_name=host,
        sender_facts=told.facts,
    )


def _lowered(headers: Mapping[str, str]) -> Headers:
    return [(name.lower(), value) for name, value in headers.items()]
