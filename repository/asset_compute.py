"""The Asset Compute service and its journal, called as any client calls them: with a token from IMS, over HTTP.

Every failure is a ServiceUnavailable, which may be tried again, or another ServiceError, which may not.
"""

import asyncio
import time
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import aiohttp
import httpx
import orjson
from django.conf import settings

import trust
from contract import jsontext, retry_after
from contract.events import JournalPage
from contract.process import ProcessAnswer, RegisterAnswer
from probes import names, outgoing, parties
from probes.outgoing import WatchedClient
from repository.errors import EntryUnreadable, JournalExpired, ServiceError, ServiceUnavailable
from trust import sessions

TIMEOUT: Final = 30.0  # seconds
TOKEN_MARGIN: Final = 60.0  # seconds before its end at which a token is renewed

Answer = TypeVar("Answer", ProcessAnswer, RegisterAnswer, JournalPage)
_RETRIED: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class AssetComputeClient:
    """A context manager: connections are kept while it is open."""

    def __init__(self) -> None:
        self._http = WatchedClient(verify=trust.context(), timeout=TIMEOUT, trust_env=not _is_local())
        self._near = sessions.session(TIMEOUT, is_local=True)
        self._token = ""
        self._token_ends = 0.0
        self._journal = ""
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._http.aclose()
        await self._near.close()

    async def journal(self) -> str:
        """The absolute URL of our journal; registers first, once."""
        async with self._lock:
            if not self._journal:
                self._journal = await self._register()
            return self._journal

    async def process(self, job_id: str, body: dict[str, Any], about: Mapping[str, str] | None = None) -> str:
        """Send a job; its activation id, empty if the service says none. `about` is for the recorder."""
        await self.journal()
        url = f"{settings.ASSET_COMPUTE_URL}/process"
        told = {name: quote(value, safe="/") for name, value in (about or {}).items()}
        headers = {"x-request-id": job_id, **parties.introduced(names.REPOSITORY, url, **told)}
        watched = outgoing.about(names.REPOSITORY, names.COMPUTE, 2, job_id, **told)
        response = await self._send("POST", url, headers, watched, orjson.dumps(body))
        if response.status_code == HTTPStatus.NOT_FOUND:
            self._journal = ""  # the service has forgotten us
            raise ServiceUnavailable(f"Asset Compute does not know this client: {_words(response)}")
        answer = _parsed(ProcessAnswer, _successful(response, "Asset Compute"))
        return answer.activationId or ""

    async def read_journal(self, since: str, limit: int) -> JournalPage | None:
        """The page after a position (empty: from the oldest entry on); None at the end.

        JournalExpired; EntryUnreadable for a single entry that is in the way of those behind it.
        """
        journal = await self.journal()
        asked = urlencode({"limit": limit, "since": since} if since else {"limit": limit})
        url = f"{journal}{'&' if urlsplit(journal).query else '?'}{asked}"  # httpx.URL takes a millisecond for it
        response = await self._send("GET", url, {}, outgoing.about(names.REPOSITORY, names.EVENTS, 7))
        if response.status_code == HTTPStatus.NO_CONTENT:
            return None
        if response.status_code == HTTPStatus.GONE:
            raise JournalExpired(_words(response))
        if response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            self._journal = ""
            raise ServiceUnavailable(f"The journal is not there any more: {_words(response)}")
        try:
            return _parsed(JournalPage, _successful(response, "I/O Events"))
        except Unreadable as err:
            if limit > 1:
                return await self.read_journal(since, 1)
            after = _position_of_next(response)
            if not after or after == since:
                raise
            raise EntryUnreadable(f"The entry of the journal after {since!r} cannot be read", after) from err

    async def _register(self) -> str:
        watched = outgoing.about(names.REPOSITORY, names.COMPUTE, 2)
        response = await self._send("POST", f"{settings.ASSET_COMPUTE_URL}/register", {}, watched)
        return _parsed(RegisterAnswer, _successful(response, "Asset Compute")).journal

    async def _send(
        self, method: str, url: str, headers: dict[str, str], watched: dict[str, Any], content: bytes = b""
    ) -> httpx.Response:
        """With our identity; once more with a new token if this one is not accepted."""
        for last in (False, True):
            sent = await self._identity() | parties.introduced(names.REPOSITORY, url) | headers
            try:
                async with asyncio.timeout(TIMEOUT):  # an answer may come byte by byte
                    response = await self._exchange(method, url, sent, watched, content or None)
            except (httpx.HTTPError, aiohttp.ClientError, TimeoutError) as err:
                raise ServiceUnavailable(f"{urlsplit(url).netloc} did not answer: {_name(err)}") from err
            if response.status_code != HTTPStatus.UNAUTHORIZED or last:
                break
            self._token = ""
        return response

    async def _exchange(
        self, method: str, url: str, headers: dict[str, str], watched: dict[str, Any], content: bytes | None
    ) -> httpx.Response:
        """With this server, by which every asset goes, at an eighth of httpx's cost. It sees the exchange itself."""
        if not parties.is_here(url):
            return await self._http.request(method, url, headers=headers, content=content, extensions=watched)
        async with self._near.request(
            method, sessions.exactly(url), headers=headers, data=content, allow_redirects=False
        ) as answer:
            body = await answer.read()
            return httpx.Response(answer.status, headers=list(answer.headers.items()), content=body)

    async def _identity(self) -> dict[str, str]:
        return {
            "authorization": f"Bearer {await self._access_token()}",
            "x-api-key": settings.CLIENT_ID,
            "x-gw-ims-org-id": settings.ORG_ID,
            "x-ims-org-id": settings.ORG_ID,
            "content-type": "application/json",
            "user-agent": "AEM author repository",
        }

    async def _access_token(self) -> str:
        if not self._token or time.monotonic() > self._token_ends:
            await self._renew_token()
        return self._token

    async def _renew_token(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.CLIENT_ID,
            "client_secret": settings.CLIENT_SECRET,
            "scope": settings.SCOPES,
        }
        url = f"{settings.IMS_URL}/ims/token/v3"
        headers = parties.introduced(names.REPOSITORY, url)
        watched = outgoing.about(names.REPOSITORY, names.IDENTITY, 0)
        try:
            async with asyncio.timeout(TIMEOUT):
                response = await self._http.post(url, data=form, headers=headers, extensions=watched)
        except (httpx.HTTPError, TimeoutError) as err:
            raise ServiceUnavailable(f"IMS did not answer: {_name(err)}") from err
        try:
            answer = _successful(response, "IMS").json()
            self._token = answer["access_token"]
            self._token_ends = time.monotonic() + float(answer["expires_in"]) - TOKEN_MARGIN
        except (ValueError, KeyError, TypeError) as err:
            raise ServiceUnavailable("IMS answered without an access token") from err


def _successful(response: httpx.Response, service: str) -> httpx.Response:
    if response.is_success:
        return response
    message = f"{service} answered {response.status_code}: {_words(response)}"
    if response.status_code in _RETRIED or response.is_server_error:
        raise ServiceUnavailable(message, retry_after.seconds_of(response.headers.get("retry-after", "")))
    raise ServiceError(message)


class Unreadable(ServiceUnavailable):
    """A 200 that is not what the service answers."""


def _parsed(model: type[Answer], response: httpx.Response) -> Answer:
    try:
        return model.model_validate(jsontext.loads(response.content))
    except ValueError as err:  # pydantic's own is one
        raise Unreadable(f"The answer is not what {model.__name__} allows") from err


def _position_of_next(response: httpx.Response) -> str:
    url = response.links.get("next", {}).get("url", "")
    return next(iter(parse_qs(urlsplit(url).query).get("since", [])), "")


def _words(response: httpx.Response) -> str:
    return response.text[:300].strip() or response.reason_phrase


def _name(err: Exception) -> str:
    return f"{type(err).__name__} {err}".strip()


def _is_local() -> bool:
    """A proxy of the environment never serves the loopback, and looking for one costs time at every call."""
    return all(urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"} for url in _urls())


def _urls() -> tuple[str, ...]:
    return (settings.ASSET_COMPUTE_URL, settings.IMS_URL, settings.EVENTS_URL)
