"""What the recorder does at the start and the stop of a process."""

from django.conf import settings

from dbthreads import in_db
from flow.faults import chooser
from flow.gates import keeper
from flow.polls import Polls
from flow.queue import queue
from flow.told import captured
from flow.writing import writer
from probes import names
from probes.exchanges import Told, teller
from probes.faults import faults
from probes.gates import gates

LAST = 500
_polls = Polls()


async def startup() -> None:
    """Gates and faults hold from the first job on, also those that were set before a restart."""
    if settings.FLOW_RECORD:
        teller.listener = heard
        await in_db(load)


def heard(told: Told) -> None:
    """What the clients of this process did with other servers. Of their journals, what is new."""
    exchange = captured(told)
    is_poll = exchange.receiver == names.EVENTS and exchange.method == "GET"
    if not is_poll or _polls.is_news(exchange):
        queue.put(exchange)


def load() -> None:
    keeper.load()
    chooser.load()
    gates.keeper = keeper
    faults.chooser = chooser


async def shutdown() -> None:
    """Write what is still in memory."""
    if batch := queue.take(LAST):
        await in_db(writer.write, batch)
