"""Puts the recorder around the server, and behind the port by which the boxes tell of exchanges elsewhere."""

from django.conf import settings
from starlette.types import ASGIApp

from flow.injection import Injector
from flow.queue import queue
from flow.recorder import Recorder
from flow.told import captured
from probes.exchanges import Told, teller


def around(inner: ASGIApp, blob_prefix: str) -> ASGIApp:
    """`inner`, recorded, and with the faults that are on; itself when nothing is to be recorded."""
    if not settings.FLOW_RECORD:
        return inner
    listen()
    return Recorder(Injector(inner), blob_prefix, queue.put)


def listen() -> None:
    """Hear of what the clients of this process did with other servers."""
    if settings.FLOW_RECORD:
        teller.listener = _heard


def _heard(told: Told) -> None:
    queue.put(captured(told))
