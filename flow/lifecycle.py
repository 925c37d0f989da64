"""What the recorder does at the start and the stop of a process."""

from dbthreads import in_db
from flow.faults import chooser
from flow.gates import keeper
from flow.queue import queue
from flow.writing import writer
from probes.faults import faults
from probes.gates import gates

LAST = 500


async def startup() -> None:
    """Gates and faults hold from the first job on, also those that were set before a restart."""
    await in_db(load)


def load() -> None:
    keeper.load()
    chooser.load()
    gates.keeper = keeper
    faults.chooser = chooser


async def shutdown() -> None:
    """Write what is still in memory."""
    if batch := queue.take(LAST):
        await in_db(writer.write, batch)
