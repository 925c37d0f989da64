"""What the wire does not tell: while somebody looks, the repository is asked about flows that have gone quiet.

That an asset needs no renditions, and that a job was given up because nothing came, happens in the repository alone. So
do changes of properties: they are asked for when somebody looks into a flow.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import httpx
from django.conf import settings

import trust
from contract import jsontext
from dbthreads import in_db, sql
from flow import live, reading
from flow.folding import STEPS, Settled
from probes import names, parties

LOOK_EVERY: Final = 3.0  # seconds
LOOK_INTO_EVERY: Final = 0.5
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
            await _describe(repository)


async def _describe(repository: "Repository") -> None:
    """Flows that somebody looks into, until it is time to look for quiet ones again."""
    for _ in range(int(LOOK_EVERY / LOOK_INTO_EVERY)):
        looked_into = live.take_looked_into()
        open_ended = await in_db(undescribed, looked_into) if looked_into else []
        if open_ended and (assets := await repository.jobs([one.asset for one in open_ended])):
            news = await in_db(described, open_ended, assets)
            if await in_db(keep, news):
                live.ring()
        await asyncio.sleep(LOOK_INTO_EVERY)


def undescribed(flows: Sequence[str]) -> list[Quiet]:
    """Those of which the last change of properties is not known."""
    reading.refresh()
    rows = sql.rows(
        f"SELECT id, asset, digest, settled FROM flow_flow WHERE id IN ({sql.marks(flows)})"
        " AND asset <> '' AND kind IN ('upload', 'reprocess') AND digest <> ''",
        flows,
    )
    found = [
        Quiet(flow, asset, int(jsontext.loads(digest).get("generation") or 0))
        for flow, asset, digest, known in rows
        if not any(_is_last(change) for change in (jsontext.loads(known)["changes"] if known else ()))
    ]
    return [one for one in found if one.generation]


def described(flows: Sequence[Quiet], assets: dict[str, Any]) -> list[tuple[str, Settled]]:
    """What is news of their changes."""
    news = []
    for one in flows:
        changes = changes_of([job for job in _jobs(assets.get(one.asset)) if job["generation"] == one.generation])
        row = reading.flow(one.flow)
        known = Settled(**jsontext.loads(row.settled)) if row and row.settled else Settled()
        if changes != list(known.changes):
            news.append((one.flow, replace(known, changes=changes)))
    return news


def changes_of(jobs: Sequence[Any]) -> list[Any]:
    """Oldest first."""
    return sorted((change for job in jobs for change in job["changes"]), key=lambda change: float(change["at"]))


def _jobs(asset: Any) -> list[Any]:
    return list(asset["jobs"]) if isinstance(asset, dict) else []


def _is_last(change: Any) -> bool:
    return bool(change["step"] == STEPS and "dam:assetState" in change["after"])


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
    changes = changes_of(mine)
    return Settled(failed["state"], failed["reason"], failed["message"], time.time(), renditions, changes)


def keep(news: Sequence[tuple[str, Settled]]) -> int:
    """How many flows there is news of. `touched`: the mark of the pages is another one then."""
    now = time.time()
    sql.execute_many(
        "UPDATE flow_flow SET settled = %s, stale = %s, touched = %s WHERE id = %s",
        [(jsontext.dumps(asdict(told)), True, now, flow) for flow, told in sorted(news, key=lambda pair: pair[0])],
    )
    return len(news)


class Repository:
    """Its client: a technical account, as any other program's."""

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(
            base_url=settings.AEMULATOR_URL, timeout=10.0, trust_env=False, verify=trust.context()
        )
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
