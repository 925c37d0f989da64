"""The IMS's published keys, beside Django: a check of a token in one of Django's threads must not wait for another."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from identity.keys import jwks


async def keys(request: Request) -> Response:
    return JSONResponse(await run_in_threadpool(jwks), headers={"cache-control": "no-store"})


application = Starlette(routes=[Route("/ims/keys", keys, methods=["GET"])])
