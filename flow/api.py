"""The JSON interface of the recorder under `/_aemulator/`; who may ask is decided before (config/control.py)."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from dbthreads import in_db
from flow import faults_api, files_api, gates_api, live, opened, telling
from flow.reading import Asked
from flow.wire import json, problem

MAX_LIMIT: Final = 500
STATES: Final = ("", "running", "done", "failed", "held")


async def list_flows(request: Request) -> Response:
    live.looked()
    asked = request.query_params
    limit = _whole(asked.get("limit", "50"))
    if limit is None or not 0 < limit <= MAX_LIMIT:
        return problem(400, f"limit must be a number from 1 to {MAX_LIMIT}")
    if asked.get("state", "") not in STATES:
        return problem(400, "state must be running, done, failed or held")
    wanted = Asked(limit, asked.get("before", ""), asked.get("q", ""), asked.get("state", ""), asked.get("path", ""))
    return json(await in_db(telling.flows, wanted))


async def show_flow(request: Request) -> Response:
    live.looked_into(request.path_params["flow"])
    found = await in_db(telling.flow, request.path_params["flow"])
    return json(found) if found else problem(404, "There is no such flow: it may be too old")


async def show_exchange(request: Request) -> Response:
    asked = request.path_params["exchange"]
    number = _whole(asked)
    found = await in_db(telling.exchange, number) if number is not None else await in_db(opened.exchange, asked)
    return json(found) if found else problem(404, "There is no such exchange: it may be too old")


async def show_traffic(request: Request) -> Response:
    since = request.query_params.get("since", "")
    newest = _whole(since.partition("-")[0] or "0")
    if newest is None:
        return problem(400, "since must be the mark of an answer before")
    return json(await in_db(telling.traffic, newest))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else None


ROUTES: Final = [
    Route("/_aemulator/flows", list_flows, methods=["GET"]),
    *files_api.ROUTES,
    Route("/_aemulator/flows/{flow}", show_flow, methods=["GET"]),
    Route("/_aemulator/exchanges/{exchange}", show_exchange, methods=["GET"]),
    Route("/_aemulator/traffic", show_traffic, methods=["GET"]),
    *gates_api.ROUTES,
    *faults_api.ROUTES,
]
PREFIXES: Final = tuple(f"/_aemulator/{name}" for name in ("flows", "exchanges", "traffic", "gates", "faults"))
application: Final = Router(ROUTES)
