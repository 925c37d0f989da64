"""What the recorder does at the start and the stop of a process."""

from dbthreads import in_db
from flow.queue import queue
from flow.writing import writer

LAST = 500


async def startup() -> None:
    """Nothing: the loop begins with the first exchange."""


async def shutdown() -> None:
    """Write what is still in memory."""
    if batch := queue.take(LAST):
        await in_db(writer.write, batch)
