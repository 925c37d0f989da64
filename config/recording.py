"""Puts the recorder, and the faults that are on, around the server."""

from django.conf import settings
from starlette.types import ASGIApp

from flow.injection import Injector
from flow.queue import queue
from flow.recorder import Recorder


def around(inner: ASGIApp, blob_prefix: str) -> ASGIApp:
    """`inner`, recorded, and with the faults that are on; itself when nothing is to be recorded."""
    if not settings.FLOW_RECORD:
        return inner
    return Recorder(Injector(inner), blob_prefix, queue.put)
