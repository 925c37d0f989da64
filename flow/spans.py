"""The waterfall of a flow: a span for the flow, each step, each rendition, each exchange and each idle gap; pure.

An exchange lies under its rendition if it has one, else under its step. Segments shade a span: queued (nobody has
begun), waiting (for somebody else's answer), transferring (bytes move), working.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from flow.folding import Folded, Rendition
from flow.seen import Seen

SHORTEST_GAP: Final = 0.02  # seconds: below, nothing was waited for
STEP_NAMES: Final = {
    1: gettext_noop("Upload"),
    2: gettext_noop("Processing job sent"),
    3: gettext_noop("Job id back"),
    4: gettext_noop("Worker reads the original"),
    5: gettext_noop("Worker stores the renditions"),
    6: gettext_noop("Job done: events"),
    7: gettext_noop("Poll and attach"),
}


@dataclass(frozen=True)
class Segment:
    kind: str
    started: float
    ended: float


@dataclass(frozen=True)
class Span:
    """Times in seconds since the epoch. `exchange` is an exchange's id, `words` name a gap."""

    id: str
    parent: str | None
    kind: str
    name: str
    started: float
    ended: float | None
    state: str
    segments: tuple[Segment, ...] = ()
    exchange: int | None = None
    rendition: str | None = None
    words: str = ""


def waterfall(flow: Folded, exchanges: Sequence[Seen], visible_delay: float = 0.25) -> list[Span]:
    """In the order of rows: parents before their children, siblings by their start."""
    if not exchanges:
        return []
    started = min(one.started for one in exchanges)
    ended = max(one.ended for one in exchanges)
    end = flow.ended if flow.state in {"done", "failed"} else None
    root = Span("flow", None, "flow", _("Flow"), started, max(end, ended) if end else None, flow.state)
    rows = [root]
    rows += _gaps(exchanges, visible_delay)
    rows += _steps(flow, exchanges)
    rows += _renditions(flow, exchanges)
    rows += [_exchange(one, flow) for one in exchanges]
    return _in_order(rows)


def _steps(flow: Folded, exchanges: Sequence[Seen]) -> Iterable[Span]:
    for step in flow.steps:
        if step.started is not None:
            name = f"{step.n} {_(STEP_NAMES[step.n])}"
            yield Span(f"step-{step.n}", "flow", "step", name, step.started, step.ended, step.state)


def _renditions(flow: Folded, exchanges: Sequence[Seen]) -> Iterable[Span]:
    answered = max((one.ended for one in exchanges if one.step == 2 and one.ok), default=None)
    reads = [one for one in exchanges if one.step == 4]
    by_rendition: dict[str, list[Seen]] = {}
    for one in exchanges:
        by_rendition.setdefault(one.rendition, []).append(one)
    for rendition in flow.renditions.values():
        own = by_rendition.get(rendition.name, [])
        began = rendition.started or answered
        if began is None:
            continue
        segments = _segments(rendition, own, reads, answered or began)
        ended = max([one.ended for one in own], default=began) if rendition.state in {"attached", "failed"} else None
        ended = max(ended, rendition.ended or ended) if ended is not None else None
        yield Span(
            _rendition_id(rendition.name),
            "flow",
            "rendition",
            rendition.name,
            began,
            ended,
            rendition.state,
            tuple(segments),
            rendition=rendition.name,
            words=rendition.reason,
        )


def _segments(
    rendition: Rendition, own: Sequence[Seen], all_reads: Sequence[Seen], answered: float
) -> Iterable[Segment]:
    """Queued until its worker begins, working until its bytes go up, waiting between event and journal page."""
    reads = [one for one in all_reads if _is_of(one, rendition)]
    puts = [one for one in own if one.step == 5]
    events = [one for one in own if one.step == 6]
    commits = [one for one in own if one.step == 7]
    began = min((one.started for one in reads), default=None)
    if began is not None:
        yield from _segment("queued", answered, began)
        read = max(one.ended for one in reads)
        yield from _segment("transferring", began, read)
        made = min((one.started for one in puts or events), default=read)
        yield from _segment("working", read, made)
    for put in puts:
        yield from _segment("transferring", put.started, put.ended)
    if events:
        yield from _segment("waiting", max([one.ended for one in puts], default=events[0].started), events[0].started)
    if events and commits:
        yield from _segment("waiting", events[-1].ended, commits[0].started)


def _segment(kind: str, started: float, ended: float) -> Iterable[Segment]:
    if ended > started:
        yield Segment(kind, started, ended)


def _is_of(read: Seen, rendition: Rendition) -> bool:
    if "called" in read.facts:
        return rendition.name in read.facts["called"]
    return bool(rendition.worker) == (read.sender != "core-worker")


def _exchange(one: Seen, flow: Folded) -> Span:
    first = min(max(one.first_byte or one.ended, one.started), one.ended)
    sends = one.request_bytes > max(one.response_bytes, 4096)
    before: str = "transferring" if sends else "waiting"
    segments = (Segment(before, one.started, first), Segment("transferring", first, one.ended))
    known = one.rendition in flow.renditions
    parent = _rendition_id(one.rendition) if known else f"step-{one.step}" if one.step else "flow"
    return Span(
        f"exchange-{one.id}",
        parent,
        "exchange",
        f"{one.method} {one.path.rpartition('/')[2] or one.path}",
        one.started,
        one.ended,
        "done" if one.ok else "failed",
        tuple(segment for segment in segments if segment.ended > segment.started),
        exchange=one.id,
        rendition=one.rendition or None,
    )


def _gaps(exchanges: Sequence[Seen], visible_delay: float) -> Iterable[Span]:
    """Where nothing of the flow was on the wire, and what it waited for."""
    busy_until, before = exchanges[0].started, exchanges[0]
    answered: float | None = None
    for number, one in enumerate(sorted(exchanges, key=lambda one: one.started)):
        if one.started - busy_until >= SHORTEST_GAP:
            words = _words(before, one, busy_until, answered, visible_delay)
            yield Span(f"gap-{number}", "flow", "gap", words, busy_until, one.started, "done", words=words)
        if one.ended >= busy_until:
            busy_until, before = one.ended, one
        if one.step == 2 and one.ok:
            answered = one.ended


def _words(before: Seen, after: Seen, idle_from: float, answered: float | None, visible_delay: float) -> str:
    idle = after.started - idle_from
    if after.facts.get("polls") or (after.step == 7 and "page" in after.facts):
        return _polled(after, idle_from, idle)
    if after.step == 6 and answered is not None and abs(after.started - answered - visible_delay) < 0.15:
        held = {"ms": f"{visible_delay * 1000:.0f}"}
        return _("Events are held back until %(ms)s ms after the job's answer") % held
    named = _BETWEEN.get((before.step, after.step)) or _BEFORE.get(after.step) or _NOTHING
    return f"{_(named)}: {_seconds(idle)}"


def _polled(page: Seen, idle_from: float, idle: float) -> str:
    polls = [started for started, *_rest in page.facts.get("polls", ()) if started >= idle_from]
    if not polls:
        return _("The poller slept %(time)s") % {"time": _seconds(idle)}
    words = ngettext(
        "The poller slept %(time)s, after asking once in vain",
        "The poller slept %(time)s, after asking %(count)s times in vain",
        len(polls),
    )
    return words % {"time": _seconds(page.started - polls[-1]), "count": len(polls)}


_BETWEEN: Final = {
    (1, 1): gettext_noop("The client was busy"),
    (1, 2): gettext_noop("The job waited to be sent"),
    (2, 2): gettext_noop("The job waited to be sent again"),
    (2, 4): gettext_noop("Waited for a free worker"),
    (4, 4): gettext_noop("The worker paused"),
    (4, 5): gettext_noop("The worker made the renditions"),
    (5, 5): gettext_noop("The worker made the renditions"),
    (4, 6): gettext_noop("The worker worked"),
    (5, 6): gettext_noop("The event waited to be sent"),
    (6, 6): gettext_noop("The event waited to be sent"),
}
_BEFORE: Final = {
    2: gettext_noop("The job waited to be sent"),
    5: gettext_noop("The worker worked"),
    6: gettext_noop("The worker worked"),
}
_NOTHING: Final = gettext_noop("Nothing on the wire")


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _rendition_id(name: str) -> str:
    return f"rendition-{name}"


def _in_order(rows: Sequence[Span]) -> list[Span]:
    children: dict[str | None, list[Span]] = {}
    ids = {row.id for row in rows}
    for row in rows:
        parent = row.parent if row.parent in ids or row.parent is None else "flow"
        children.setdefault(parent, []).append(replace(row, parent=parent))

    def below(parent: str | None) -> Iterable[Span]:
        for row in sorted(children.get(parent, ()), key=lambda one: one.started):
            yield row
            yield from below(row.id)

    return list(below(None))
