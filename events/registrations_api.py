"""Registration management (wire contract, section 3.3): HAL JSON, `_links["rel:events"]` is the journal's URL."""

from typing import Any

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from contract.registration import RegistrationRequest
from dbthreads import in_db
from events import registrations
from events.errors import BadRequest
from events.gateway import Caller, body, caller, json_response
from events.journal_api import journal_path
from events.models import Registration
from events.registrations import Subscription, Workspace

HAL = "application/hal+json"
MAX_PAGE = 100


async def create(request: Request) -> Response:
    """201, or 409 with `x-conflicting-id` when the workspace has a registration of that name."""
    who = await caller(request)
    wanted = await _subscription(request, who)
    return _answer(request, await in_db(_created, _workspace(request, who), wanted), 201)


async def update(request: Request) -> Response:
    who = await caller(request)
    wanted = await _subscription(request, who)
    return _answer(request, await in_db(_updated, _workspace(request, who), _id(request), wanted))


async def get(request: Request) -> Response:
    who = await caller(request)
    return _answer(request, await in_db(_loaded, _workspace(request, who), _id(request)))


async def delete(request: Request) -> Response:
    who = await caller(request)
    await in_db(_deleted, _workspace(request, who), _id(request))
    return Response(status_code=204)


async def in_workspace(request: Request) -> Response:
    who = await caller(request)
    found = await in_db(registrations.in_workspace, _workspace(request, who))
    return _hal({"_links": {"self": {"href": str(request.url)}}, **_embedded(request, found)})


async def of_organization(request: Request) -> Response:
    """All registrations of an organization, `page` by `page` (from 0) of `size` (default 10, at most 100)."""
    who = await caller(request)
    page, size = _number(request, "page", 0), _number(request, "size", 10)
    if not 1 <= size <= MAX_PAGE:
        raise BadRequest(f"size must be between 1 and {MAX_PAGE}")
    found, total = await in_db(
        registrations.of_organization, who.org_id, request.path_params["consumer"], page * size, size
    )
    facts = {"size": size, "number": page, "numberOfElements": len(found), "totalElements": total}
    pages = {"totalPages": -(-total // size)}
    return _hal(
        {"page": {**facts, **pages}, "_links": {"self": {"href": str(request.url)}}, **_embedded(request, found)}
    )


def _created(workspace: Workspace, wanted: Subscription) -> dict[str, Any]:
    return _facts(registrations.create(workspace, wanted))


def _updated(workspace: Workspace, registration_id: str, wanted: Subscription) -> dict[str, Any]:
    return _facts(registrations.update(registrations.get(workspace, registration_id), wanted))


def _loaded(workspace: Workspace, registration_id: str) -> dict[str, Any]:
    return _facts(registrations.get(workspace, registration_id))


def _deleted(workspace: Workspace, registration_id: str) -> None:
    registrations.delete(registrations.get(workspace, registration_id))


def _facts(registration: Registration) -> dict[str, Any]:
    """A registration without its links. Reads its interests: for a database thread."""
    interests = [
        {"provider_id": interest.provider_id, "event_code": interest.event_code}
        for interest in registration.interests.all()
    ]
    return {
        "id": registration.pk,
        "name": registration.name,
        "description": registration.description,
        "client_id": registration.client_id,
        "registration_id": registration.registration_id,
        "events_of_interest": interests,
        "created_date": registration.created_at.isoformat(),
        "updated_date": registration.updated_at.isoformat(),
        "consumer_id": registration.consumer_id,
        "project_id": registration.project_id,
        "workspace_id": registration.workspace_id,
        "delivery_type": "journal",
        "enabled": registration.enabled,
    }


def _linked(request: Request, facts: dict[str, Any]) -> dict[str, Any]:
    """With links under the host that the client used."""
    base = f"{request.url.scheme}://{request.url.netloc}"
    journal = journal_path(facts["consumer_id"], facts["client_id"], facts["registration_id"])
    workspace = f"/events/{facts['consumer_id']}/{facts['project_id']}/{facts['workspace_id']}"
    own = f"{workspace}/registrations/{facts['registration_id']}"
    return {**facts, "_links": {"self": {"href": base + own}, "rel:events": {"href": base + journal}}}


def _answer(request: Request, facts: dict[str, Any], status: int = 200) -> Response:
    return _hal(_linked(request, facts), status)


def _embedded(request: Request, found: list[Registration]) -> dict[str, Any]:
    return {"_embedded": {"registrations": [_linked(request, _facts(registration)) for registration in found]}}


def _hal(content: dict[str, Any], status: int = 200) -> Response:
    return json_response(content, status, media_type=HAL)


async def _subscription(request: Request, who: Caller) -> Subscription:
    try:
        wanted = RegistrationRequest.model_validate(orjson.loads(await body(request)))
    except orjson.JSONDecodeError as err:
        raise BadRequest(f"the body is not JSON: {err}") from err
    except ValidationError as err:
        first = err.errors()[0]
        raise BadRequest(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from err
    if wanted.delivery_type != "journal":
        raise BadRequest("delivery_type must be journal: events are not delivered to webhooks from here")
    if wanted.client_id not in {None, who.client_id}:
        raise BadRequest("client_id must be the client of the access token")
    interests = tuple((interest.provider_id, interest.event_code) for interest in wanted.events_of_interest)
    return Subscription(wanted.name, wanted.description, who.client_id, wanted.enabled, interests)


def _workspace(request: Request, who: Caller) -> Workspace:
    names = request.path_params
    return Workspace(who.org_id, names["consumer"], names["project"], names["workspace"])


def _id(request: Request) -> str:
    return str(request.path_params["registration"])


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"{name} must be a whole number")
    return int(text)
