"""The control plane under `/_aemulator/`: health for everybody; environment block, reset, seed for the logged in.

A plain ASGI application, so that it answers even while every thread of Django waits for something.
"""

import asyncio
import tempfile
from datetime import UTC, datetime

from django.conf import settings
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from config import client_environment, health, restart
from config.gate import StillBusy
from config.seeding import requests as seeding
from config.seeding.description import SeedError
from config.snapshots import restoring
from config.snapshots.errors import SnapshotError
from config.snapshots.taking import Taking
from dbthreads import in_db
from repository.auth.errors import AuthError
from repository.auth.identification import identify

CHALLENGE = {"WWW-Authenticate": 'Basic realm="AEMulator"'}
CONTENTS = ("demo", "empty")


async def show_health(request: Request) -> Response:
    """200 when every part is fresh, else 503: {"ok": …, "parts": {name: {"ok": …, …}}}."""
    parts = await health.report()
    ok = all(bool(part["ok"]) for part in parts.values())
    return JSONResponse(
        {"ok": ok, "parts": parts}, status_code=200 if ok else 503, headers={"Cache-Control": "no-store"}
    )


async def show_environment(request: Request) -> Response:
    """The block as JSON, or with `?for=shell|node|python` as text to paste."""
    if refused := await _refused(request):
        return refused
    language = request.query_params.get("for", "json")
    if language not in client_environment.LANGUAGES:
        return _problem(400, f"for must be one of {', '.join(client_environment.LANGUAGES)}")
    text = client_environment.LANGUAGES[language](await in_db(client_environment.variables))
    kind = "application/json" if language == "json" else "text/plain; charset=utf-8"
    return PlainTextResponse(text, media_type=kind, headers={"Cache-Control": "no-store"})


async def reset(request: Request) -> Response:
    """POST: everything back to the start; `?content=demo` uploads the demo pictures, `empty` (default) does not."""
    if refused := await _refused(request) or _foreign(request):
        return refused
    content = request.query_params.get("content", "empty")
    if content not in CONTENTS:
        return _problem(400, f"content must be one of {', '.join(CONTENTS)}")
    try:
        await restart.reset(with_demo=content == "demo")
    except StillBusy as err:
        return _problem(503, f"Nothing was changed: {err}")
    return JSONResponse({"ok": True, "content": content})


async def seed(request: Request) -> Response:
    """POST: the demo pictures, or what the body brings (config/seeding); `?wait=true` until it is processed."""
    if refused := await _refused(request) or _foreign(request):
        return refused
    try:
        return JSONResponse(await seeding.seed(request))
    except SeedError as err:
        return _problem(err.status, str(err))


async def take_snapshot(request: Request) -> Response:
    """GET: the whole state as one file, streamed."""
    if refused := await _refused(request):
        return refused
    taking = Taking()
    try:
        await taking.prepare()
    except SnapshotError as err:
        return _problem(err.status, str(err))
    name = f"aemulator-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(taking.body(), media_type="application/x-tar", headers=headers)


async def restore(request: Request) -> Response:
    """POST of a snapshot: it takes the place of everything. 4xx, and nothing changed, when it cannot be read."""
    if refused := await _refused(request) or _foreign(request):
        return refused
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        async for chunk in request.stream():
            await asyncio.to_thread(file.write, chunk)
        file.seek(0)
        try:
            return JSONResponse(await restoring.restore(file))
        except SnapshotError as err:
            return _problem(err.status, str(err))
        except StillBusy as err:
            return _problem(503, f"Nothing was changed: {err}")


def guarded(inner: ASGIApp) -> ASGIApp:
    """`inner`, for those who are logged in; what changes something not for pages of other sites."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        refused = await _refused(request)
        if refused is None and request.method not in {"GET", "HEAD"}:
            refused = _foreign(request)
        await (refused or inner)(scope, receive, send)

    return guard


async def _refused(request: Request) -> Response | None:
    error = await in_db(_login_error, request.headers)
    return JSONResponse({"ok": False, "message": error}, 401, CHALLENGE) if error else None


def _login_error(headers: Headers) -> str:
    try:
        return "" if identify(headers) else "Authentication is required"
    except AuthError as err:
        return err.message


def _foreign(request: Request) -> Response | None:
    """A page of another site may not post here with the login that the browser remembers."""
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        return _problem(403, "A page of another site may not change this server")
    return None


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"ok": False, "message": message}, status)


_routes = [
    Route("/_aemulator/health", show_health, methods=["GET", "HEAD"]),
    Route("/_aemulator/env", show_environment, methods=["GET", "HEAD"]),
    Route("/_aemulator/reset", reset, methods=["POST"]),
    Route("/_aemulator/seed", seed, methods=["POST"]),
    Route("/_aemulator/snapshot", take_snapshot, methods=["GET"]),
    Route("/_aemulator/restore", restore, methods=["POST"]),
]
PATHS = {route.path for route in _routes}
application = Router(_routes)
