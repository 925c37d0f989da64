"""What processing changed in the properties of an asset, as JSON lines of its job, for whoever watches the flow.

Written in the transaction that makes the change.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

import orjson

from dbthreads import sql
from repository.models import ProcessingJob
from repository.paths import NodePath
from repository.values import Value, plain

ASKED: Final = 1
ATTACHED: Final = 7


def keep(job_id: str, step: int, path: NodePath, before: Mapping[str, Value], after: Mapping[str, Value]) -> None:
    """Of a node that is new, `before` is empty. A job that is gone keeps nothing."""
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if not changed:
        return
    line = orjson.dumps(
        {
            "step": step,
            "kind": "modified" if before else "created",
            "path": path,
            "before": _some(before, changed) if before else None,
            "after": _some(after, changed),
            "at": round(time.time() * 1000, 3),
        }
    ).decode()
    sql.execute("UPDATE repository_processingjob SET changes = changes || %s WHERE id = %s", [f"{line}\n", job_id])


def of(job: ProcessingJob) -> list[dict[str, Any]]:
    """Oldest first."""
    return [orjson.loads(line) for line in job.changes.split("\n") if line]


def _some(properties: Mapping[str, Value], names: list[str]) -> dict[str, Any]:
    return {str(name): plain(properties[name]) for name in names if name in properties}
