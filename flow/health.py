"""How the recorder is: a gap in what it wrote is no failure of the system, but should be seen."""

from django.conf import settings

from flow.queue import queue


async def health() -> dict[str, dict[str, object]]:
    recording = bool(settings.FLOW_RECORD)
    return {
        "flow-recorder": {
            "ok": True,
            "recording": recording,
            "waiting": len(queue),
            "written": queue.written,
            "dropped": queue.dropped,
        }
    }
