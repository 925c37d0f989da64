"""A token of the service's own, for events whose caller's token has expired before they could be sent.

That happens when a machine sleeps over the weekend with work unfinished. It belongs to the integration of the
settings, so it helps within that integration's organization.
"""

import time

import httpx
from django.conf import settings

from compute import outbound
from identity import bearer
from probes import names, parties

EARLY = 60.0  # seconds before its end at which a token is replaced


class ServiceToken:
    def __init__(self) -> None:
        self._claims: bearer.Claims | None = None

    async def get(self) -> bearer.Claims | None:
        """The claims of a good token; None when the IMS gives none."""
        if self._claims is None or self._claims.expires_at < time.time() + EARLY:
            self._claims = await _fetch()
        return self._claims


async def _fetch() -> bearer.Claims | None:
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.CLIENT_ID,
        "client_secret": settings.CLIENT_SECRET,
        "scope": settings.SCOPES,
    }
    try:
        async with outbound.client(timeout=10.0) as client:
            url = f"{settings.IMS_URL}/ims/token/v3"
            answer = await client.post(url, data=form, headers=parties.introduced(names.COMPUTE, url))
            return await bearer.verify_async(answer.raise_for_status().json()["access_token"])
    except (httpx.HTTPError, bearer.BearerError, ValueError, KeyError):
        return None
