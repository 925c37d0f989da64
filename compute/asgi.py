"""The plain ASGI application of the Asset Compute service: `/register`, `/unregister`, `/process`."""

import time

from django.conf import settings
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from compute import clients, custom_workers, live, service
from compute.activations import CORE
from compute.dispatch import dispatch
from compute.gateway import EXCEPTION_HANDLERS, body, caller, json_response, request_id
from compute.rate_limit import RateLimit
from compute.refusals import NotRegistered
from compute.service import Accepted
from dbthreads import in_db

rate_limit = RateLimit()


async def register(request: Request) -> Response:
    who = await caller(request)
    journal = await clients.register(who, f"{request.url.scheme}://{request.url.netloc}")
    return json_response(request, {"ok": True, "journal": journal})


async def unregister(request: Request) -> Response:
    """404 for an unknown client; its body says `ok: true` nevertheless, as Adobe's does."""
    who = await caller(request)
    try:
        await clients.unregister(who)
    except NotRegistered as err:
        return json_response(request, {"ok": True}, err.status)
    return json_response(request, {"ok": True})


async def process(request: Request) -> Response:
    """Answer as soon as the activation is on disk; only then start it."""
    who = await caller(request)
    rate_limit.take(who.client_id)
    accepted = await in_db(service.accept, who, request_id(request), await body(request))
    answer = json_response(request, {"ok": True, "activationId": accepted.activation_id})
    answer.background = BackgroundTask(_start, accepted)
    return answer


async def _start(accepted: Accepted) -> None:
    """Runs when the answer has been sent: the delay until events are visible counts from here."""
    live.ring()
    publish_from = time.time() + settings.EVENT_VISIBLE_DELAY
    core = accepted.invocations.get(CORE)
    if core is not None and dispatch().is_in_memory:
        dispatch().send(core, publish_from)
    elif core is not None:
        await in_db(dispatch().send, core, publish_from)
    if len(accepted.invocations) > (core is not None):
        custom_workers.bell.ring()


application = Starlette(
    routes=[
        Route("/register", register, methods=["POST"]),
        Route("/unregister", unregister, methods=["POST"]),
        Route("/process", process, methods=["POST"]),
    ],
    exception_handlers=EXCEPTION_HANDLERS,
)
