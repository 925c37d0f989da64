"""What the wire does not tell: while somebody looks, the repository is asked about flows that have gone quiet.

That an asset needs no renditions, and that a job was given up because nothing came, happens in the repository alone.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import httpx
from django.conf import settings

from contract import jsontext
from dbthreads import in_db, sql
from flow import live, reading
from flow.folding import Settled
from probes import names, parties

LOOK_EVERY: Final = 3.0  # seconds
QUIET: Final = 3.0  # seconds without an exchange
LONGEST_QUIET: Final = 24 * 3600.0
AT_ONCE: Final = 50
LIVE: Final = frozenset({"pending", "submitted"})
EARLY: Final = 60.0  # seconds before its end at which a token is replaced

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Quiet:
    """A flow that is under way, and of which nothing was heard for a while."""

    flow: str
    asset: str
    generation: int


async def settle(beat: Callable[[], None]) -> None:
    """The loop `settle-flows`."""
    async with Repository() as repository:
        while True:
            beat()
            quiet = await in_db(quiet_flows) if live.is_watched() else []
            if quiet and (assets := await repository.jobs([one.asset for one in quiet])):
                news = [(one.flow, told) for one in quiet if (told := settled(one, assets.get(one.asset)))]
                if await in_db(keep, news):
                    live.ring()
            await asyncio.sleep(LOOK_EVERY)


def quiet_flows() -> list[Quiet]:
    reading.refresh()
    now = time.time()
    rows = sql.rows(
        "SELECT id, asset, digest FROM flow_flow WHERE state = 'running' AND asset <> '' AND kind <> 'asset-compute'"
        " AND touched < %s AND touched > %s ORDER BY touched DESC LIMIT %s",
        [now - QUIET, now - LONGEST_QUIET, AT_ONCE],
    )
    return [Quiet(flow, asset, int(jsontext.loads(digest).get("generation") or 0)) for flow, asset, digest in rows]


def settled(quiet: Quiet, asset: Any) -> Settled | None:
    """What the jobs of its generation say together; None while one of them is live."""
    if not isinstance(asset, dict):
        return None
    if not quiet.generation:
        return Settled("none", at=time.time()) if not asset["jobs"] else None
    mine = [job for job in asset["jobs"] if job["generation"] == quiet.generation]
    if not mine:
        return Settled("superseded", at=time.time())
    if any(job["state"] in LIVE for job in mine):
        return None
    renditions = {one["name"]: one for job in reversed(mine) for one in job["renditions"]}
    failed = next((job for job in mine if job["state"] == "failed"), mine[0])
    return Settled(failed["state"], failed["reason"], failed["message"], time.time(), renditions)


def keep(news: Sequence[tuple[str, Settled]]) -> int:
    """How many flows have an end now."""
    sql.execute_many(
        "UPDATE flow_flow SET settled = %s, stale = %s WHERE id = %s",
        [(jsontext.dumps(asdict(told)), True, flow) for flow, told in sorted(news, key=lambda pair: pair[0])],
    )
    return len(news)


class Repository:
    """Its client: a technical account, as any other program's."""

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(base_url=settings.AEMULATOR_URL, timeout=10.0, trust_env=False)
        self._token, self._ends = "", 0.0

    async def __aenter__(self) -> "Repository":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def jobs(self, assets: Sequence[str]) -> dict[str, Any]:
        """By asset; none while the repository does not answer."""
        query = {"asset": list(dict.fromkeys(assets))}
        try:
            headers = {"authorization": f"Bearer {await self._access_token()}"}
            answer = await self._http.get("/_aemulator/jobs", params=query, headers=headers)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._token = ""
            return dict(answer.raise_for_status().json()["assets"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as err:
            log.info("The repository does not say what became of jobs: %s", err)
            return {}

    async def _access_token(self) -> str:
        if not self._token or time.monotonic() > self._ends:
            form = {
                "grant_type": "client_credentials",
                "client_id": settings.CLIENT_ID,
                "client_secret": settings.CLIENT_SECRET,
                "scope": settings.SCOPES,
            }
            url = f"{settings.IMS_URL}/ims/token/v3"
            introduced = parties.introduced(names.REPOSITORY, url, purpose="read")
            answer = (await self._http.post(url, data=form, headers=introduced)).raise_for_status().json()
            self._token = str(answer["access_token"])
            self._ends = time.monotonic() + float(answer["expires_in"]) - EARLY
        return self._token
