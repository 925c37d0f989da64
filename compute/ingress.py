"""Sends events to the legacy ingress of I/O Events, as Adobe's workers do (wire contract, section 3.3)."""

import base64
import time
from collections.abc import Mapping
from enum import Enum, auto

import aiohttp
import orjson
from django.conf import settings

from compute.outbox import OutgoingEvent
from compute.service_token import ServiceToken
from contract.events import EVENT_CODE, provider_id
from probes import names, parties
from probes.exchanges import KEPT, Told, teller
from trust import sessions

TIMEOUT = 20.0  # seconds


class Reply(Enum):
    """What the ingress said."""

    DELIVERED = auto()
    NOBODY_REGISTERED = auto()
    REFUSED = auto()
    """The event will not be taken, however often it is sent."""
    TRY_AGAIN = auto()


class Ingress:
    """A client of settings.EVENTS_INGRESS_URL."""

    def __init__(self) -> None:
        self._url = f"{settings.EVENTS_INGRESS_URL}/api/events"
        self._http = sessions.session(TIMEOUT, is_local=parties.is_here(self._url))
        self._own_token = ServiceToken()
        self._introduction = parties.introduced(names.COMPUTE, self._url)

    async def send(self, event: OutgoingEvent) -> tuple[Reply, str]:
        """One attempt; the reply, and what to say about it."""
        try:
            status, text = await self._post(event, event.access_token, event.client_id)
            if status == 401 and (own := await self._own_token.get()) and own.org == event.org_id:
                status, text = await self._post(event, own.token, own.client_id)
        except (aiohttp.ClientError, TimeoutError, ValueError) as err:
            return Reply.TRY_AGAIN, f"{settings.EVENTS_INGRESS_URL} does not answer: {err or type(err).__name__}"
        return _reply(status), f"{settings.EVENTS_INGRESS_URL} answered {status} {text}".rstrip()

    async def _post(self, event: OutgoingEvent, token: str, api_key: str) -> tuple[int, str]:
        headers = {
            "authorization": f"Bearer {token}",
            "x-api-key": api_key,
            "x-ims-org-id": event.org_id,
            "content-type": "application/json",
            "x-event-id": event.event_id,
            "x-request-accepted-at": repr(event.accepted_at),
            **self._introduction,
        }
        body, started = _body(event), time.time()
        try:
            async with self._http.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as err:
            self._tell(headers, body, started, None, str(err) or type(err).__name__)
            raise
        self._tell(headers, body, started, (answer.status, content))
        return answer.status, content[:500].decode(errors="replace")

    def _tell(
        self, headers: Mapping[str, str], body: bytes, started: float, answer: tuple[int, bytes] | None, error: str = ""
    ) -> None:
        """The observer sees for itself what arrives at this server."""
        if teller.listener is None or self._introduction:
            return
        ended = time.time()
        status, content = answer or (None, b"")
        told = Told(
            party=names.COMPUTE,
            to=names.EVENTS,
            method="POST",
            url=self._url,
            started=started,
            ended=ended,
            first_byte=None if status is None else ended,
            status=status,
            error=error,
            request_headers=dict(headers),
            request_body=body,
            response_body=content[:KEPT],
            sizes=(len(body), len(content)),
        )
        teller.tell(told)

    async def close(self) -> None:
        await self._http.close()


def _body(event: OutgoingEvent) -> bytes:
    return orjson.dumps(
        {
            "user_guid": event.org_id,
            "provider_id": provider_id(event.org_id, event.client_id),
            "event_code": EVENT_CODE,
            "event": base64.b64encode(event.payload.encode()).decode(),
        }
    )


def _reply(status: int) -> Reply:
    if status == 200:
        return Reply.DELIVERED
    if status == 204:
        return Reply.NOBODY_REGISTERED
    if status in {400, 413}:
        return Reply.REFUSED
    return Reply.TRY_AGAIN
