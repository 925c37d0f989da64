"""The JSON interface of the recorder under `/_aemulator/`; who may ask is decided before (config/control.py)."""

from dataclasses import asdict
from typing import Any, Final

from django.conf import settings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from contract import jsontext
from dbthreads import in_db
from flow import curl, detail, reading, spans
from flow.folding import Folded
from flow.reading import Asked, FlowRow, ms
from flow.seen import Seen

MAX_LIMIT: Final = 500
MAX_TRAFFIC: Final = 1000
STATES: Final = ("", "running", "done", "failed", "held")
Json = dict[str, Any]


async def list_flows(request: Request) -> Response:
    asked = request.query_params
    limit = _whole(asked.get("limit", "50"))
    if limit is None or not 0 < limit <= MAX_LIMIT:
        return problem(400, f"limit must be a number from 1 to {MAX_LIMIT}")
    if asked.get("state", "") not in STATES:
        return problem(400, "state must be running, done, failed or held")
    wanted = Asked(limit, asked.get("before", ""), asked.get("q", ""), asked.get("state", ""), asked.get("path", ""))
    return await answer(_list, wanted)


async def show_flow(request: Request) -> Response:
    found = await in_db(_flow, request.path_params["flow"])
    return json(found) if found else problem(404, "There is no such flow: it may be too old")


async def show_exchange(request: Request) -> Response:
    number = _whole(request.path_params["exchange"])
    found = await in_db(_exchange, number) if number is not None else None
    return json(found) if found else problem(404, "There is no such exchange: it may be too old")


async def show_traffic(request: Request) -> Response:
    since = request.query_params.get("since", "")
    newest = _whole(since.partition("-")[0] or "0")
    if newest is None:
        return problem(400, "since must be the mark of an answer before")
    return await answer(_traffic, newest)


def _list(asked: Asked) -> Json:
    rows = reading.flows(asked)
    return {
        "flows": [jsontext.loads(row.digest) if row.digest else _summary(row) for row in rows],
        "mark": reading.mark(),
    }


def _summary(row: FlowRow) -> Json:
    """Of one that grew since the list was folded."""
    return reading.summary(row, reading.fold(row, reading.exchanges([row.id]).get(row.id, ())))


def _flow(flow_id: str) -> Json | None:
    row = reading.flow(flow_id)
    if row is None:
        return None
    if row.content:
        return {**jsontext.loads(row.content), "mark": reading.mark()}
    seen = reading.exchanges([row.id]).get(row.id, [])
    folded = reading.fold(row, seen)
    return {**told(row, folded, seen), "mark": reading.mark()}


def told(row: FlowRow, folded: Folded, seen: list[Seen]) -> Json:
    """A flow with everything that belongs to it."""
    return {
        "flow": reading.summary(row, folded),
        "steps": [_timed({**asdict(step), "exchanges": [str(one) for one in step.exchanges]}) for step in folded.steps],
        "renditions": [
            _timed(
                {
                    "name": one.name,
                    "worker": one.worker,
                    "state": one.state,
                    "reason": one.reason,
                    "message": one.message,
                    "started": one.started,
                    "ended": one.ended,
                    "activation_id": one.activation,
                    "exchanges": [str(exchange) for exchange in one.exchanges],
                }
            )
            for one in folded.renditions.values()
        ],
        "exchanges": [summary(one, row.id) for one in seen],
        "spans": [_span(span) for span in spans.waterfall(folded, seen, settings.EVENT_VISIBLE_DELAY)],
        "changes": [],
        "journal": [{**entry, "at": ms(entry["at"]), "exchange": str(entry["exchange"])} for entry in folded.journal],
    }


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


def _exchange(exchange_id: int) -> Json | None:
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


def _traffic(since: int) -> Json:
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


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else None


async def answer(work: Any, *args: Any) -> Response:
    return json(await in_db(work, *args))


def json(content: Json, status: int = 200) -> Response:
    return Response(
        jsontext.dumps(content).encode(), status, {"cache-control": "no-store"}, media_type="application/json"
    )


def problem(status: int, message: str) -> Response:
    return JSONResponse({"ok": False, "message": message}, status)


ROUTES: Final = [
    Route("/_aemulator/flows", list_flows, methods=["GET"]),
    Route("/_aemulator/flows/{flow}", show_flow, methods=["GET"]),
    Route("/_aemulator/exchanges/{exchange}", show_exchange, methods=["GET"]),
    Route("/_aemulator/traffic", show_traffic, methods=["GET"]),
]
PREFIXES: Final = tuple(f"/_aemulator/{name}" for name in ("flows", "exchanges", "traffic", "gates", "faults"))
application: Final = Router(ROUTES)
