"""Publishing (wire contract, section 3.3): legacy ingress, webhook and CloudEvents, and what is expected of workers.

200: the event is in at least one journal. 204: nobody is registered for it, which Adobe's workers retry for a minute.
"""

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from contract.events import EVENT_CODE, provider_id
from dbthreads import in_db
from dbthreads.group_commit import GroupCommit
from events import expectations, forgotten, journal, live, payloads, registrations, webhook_key
from events.errors import BadRequest, NotFound, Unauthorized
from events.expectations import Owed
from events.gateway import Caller, body, caller, json_response
from events.incoming import Incoming

appended = GroupCommit(journal.append)


async def legacy_ingress(request: Request) -> Response:
    """`POST /api/events`. Headers `x-event-id` and `x-request-accepted-at` as in docs/architecture.md."""
    who = await caller(request)
    return await _published(payloads.from_ingress(await body(request), who.org_id, request.headers))


async def cloud_event(request: Request) -> Response:
    """`POST /` of the CloudEvents ingress, structured mode."""
    who = await caller(request)
    return await _published(payloads.from_cloud_event(await body(request), who.org_id, request.headers))


async def webhook(request: Request) -> Response:
    """`POST /events/webhooks/asset-compute`: no token, but a signature over the body in x-ac-hmac-signature."""
    content = await body(request)
    signature = request.headers.get("x-ac-hmac-signature", "")
    if not await in_db(webhook_key.is_signed, content, signature):
        raise Unauthorized("x-ac-hmac-signature is missing or does not match the body")
    org_id, client_id = request.headers.get("x-ims-org-id"), request.headers.get("x-api-key")
    if not org_id or not client_id:
        raise BadRequest("x-ims-org-id and x-api-key must say whose event it is")
    return await _published(payloads.from_webhook(content, org_id, client_id))


async def expect(request: Request) -> Response:
    """`POST /events/expectations`: `{group, expected: [{id, requestId, rendition}]}`. See events/expectations.py."""
    who = await caller(request)
    group, owed = payloads.owed(await body(request))
    known = await in_db(_expect, who, group, owed)
    if not known:
        raise NotFound("This client is not registered for rendition events")
    return Response(status_code=204)


async def arrived(request: Request) -> Response:
    """`GET /events/expectations/{group}`: `{expected: [{id, event}]}`, `event` null while it has not come."""
    who = await caller(request)
    found = await in_db(expectations.arrived, who.org_id, request.path_params["group"])
    expected = [
        {"id": event_id, "event": orjson.Fragment(event) if event else None}
        for event_id, event in sorted(found.items())
    ]
    return json_response({"expected": expected})


async def _published(incoming: Incoming) -> Response:
    if incoming.about and forgotten.is_forgotten(incoming.about[0]):
        return PlainTextResponse("OK")
    journals = await appended.add(incoming)
    live.ring()
    return PlainTextResponse("OK") if journals else Response(status_code=204)


def _expect(who: Caller, group: str, owed: list[Owed]) -> bool:
    interested = registrations.interested(who.org_id, provider_id(who.org_id, who.client_id), EVENT_CODE)
    expectations.expect(interested, group, owed, journal.now_ms())
    return bool(interested)
