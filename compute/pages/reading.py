"""What the pages show of activations: read models, a fixed number of statements for a page of them. Nothing writes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from compute.activations import CORE
from compute.models import Activation, ClientRegistration, Invocation, RenditionTask

PAGE: Final = 50
STATES: Final = ("queued", "running", "failed", "done")


@dataclass(frozen=True)
class Rendition:
    """One rendition of an activation; times as datetimes, `seconds` since the activation was accepted."""

    index: int
    name: str
    instructions: dict[str, Any]
    worker: str
    state: str
    reason: str
    message: str
    metadata: Any
    size: int | None
    finished: datetime | None
    seconds: float | None
    sent: datetime | None
    waits_to_be_sent: bool
    attempts: int


@dataclass(frozen=True)
class Entry:
    """An activation as a line of the list. `state`: queued, running, awaiting, created, partial or failed."""

    activation_id: str
    request_id: str
    client_id: str
    org_id: str
    source: Any
    user_data: Any
    accepted_at: float
    workers: Sequence[str]
    attempts: int
    worker_activations: Sequence[str]
    state: str
    renditions: Sequence[Rendition]

    @property
    def key(self) -> str:
        """Where it stands in the list, for the page after it."""
        return f"{self.accepted_at!r}-{self.activation_id}"

    @property
    def accepted(self) -> datetime:
        return _moment(self.accepted_at)

    @property
    def source_name(self) -> str:
        source = self.source
        if isinstance(source, dict):
            return str(source.get("name") or _last_segment(str(source.get("url", ""))))
        return _last_segment(source) if isinstance(source, str) else ""

    @property
    def is_over(self) -> bool:
        return self.state in {"created", "partial", "failed"}

    @property
    def failed(self) -> int:
        return sum(rendition.state == "failed" for rendition in self.renditions)

    @property
    def done(self) -> int:
        return sum(rendition.finished is not None for rendition in self.renditions)

    @property
    def seconds(self) -> float | None:
        """From the acceptance to the last rendition; None while there is one left."""
        if not self.is_over:
            return None
        return max((rendition.seconds or 0.0 for rendition in self.renditions), default=0.0)

    @property
    def first_failure(self) -> Rendition | None:
        return next((rendition for rendition in self.renditions if rendition.state == "failed"), None)


@dataclass(frozen=True)
class Page:
    entries: Sequence[Entry]
    has_more: bool


def page(state: str = "", words: str = "", before: str = "", after: str = "", limit: int = PAGE) -> Page:
    """The newest activations; those before, or after, the key of another."""
    rows = _filtered(Activation.objects.order_by("-accepted_at", "-activation_id"), state, words)
    if before:
        moment, activation_id = _key(before)
        rows = rows.filter(Q(accepted_at__lt=moment) | Q(accepted_at=moment, activation_id__lt=activation_id))
    if after:
        moment, activation_id = _key(after)
        rows = rows.filter(Q(accepted_at__gt=moment) | Q(accepted_at=moment, activation_id__gt=activation_id))
    found = list(rows[: limit + 1])
    return Page(entries(found[:limit]), len(found) > limit)


def of(activation_ids: Iterable[str]) -> Sequence[Entry]:
    return entries(Activation.objects.filter(pk__in=list(activation_ids)).order_by("-accepted_at", "-activation_id"))


def one(activation_id: str) -> Entry | None:
    return next(iter(of([activation_id])), None)


def waiting() -> dict[str, int]:
    """How much there is in each queue: invocations that wait, that run, and events to be sent."""
    due = Invocation.objects.filter(due_at__isnull=False)
    return {
        "queued": due.filter(state=Invocation.State.QUEUED).count(),
        "running": due.filter(state=Invocation.State.RUNNING).count(),
        "awaiting": due.filter(state=Invocation.State.AWAITING).count(),
        "unsent": RenditionTask.objects.filter(publish_at__isnull=False).count(),
    }


def clients() -> QuerySet[ClientRegistration]:
    return ClientRegistration.objects.order_by("registered_at")


def entries(rows: Iterable[Activation]) -> list[Entry]:
    found = list(rows)
    invocations: dict[str, list[Invocation]] = defaultdict(list)
    ids = [row.pk for row in found]
    for invocation in Invocation.objects.filter(activation__in=ids).order_by("pk").prefetch_related("tasks"):
        invocations[invocation.activation_id].append(invocation)
    return [_entry(row, invocations[row.pk]) for row in found]


def _filtered(rows: QuerySet[Activation], state: str, words: str) -> QuerySet[Activation]:
    due = Invocation.objects.filter(activation=OuterRef("pk"), due_at__isnull=False)
    failures = RenditionTask.objects.filter(invocation__activation=OuterRef("pk"), state=RenditionTask.State.FAILED)
    if state in {"queued", "running"}:
        states = ["queued"] if state == "queued" else ["running", "awaiting"]
        rows = rows.filter(Exists(due.filter(state__in=states)))
    elif state == "failed":
        rows = rows.filter(Exists(failures))
    elif state == "done":
        rows = rows.exclude(Exists(due)).exclude(Exists(failures))
    if words:
        called = Invocation.objects.filter(activation=OuterRef("pk"), worker__icontains=words)
        rows = rows.annotate(source_text=Cast("source", TextField())).filter(
            Q(pk__startswith=words)
            | Q(request_id__startswith=words)
            | Q(client_id__startswith=words)
            | Q(source_text__icontains=words)
            | Exists(called)
        )
    return rows


def _entry(row: Activation, invocations: Sequence[Invocation]) -> Entry:
    renditions = sorted(
        (_rendition(row, invocation, task) for invocation in invocations for task in invocation.tasks.all()),
        key=lambda rendition: rendition.index,
    )
    return Entry(
        activation_id=row.activation_id,
        request_id=row.request_id,
        client_id=row.client_id,
        org_id=row.org_id,
        source=row.source,
        user_data=row.user_data,
        accepted_at=row.accepted_at,
        workers=[invocation.worker for invocation in invocations],
        attempts=max((invocation.attempts for invocation in invocations), default=0),
        worker_activations=[one.worker_activation_id for one in invocations if one.worker_activation_id],
        state=_state(invocations, renditions),
        renditions=renditions,
    )


def _state(invocations: Sequence[Invocation], renditions: Sequence[Rendition]) -> str:
    open_states = {invocation.state for invocation in invocations if invocation.due_at is not None}
    for state in (Invocation.State.RUNNING, Invocation.State.AWAITING, Invocation.State.QUEUED):
        if state in open_states:
            return str(state)
    failed = sum(rendition.state == RenditionTask.State.FAILED for rendition in renditions)
    if not failed:
        return "created"
    return "failed" if failed == len(renditions) else "partial"


def _rendition(row: Activation, invocation: Invocation, task: RenditionTask) -> Rendition:
    metadata = task.metadata if isinstance(task.metadata, dict) else {}
    size = metadata.get("repo:size")
    return Rendition(
        index=task.index,
        name=str(task.instructions.get("name") or task.instructions.get("fmt") or task.index),
        instructions=task.instructions,
        worker=invocation.worker if invocation.worker != CORE else "",
        state=task.state,
        reason=task.error_reason or "",
        message=task.error_message or "",
        metadata=task.metadata,
        size=size if isinstance(size, int) else None,
        finished=_moment(task.finished_at) if task.finished_at else None,
        seconds=max(0.0, task.finished_at - row.accepted_at) if task.finished_at else None,
        sent=_moment(task.published_at) if task.published_at else None,
        waits_to_be_sent=task.publish_at is not None,
        attempts=task.publish_attempts,
    )


def _key(text: str) -> tuple[float, str]:
    """ValueError for what is no key."""
    moment, _, activation_id = text.partition("-")
    return float(moment), activation_id


def _last_segment(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2] if not url.startswith("data:") else "data:"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
