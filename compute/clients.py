"""Clients of the service and their registrations at I/O Events, which has their journals. The writer of its rows."""

from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings

from compute import outbound
from compute.gateway import Caller
from compute.models import ClientRegistration
from compute.refusals import EventsRefused, NotRegistered, Unavailable
from contract.events import EVENT_CODE, provider_id
from contract.registration import RegistrationAnswer
from dbthreads import in_db, sql

NAME = "asset-compute"
WORKSPACE = "default"
TIMEOUT = 20.0  # seconds


async def register(caller: Caller, base_url: str) -> str:
    """The client's journal, made at the first call; under the host of `base_url` when it is on this server."""
    registration_url, answer = await _events_registration(caller)
    await in_db(_remember, caller, registration_url, answer.links.events.href)
    return _as_client_sees(answer.links.events.href, base_url)


async def unregister(caller: Caller) -> None:
    """Forget the client and its journal; `NotRegistered` when it is not known."""
    registration_url = await in_db(_registration_url, caller)
    if registration_url is None:
        raise NotRegistered("this client is not registered")
    await _events("DELETE", registration_url, caller, gone_is_fine=True)
    await in_db(_forget, caller)


def is_registered(org_id: str, client_id: str) -> bool:
    query = "SELECT 1 FROM compute_clientregistration WHERE org_id = %s AND client_id = %s"
    return sql.scalar(query, [org_id, client_id]) is not None


async def _events_registration(caller: Caller) -> tuple[str, RegistrationAnswer]:
    """The registration at I/O Events and its URL. A second one of the same name is refused there, naming the first."""
    collection = _collection(caller)
    answer = await _events("POST", collection, caller, json=_wanted(caller))
    existing = answer.headers.get("x-conflicting-id")
    if answer.status_code == 409 and existing:
        answer = await _events("GET", f"{collection}/{existing}", caller)
    found = RegistrationAnswer.model_validate(_successful(answer).json())
    return f"{collection}/{found.registration_id}", found


def _collection(caller: Caller) -> str:
    consumer, project = caller.org_id.partition("@")[0], caller.client_id
    return (
        f"{settings.EVENTS_URL}/events/{quote(consumer, safe='')}/{quote(project, safe='')}/{WORKSPACE}/registrations"
    )


def _wanted(caller: Caller) -> dict[str, Any]:
    interest = {"provider_id": provider_id(caller.org_id, caller.client_id), "event_code": EVENT_CODE}
    return {
        "client_id": caller.client_id,
        "name": NAME,
        "description": "Rendition events of the Asset Compute service",
        "delivery_type": "journal",
        "events_of_interest": [interest],
    }


async def _events(method: str, url: str, caller: Caller, gone_is_fine: bool = False, **content: Any) -> httpx.Response:
    headers = {
        "authorization": f"Bearer {caller.token}",
        "x-api-key": caller.client_id,
        "x-ims-org-id": caller.org_id,
    }
    try:
        async with outbound.client(timeout=TIMEOUT) as client:
            answer = await client.request(method, url, headers=headers, **content)
    except httpx.HTTPError as err:
        raise Unavailable(f"I/O Events does not answer: {err}") from err
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Unavailable(f"I/O Events answered {answer.status_code}")
    return answer if answer.status_code == 409 or (gone_is_fine and answer.status_code == 404) else _successful(answer)


def _successful(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise EventsRefused(f"I/O Events answered {answer.status_code}: {answer.text[:500]}")
    return answer


def _as_client_sees(journal: str, base_url: str) -> str:
    """The journal under the host that the client used, if I/O Events is on this server."""
    if settings.EVENTS_URL != settings.AEMULATOR_URL:
        return journal
    return base_url + journal.removeprefix("{0.scheme}://{0.netloc}".format(urlsplit(journal)))


def _remember(caller: Caller, registration_url: str, journal: str) -> None:
    ClientRegistration.objects.update_or_create(
        org_id=caller.org_id,
        client_id=caller.client_id,
        defaults={"registration_url": registration_url, "journal": journal},
    )


def _registration_url(caller: Caller) -> str | None:
    rows = ClientRegistration.objects.filter(org_id=caller.org_id, client_id=caller.client_id)
    return rows.values_list("registration_url", flat=True).first()


def _forget(caller: Caller) -> None:
    ClientRegistration.objects.filter(org_id=caller.org_id, client_id=caller.client_id).delete()
