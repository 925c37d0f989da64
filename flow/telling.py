"""Flows and exchanges in the shapes of the JSON interface; times in milliseconds, ids as texts."""

from dataclasses import asdict
from typing import Final

from django.conf import settings

from contract import jsontext
from flow import changes, curl, detail, gates, opened, reading, spans
from flow.folding import Folded, Rendition, Step
from flow.reading import Asked, FlowRow, ms
from flow.seen import Seen
from flow.wire import Json

MAX_TRAFFIC: Final = 1000


def flows(asked: Asked) -> Json:
    held = {job.flow: job.step for job in gates.held()} if gates.keeper.active else {}
    rows = reading.flows(asked, list(held))
    return {"flows": [_as_held(_listed(row), held.get(row.id, 0)) for row in rows], "mark": reading.mark()}


def _as_held(flow: Json, step: int) -> Json:
    return {**flow, "state": "held"} if step and flow["state"] == "running" else flow


def _listed(row: FlowRow) -> Json:
    """One that grew since the list was folded is folded now."""
    if row.digest:
        return dict(jsontext.loads(row.digest))
    return reading.summary(row, reading.fold(row, reading.exchanges([row.id]).get(row.id, ())))


def flow(flow_id: str) -> Json | None:
    row = reading.flow(flow_id)
    if row is None:
        return None
    if row.content:
        return {**opened.flow(row.content), "mark": reading.mark()}
    seen = reading.exchanges([row.id]).get(row.id, [])
    held = max((job.step for job in gates.held() if job.flow == row.id), default=0) if gates.keeper.active else 0
    folded = reading.fold(row, seen, held)
    return {**told(row, folded, seen), "mark": reading.mark()}


def told(row: FlowRow, folded: Folded, seen: list[Seen]) -> Json:
    """A flow with everything that belongs to it."""
    return {
        "flow": reading.summary(row, folded),
        "steps": [_step(step) for step in folded.steps],
        "renditions": [_rendition(rendition) for rendition in folded.renditions.values()],
        "exchanges": [summary(one, row.id) for one in seen],
        "spans": [_span(span) for span in spans.waterfall(folded, seen, settings.EVENT_VISIBLE_DELAY)],
        "changes": changes.of(row, folded, seen),
        "journal": [_journal(entry) for entry in folded.journal],
    }


def _step(step: Step) -> Json:
    return _timed({**asdict(step), "exchanges": [str(one) for one in step.exchanges]})


def _rendition(one: Rendition) -> Json:
    fields = asdict(one)
    activation = fields.pop("activation")
    return _timed({**fields, "activation_id": activation, "exchanges": [str(exchange) for exchange in one.exchanges]})


def _journal(entry: Json) -> Json:
    """The fields of the event that tell what it is of, once more by themselves."""
    event = {name: entry[name] for name in ("type", "request", "rendition", "reason", "message", "size")}
    return {**entry, "event": event, "at": ms(entry["at"]), "exchange": str(entry["exchange"])}


def summary(one: Seen, flow_id: str = "") -> Json:
    return {
        "id": str(one.id),
        "flow": flow_id or one.flow,
        "step": one.step,
        "from": one.sender,
        "to": one.receiver,
        "from_name": one.sender_name,
        "to_name": one.receiver_name,
        "method": one.method,
        "url": one.url,
        "path": one.path,
        "status": one.status,
        "error": one.error or None,
        "started": ms(one.started),
        "ttfb_ms": ms(one.first_byte - one.started) if one.first_byte else None,
        "ms": ms(one.ended - one.started),
        "request_bytes": one.request_bytes,
        "response_bytes": one.response_bytes,
        "rendition": one.rendition or None,
        "fault": one.fault or None,
        "summary": one.sentence,
    }


def exchange(exchange_id: int) -> Json | None:
    found = reading.exchange(exchange_id)
    if found is None:
        return None
    seen, packed = found
    request, response = detail.unpacked(packed)
    return {
        **summary(seen),
        "flows": [seen.flow] if seen.flow else reading.flows_of(seen.id),
        "request": detail.shown(request),
        "response": detail.shown(response),
        "curl": curl.command(seen.method, seen.url, request),
    }


def traffic(since: int) -> Json:
    found = reading.traffic(since, MAX_TRAFFIC)
    return {"mark": reading.mark(), "traffic": [_light(one) for one in found]}


def _light(one: Seen) -> Json:
    return {
        "exchange": str(one.id),
        "flow": one.flow,
        "step": one.step,
        "from": one.sender,
        "to": one.receiver,
        "at": ms(one.started),
        "ms": ms(one.ended - one.started),
        "status": one.status,
        "ok": one.ok,
        "label": one.sentence,
    }


def _span(span: spans.Span) -> Json:
    segments = [{"kind": one.kind, "started": ms(one.started), "ended": ms(one.ended)} for one in span.segments]
    exchange = str(span.exchange) if span.exchange else None
    return _timed({**asdict(span), "segments": segments, "exchange": exchange})


def _timed(fields: Json) -> Json:
    return {**fields, "started": ms(fields["started"]), "ended": ms(fields["ended"])}
