"""Flows as files: `/_aemulator/flows/<id>.har` and `.mmd`, and such a HAR file opened again."""

from typing import Any, Final

from django.conf import settings
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from contract import jsontext
from dbthreads import in_db
from flow import detail, har, live, mermaid, opened, reading, telling
from flow.wire import Json, WrongField, body, json, problem

MISSING: Final = "There is no such flow: it may be too old"


async def as_har(request: Request) -> Response:
    flow = request.path_params["flow"]
    content = await in_db(_har, flow)
    if content is None:
        return problem(404, MISSING)
    headers = {"content-disposition": f'attachment; filename="flow-{flow}.har"', "cache-control": "no-store"}
    return Response(jsontext.dumps(content), 200, headers, "application/json")


async def as_mermaid(request: Request) -> Response:
    told = await in_db(telling.flow, request.path_params["flow"])
    if told is None:
        return problem(404, MISSING)
    return PlainTextResponse(mermaid.diagram(told), headers={"cache-control": "no-store"})


async def open_again(request: Request) -> Response:
    """POST of a HAR file: it is a flow that can be looked at, and nothing else."""
    try:
        content = await body(request, har.MAX_BYTES)
        flow = opened.new_id()
        read = await run_in_threadpool(har.read, content, flow)
    except WrongField as err:
        return problem(400, str(err))
    await in_db(opened.save, flow, read)
    live.ring()
    return json({"id": flow}, 201)


def _har(flow: str) -> Json | None:
    told = telling.flow(flow)
    if told is None:
        return None
    messages = opened.messages(flow) or _messages(told)
    return har.written(told, messages, str(settings.SPECTACULAR_SETTINGS["VERSION"]))


def _messages(told: Json) -> dict[str, Json]:
    packed = reading.details([int(one["id"]) for one in told["exchanges"]])
    return {one["id"]: _halves(packed[int(one["id"])]) for one in told["exchanges"]}


def _halves(packed: bytes) -> dict[str, Any]:
    request, response = detail.unpacked(packed)
    return {"request": detail.shown(request), "response": detail.shown(response)}


ROUTES: Final = [
    Route("/_aemulator/flows/import", open_again, methods=["POST"]),
    Route("/_aemulator/flows/{flow}.har", as_har, methods=["GET"]),
    Route("/_aemulator/flows/{flow}.mmd", as_mermaid, methods=["GET"]),
]
