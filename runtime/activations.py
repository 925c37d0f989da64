"""Activations and what they wrote. The writer of their rows, and the read interface for pages and clients.

Reading, for who shows activations (all functions run in a database thread):

* `recent(Filter(...), skip, limit)`   newest first, as `Summary`
* `get(activation_id)`                 a `Summary` with its `result`, or None
* `logs(activation_id, after=0)`       lines numbered from `after` on; more come while `ended_at` is None
* `runtime.actions.every()`            what is deployed

The same over HTTP is the OpenWhisk REST API (`/api/v1/namespaces/_/activations…`, wire contract 4.6), which knows
an activation by `get` and `result` only when it has ended; its logs can be read while it runs.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from contract import jsontext
from runtime.actions import Deployed
from runtime.models import Activation, LogLine

State = Activation.State
FORGET_AT_ONCE = 500


@dataclass(frozen=True)
class Line:
    """`number` counts from 0 within the activation; `at` in epoch seconds; `stream` is stdout or stderr."""

    number: int
    at: float
    stream: str
    text: str


@dataclass(frozen=True)
class Summary:
    """One activation; times in epoch seconds, `init` in seconds. `action`: kind, timeout, memory, version."""

    activation_id: str
    namespace: str
    package: str
    name: str
    state: str
    is_web: bool
    request_id: str
    accepted_at: float
    started_at: float | None
    ended_at: float | None
    init: float | None
    timed_out: bool
    action: dict[str, Any]
    result: Any

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True)
class Filter:
    """What is wanted; empty fields don't matter. `since` and `upto` in epoch seconds."""

    namespace: str = ""
    package: str = ""
    name: str = ""
    request_id: str = ""
    since: float | None = None
    upto: float | None = None
    only_ended: bool = False


def recent(wanted: Filter | None = None, skip: int = 0, limit: int = 50) -> list[Summary]:
    rows = Activation.objects.filter(_condition(wanted or Filter())).order_by("-accepted_at", "activation_id")
    return [_summary(row) for row in rows[skip : skip + limit]]


def count(wanted: Filter | None = None) -> int:
    return Activation.objects.filter(_condition(wanted or Filter())).count()


def get(activation_id: str) -> Summary | None:
    row = Activation.objects.filter(activation_id=activation_id).first()
    return _summary(row) if row else None


def logs(activation_id: str, after: int = 0, limit: int = 25_000) -> list[Line]:
    rows = LogLine.objects.filter(activation_id=activation_id, number__gte=after).order_by("number")[:limit]
    return [Line(*row) for row in rows.values_list("number", "at", "stream", "text")]


# --- writing ---------------------------------------------------------------------------------------------------------


def accept(activation_id: str, action: Deployed, *, is_web: bool, request_id: str, owner: str) -> None:
    spec = action.spec
    facts = {"kind": spec.kind, "timeout": spec.timeout, "memory": spec.memory, "version": action.version}
    Activation.objects.create(
        activation_id=activation_id,
        namespace=action.namespace,
        package=spec.package,
        name=spec.name,
        action=jsontext.dumps({**facts, "inspected": spec.inspect_port is not None}),
        is_web=is_web,
        request_id=request_id[:255],
        owner=owner,
        accepted_at=time.time(),
    )


def started(activation_id: str, started_at: float, init: float | None) -> None:
    Activation.objects.filter(activation_id=activation_id, ended_at=None).update(
        state=State.RUNNING, started_at=started_at, init_time=init
    )


def wrote(activation_id: str, lines: Sequence[Line]) -> None:
    LogLine.objects.bulk_create(
        LogLine(activation_id=activation_id, number=line.number, at=line.at, stream=line.stream, text=line.text)
        for line in lines
    )


def ended(activation_id: str, state: str, result: Any, lines: Sequence[Line], timed_out: bool = False) -> None:
    """The end, with the last lines, in one transaction: who sees the end sees the whole log."""
    with transaction.atomic():
        wrote(activation_id, lines)
        Activation.objects.filter(activation_id=activation_id, ended_at=None).update(
            state=state, result=jsontext.dumps(result), ended_at=time.time(), timed_out=timed_out
        )


def owners() -> list[str]:
    """Processes that have unfinished activations."""
    return list(Activation.objects.filter(ended_at=None).values_list("owner", flat=True).distinct())


def abandon(owner: str) -> int:
    """End what a process left unfinished; how many there were."""
    return _abandon(Activation.objects.filter(ended_at=None, owner=owner))


def abandon_everything() -> int:
    return _abandon(Activation.objects.filter(ended_at=None))


def abandon_all_but(owner: str, running: list[str]) -> set[str]:
    """End what no process runs any more; which of those that this one runs have a row."""
    found = Activation.objects.filter(activation_id__in=running, ended_at=None)
    known = set(found.values_list("activation_id", flat=True))
    _abandon(Activation.objects.filter(ended_at=None, owner=owner).exclude(activation_id__in=known))
    return known


def forget(before: float, keep: int) -> None:
    """Remove the ended ones from before that moment, and all but the newest `keep`."""
    newest = Activation.objects.order_by("-accepted_at").values_list("accepted_at", flat=True)[keep : keep + 1]
    edge = max([before, *newest])
    while True:
        old = Activation.objects.filter(accepted_at__lte=edge, ended_at__isnull=False)
        ids = list(old.values_list("activation_id", flat=True)[:FORGET_AT_ONCE])
        if not ids:
            return
        with transaction.atomic():
            LogLine.objects.filter(activation_id__in=ids).delete()
            Activation.objects.filter(activation_id__in=ids).delete()


def _abandon(rows: QuerySet[Activation]) -> int:
    message = "The server ended while the action was running."
    return rows.update(state=State.INTERNAL_ERROR, result=jsontext.dumps({"error": message}), ended_at=time.time())


def _condition(wanted: Filter) -> Q:
    condition = Q(ended_at__isnull=False) if wanted.only_ended else Q()
    for column in ("namespace", "package", "name", "request_id"):
        if value := getattr(wanted, column):
            condition &= Q(**{column: value})
    if wanted.since is not None:
        condition &= Q(accepted_at__gte=wanted.since)
    if wanted.upto is not None:
        condition &= Q(accepted_at__lte=wanted.upto)
    return condition


def _summary(row: Activation) -> Summary:
    return Summary(
        activation_id=row.activation_id,
        namespace=row.namespace,
        package=row.package,
        name=row.name,
        state=row.state,
        is_web=row.is_web,
        request_id=row.request_id,
        accepted_at=row.accepted_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        init=row.init_time,
        timed_out=row.timed_out,
        action=jsontext.loads(row.action),
        result=None if row.result is None else jsontext.loads(row.result),
    )
