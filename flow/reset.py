"""Back to the start: nothing recorded."""

from dbthreads import sql
from flow.faults import chooser
from flow.gates import keeper
from flow.queue import queue
from flow.writing import writer

TABLES = ("flow_gate", "flow_held", "flow_fault", "flow_sharedexchange", "flow_exchange", "flow_key", "flow_flow")


def reset() -> None:
    for table in TABLES:
        sql.execute(f"DELETE FROM {table}")
    writer.keys.forget()
    keeper.load()
    chooser.load()
    queue.clear()
