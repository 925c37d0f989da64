"""A test event, published as any client publishes one: with a token from the IMS, at the ingress, over HTTP."""

import base64
import json
from typing import Any, Final

import httpx
from django.conf import settings

import trust
from contract.events import EVENT_CODE, provider_id

TIMEOUT: Final = 10.0  # seconds
_NO_PROXY: Final = {"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None}


class NotPublished(Exception):
    """`str()` says why, for people."""


def publish(text: str) -> bool:
    """Publish the JSON object `text` as a rendition event of the settings' client; whether a journal has it now."""
    event = _parsed(text)
    with httpx.Client(mounts=_NO_PROXY, timeout=TIMEOUT, verify=trust.context()) as client:
        try:
            answer = _sent(client, event)
        except httpx.HTTPError as err:
            raise NotPublished(f"The service does not answer: {err}") from err
    if not answer.is_success:
        raise NotPublished(f"The ingress answered {answer.status_code}: {answer.text[:300]}")
    return answer.status_code == 200


def _parsed(text: str) -> dict[str, Any]:
    try:
        event = json.loads(text)
    except ValueError as err:
        raise NotPublished(f"That is not JSON: {err}") from err
    if not isinstance(event, dict):
        raise NotPublished("An event is a JSON object")
    return event


def _sent(client: httpx.Client, event: dict[str, Any]) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.CLIENT_ID,
        "client_secret": settings.CLIENT_SECRET,
        "scope": settings.SCOPES,
    }
    token = client.post(f"{settings.IMS_URL}/ims/token/v3", data=form).raise_for_status().json()["access_token"]
    headers = {
        "authorization": f"Bearer {token}",
        "x-api-key": settings.CLIENT_ID,
        "x-ims-org-id": settings.ORG_ID,
    }
    body = {
        "user_guid": settings.ORG_ID,
        "provider_id": provider_id(settings.ORG_ID, settings.CLIENT_ID),
        "event_code": EVENT_CODE,
        "event": base64.b64encode(json.dumps(event).encode()).decode(),
    }
    return client.post(f"{settings.EVENTS_INGRESS_URL}/api/events", json=body, headers=headers)
