"""What a person does to an activation: cancel it, or send its request again.

Each rendition still has exactly one event. A cancelled one ends as `rendition_failed`, by the same conditional update
as any other end, so what the worker says of it later changes nothing. A request that is sent again is a new activation
under a request id of its own, sent to the service over HTTP like any client's.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any, Final

import httpx
from django.conf import settings

import trust
from compute import activations, live, outbound, publisher
from compute.activations import Settlement
from compute.models import Activation, RenditionTask
from compute.rendition_events import Outcome
from contract import jsontext

TIMEOUT: Final = 20.0  # seconds


class ActRefused(Exception):
    """`str()` says why, for people."""


@dataclass(frozen=True)
class Again:
    """The activation that a request became when it was sent again."""

    activation_id: str
    request_id: str


def cancel(activation: Activation, who: str) -> int:
    """End what has not ended; how many renditions that were."""
    cancelled = Outcome(error_reason="GenericError", error_message=f"Cancelled by {who}")
    visible_from = max(time.time(), activation.accepted_at + settings.EVENT_VISIBLE_DELAY)
    tasks = activations.open_tasks(activation.activation_id)
    activations.settle([Settlement(task, cancelled, visible_from) for task in tasks])
    publisher.bell.ring()
    live.ring()
    return len(tasks)


def send_again(activation: Activation, *, only_failed: bool) -> Again:
    """The same source, user data and renditions (or those that failed), with the caller's token or a new one of it."""
    tasks = RenditionTask.objects.filter(invocation__activation=activation).order_by("index")
    if only_failed:
        tasks = tasks.filter(state=RenditionTask.State.FAILED)
    body = {"source": activation.source, "renditions": [task.instructions for task in tasks]}
    if activation.user_data is not None:
        body["userData"] = activation.user_data
    with httpx.Client(verify=trust.context(), mounts=outbound.NO_PROXY, timeout=TIMEOUT) as client:
        answer = _process(client, activation, activation.access_token, body)
        if answer.status_code == 401 and activation.client_id == settings.CLIENT_ID:
            answer = _process(client, activation, _new_token(client), body)
    return _accepted(answer)


def _process(client: httpx.Client, activation: Activation, token: str, body: dict[str, Any]) -> httpx.Response:
    headers = {
        "authorization": f"Bearer {token}",
        "x-api-key": activation.client_id,
        "x-gw-ims-org-id": activation.org_id,
        "x-request-id": str(uuid.uuid4()),
        "content-type": "application/json",
    }
    try:
        return client.post(f"{settings.ASSET_COMPUTE_URL}/process", content=jsontext.dumps(body), headers=headers)
    except httpx.HTTPError as err:
        raise ActRefused(f"Asset Compute does not answer: {err}") from err


def _new_token(client: httpx.Client) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.CLIENT_ID,
        "client_secret": settings.CLIENT_SECRET,
        "scope": settings.SCOPES,
    }
    try:
        return str(client.post(f"{settings.IMS_URL}/ims/token/v3", data=form).raise_for_status().json()["access_token"])
    except (httpx.HTTPError, ValueError, KeyError) as err:
        raise ActRefused(f"The IMS gives no new access token: {err}") from err


def _accepted(answer: httpx.Response) -> Again:
    try:
        content = answer.json()
    except ValueError:
        content = {}
    if answer.is_success and isinstance(content, dict):
        return Again(str(content.get("activationId", "")), str(content.get("requestId", "")))
    words = content.get("message") if isinstance(content, dict) else ""
    raise ActRefused(f"Asset Compute answered {answer.status_code}: {words or answer.reason_phrase}")
