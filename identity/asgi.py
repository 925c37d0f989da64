"""The IMS's published keys, beside Django: a check of a token in one of Django's threads must not wait for another."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dbthreads import in_db
from identity import tokens


async def keys(request: Request) -> Response:
    return JSONResponse(await in_db(tokens.published), headers={"cache-control": "no-store"})


application = Starlette(routes=[Route("/ims/keys", keys, methods=["GET"])])
