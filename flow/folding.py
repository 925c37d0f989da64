"""What a flow is by now, from its exchanges: steps, renditions, state; pure.

The wire tells all but two things, which the repository is asked for (`Settled`): that an asset needed no job at all,
and that a job was given up because nothing came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contract.events import FAILED
from flow import correlation
from flow.seen import Seen

STEPS: Final = 7
_FINAL: Final = frozenset({"attached", "failed"})
UPLOAD_LIFETIME: Final = 3600.0
"""Seconds after which an upload that was begun and not completed never will be."""


@dataclass
class Rendition:
    """`state`: requested, running, stored, event, attached, failed."""

    name: str
    worker: str = ""
    state: str = "requested"
    reason: str = ""
    message: str = ""
    started: float | None = None
    ended: float | None = None
    activation: str = ""
    exchanges: list[int] = field(default_factory=list)


@dataclass
class Step:
    """`state`: waiting, active, done, failed, held."""

    n: int
    state: str = "waiting"
    started: float | None = None
    ended: float | None = None
    reason: str = ""
    exchanges: list[int] = field(default_factory=list)


@dataclass
class Folded:
    state: str = "running"
    step: int = 1
    started: float = 0.0
    ended: float | None = None
    steps: list[Step] = field(default_factory=lambda: [Step(n) for n in range(1, STEPS + 1)])
    renditions: dict[str, Rendition] = field(default_factory=dict)
    request_ids: list[str] = field(default_factory=list)
    activation_ids: list[str] = field(default_factory=list)
    journal: list[dict[str, Any]] = field(default_factory=list)
    mime: str = ""
    asset: str = ""
    generation: int = 0
    faults: int = 0
    exchanges: int = 0
    reason: str = ""
    changes: Sequence[Mapping[str, Any]] = ()

    def counts(self) -> dict[str, int]:
        states = [rendition.state for rendition in self.renditions.values()]
        done = "attached" if "attached" in states else "event"
        return {
            "exchanges": self.exchanges,
            "renditions": len(states),
            "attached": states.count(done),
            "failed": states.count("failed"),
        }


@dataclass(frozen=True)
class Settled:
    """What the repository says: `state` of the newest job (none, pending, submitted, done, failed, superseded)."""

    state: str = ""
    reason: str = ""
    message: str = ""
    at: float | None = None
    renditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    changes: Sequence[Mapping[str, Any]] = ()
    """Of properties, before and after; as the interface shows them."""


def fold(kind: str, exchanges: Sequence[Seen], settled: Settled, now: float, held: int = 0) -> Folded:
    """`held`: the step at whose gate it is held, 0 for none."""
    flow = Folded(exchanges=len(exchanges))
    for exchange in sorted(exchanges, key=lambda one: (one.started, one.id)):
        _count(flow, exchange)
        for fact, tell in _TELLERS.items():
            if fact in exchange.facts:
                tell(flow, exchange)
        _move(flow, exchange)
    _settle(flow, settled)
    _conclude(flow, kind, settled, now)
    _finish_steps(flow, held)
    return flow


def _count(flow: Folded, exchange: Seen) -> None:
    flow.started = flow.started or exchange.started
    flow.faults += bool(exchange.fault)
    if not exchange.step:
        return
    step = flow.steps[exchange.step - 1]
    step.started = min(step.started or exchange.started, exchange.started)
    step.ended = max(step.ended or exchange.ended, exchange.ended)
    step.exchanges.append(exchange.id)
    step.state, step.reason = ("done", "") if exchange.ok else ("failed", _reason(exchange))
    flow.step = max(flow.step, exchange.step)
    if exchange.step == 2:
        _answered(flow, exchange)


def _answered(flow: Folded, exchange: Seen) -> None:
    """The job id comes back in the same exchange: step 3 is its answer."""
    step = flow.steps[2]
    step.started, step.ended = exchange.first_byte or exchange.ended, exchange.ended
    step.exchanges.append(exchange.id)
    step.state, step.reason = ("done", "") if exchange.ok else ("failed", _reason(exchange))
    if exchange.ok:
        flow.step = max(flow.step, 3)


def _reason(exchange: Seen) -> str:
    return str(exchange.facts.get("refused") or exchange.error or f"status {exchange.status}")


def _told_job(flow: Folded, exchange: Seen) -> None:
    job = exchange.facts["job"]
    flow.mime, flow.asset = job["mime"] or flow.mime, job["asset"] or flow.asset
    flow.generation = job["generation"]
    for ids, new in ((flow.request_ids, job["request"]), (flow.activation_ids, job["activation"])):
        if new and new not in ids:
            ids.append(new)
    for entry in job["renditions"]:
        known = flow.renditions.get(entry["name"])
        if known is None or known.state == "failed":  # what failed is asked for again
            flow.renditions[entry["name"]] = Rendition(
                entry["name"], entry["worker"], started=exchange.started, activation=job["activation"]
            )
        elif exchange.ok:
            known.activation = job["activation"]


def _told_event(flow: Folded, exchange: Seen) -> None:
    if exchange.ok:
        _take_event(flow, exchange.facts["event"], exchange)


def _take_event(flow: Folded, told: Mapping[str, Any], exchange: Seen) -> None:
    rendition = _rendition(flow, told)
    if rendition is None or rendition.state in _FINAL:
        return
    if told["type"] == FAILED:
        rendition.state, rendition.reason, rendition.message = "failed", told["reason"], told["message"]
    else:
        rendition.state = "event"
    rendition.ended = exchange.ended
    if told["activations"]:
        rendition.activation = told["activations"][0]


def _told_page(flow: Folded, exchange: Seen) -> None:
    mine = set(flow.request_ids)
    for told in exchange.facts["page"]:
        if told["request"] in mine:
            flow.journal.append({**told, "at": exchange.ended, "exchange": exchange.id})
            _read_first(flow, told, exchange)


def _read_first(flow: Folded, told: Mapping[str, Any], exchange: Seen) -> None:
    """An event that went to an ingress elsewhere is known from the journal only: step 6 was before that."""
    step, rendition = flow.steps[5], _rendition(flow, told)
    if not step.exchanges and step.state == "waiting":
        step.state = "done"
        flow.step = max(flow.step, 6)
    if rendition and rendition.state != "event":
        _take_event(flow, told, exchange)


def _told_committed(flow: Folded, exchange: Seen) -> None:
    rendition = flow.renditions.get(exchange.rendition)
    if rendition and rendition.state != "failed":
        rendition.state, rendition.ended = "attached", exchange.ended


def _told_stored(flow: Folded, exchange: Seen) -> None:
    rendition = flow.renditions.get(exchange.rendition)
    if rendition and rendition.state in {"requested", "running"}:
        rendition.state = "stored"


_TELLERS: Final = {
    "job": _told_job,
    "event": _told_event,
    "page": _told_page,
    "committed": _told_committed,
    "stored": _told_stored,
}


def _rendition(flow: Folded, told: Mapping[str, Any]) -> Rendition | None:
    return flow.renditions.get(told["rendition"])


def _move(flow: Folded, exchange: Seen) -> None:
    """Whose exchange it was, and what is running because of it."""
    for name in exchange.facts.get("called", ()):
        if (called := flow.renditions.get(name)) and called.state == "requested" and exchange.ok:
            called.state = "running"
    if exchange.step == 4 and exchange.sender == "core-worker":
        for rendition in flow.renditions.values():
            if not rendition.worker and rendition.state == "requested":
                rendition.state = "running"
    if exchange.rendition and (own := flow.renditions.get(exchange.rendition)):
        own.exchanges.append(exchange.id)


def _settle(flow: Folded, settled: Settled) -> None:
    flow.changes = settled.changes
    for name, told in settled.renditions.items():
        rendition = flow.renditions.setdefault(name, Rendition(name, told.get("worker", "")))
        if told.get("state") in _FINAL:
            rendition.state, rendition.reason = told["state"], told.get("reason", "")
            rendition.message = told.get("message", "")
            rendition.ended = rendition.ended or settled.at


def _conclude(flow: Folded, kind: str, settled: Settled, now: float) -> None:
    states = [rendition.state for rendition in flow.renditions.values()]
    last = _FINAL | {"event"} if kind == correlation.ASSET_COMPUTE else _FINAL
    if settled.state == "failed" or (settled.state in {"done", "superseded", "none"} and not states):
        flow.state, flow.reason = ("failed", settled.reason) if settled.state == "failed" else ("done", "")
    elif (states and all(state in last for state in states)) or settled.state in {"done", "superseded"}:
        flow.state = "failed" if "failed" in states else "done"
    elif not states and (flow.steps[0].state == "failed" or now - flow.started > UPLOAD_LIFETIME):
        flow.state, flow.reason = "failed", flow.steps[0].reason or "The upload was never completed"
    elif kind == correlation.ASSET_COMPUTE and flow.steps[1].state == "failed":
        flow.state, flow.reason = "failed", flow.steps[1].reason
    if flow.state != "running":
        ends = [step.ended for step in flow.steps if step.ended] + ([settled.at] if settled.at else [])
        flow.ended = max(ends, default=now)


def _finish_steps(flow: Folded, held: int) -> None:
    """Which step is under way, which is failed, which is held."""
    failed = [rendition for rendition in flow.renditions.values() if rendition.state == "failed"]
    if failed and flow.steps[3].state == "done":
        flow.steps[3].reason = flow.steps[3].reason or failed[0].reason
    if flow.state == "running":
        if held:
            flow.state = "held"
            flow.steps[held - 1].state = "held"
            return
        current = flow.steps[flow.step - 1]
        if current.state == "done":
            current.state = "active"
