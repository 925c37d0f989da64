"""The journal's read API: `GET /events/organizations/{consumer}/integrations/{credential}/{registration}`.

As in the wire contract, section 3.1. Every 200 and 204 has a `next` link, relative to the origin; a 204 stands for the
end of the journal, since Adobe's client polls without a pause after anything else.
"""

from dataclasses import dataclass
from urllib.parse import quote

import orjson
from django.conf import settings
from starlette.requests import Request
from starlette.responses import Response

from dbthreads import in_db
from events import durations, journal, positions, readers, registrations
from events.errors import BadRequest, Forbidden
from events.gateway import Caller, caller, json_response
from events.journal import Page
from events.models import Registration

MAX_LIMIT = 1_000_000


@dataclass(frozen=True)
class Query:
    """What a reader asks for. At most one of `since`, `seek_ms`, `latest` is set; `limit` None: a page."""

    since: str | None
    seek_ms: int | None
    latest: bool
    limit: int | None


async def read(request: Request) -> Response:
    query = _query(request)
    registration, page = await in_db(_read, await caller(request), _ids(request), query)
    readers.note(registration.pk, request.headers.get("user-agent", ""), page.last)
    links = _Links(registration, query.limit)
    if not page.entries:
        headers = {"link": links.at_end(page.last), "retry-after": str(settings.JOURNAL_RETRY_AFTER)}
        return Response(status_code=204, headers=headers)
    return Response(_body(registration, page), headers={"link": links.all(page.last)}, media_type="application/json")


async def validate(request: Request) -> Response:
    """Whether a position can still be read from: 200 `{"valid": true}`, or 410."""
    query = _query(request)
    await in_db(_read, await caller(request), _ids(request), Query(query.since, None, False, 1))
    return json_response({"valid": True})


async def count(request: Request) -> Response:
    """How many entries there are after a position (or in all)."""
    query = _query(request)
    return json_response({"count": await in_db(_count, await caller(request), _ids(request), query.since)})


def _read(who: Caller, ids: tuple[str, str, str], query: Query) -> tuple[Registration, Page]:
    registration = _registration(who, ids)
    if query.since is not None:
        return registration, journal.read_since(registration, _decoded(registration, query.since), query.limit)
    if query.seek_ms is not None:
        start = journal.at_time(registration, query.seek_ms)
    else:
        start = journal.latest(registration) if query.latest else journal.oldest(registration)
    return registration, journal.read(registration, start, query.limit)


def _count(who: Caller, ids: tuple[str, str, str], since: str | None) -> int:
    registration = _registration(who, ids)
    return journal.count_after(registration, _decoded(registration, since) if since else journal.oldest(registration))


def _registration(who: Caller, ids: tuple[str, str, str]) -> Registration:
    registration = registrations.of_journal(*ids)
    if registration.org_id != who.org_id:
        raise Forbidden("The journal belongs to another organization", "403025")
    return registration


def _ids(request: Request) -> tuple[str, str, str]:
    names = request.path_params
    return names["consumer"], names["credential"], names["registration"]


def _decoded(registration: Registration, since: str) -> int:
    try:
        position = positions.decode(registration.registration_id, since)
    except ValueError as err:
        raise BadRequest(f"{since} is not a position of this journal") from err
    if position > registration.last_position:
        raise BadRequest(f"{since} is not a position of this journal")
    return position


def _query(request: Request) -> Query:
    asked = request.query_params
    query = Query(
        since=asked.get("since"),
        seek_ms=_moment(asked["seek"]) if "seek" in asked else None,
        latest=_flag(asked.get("latest", "false")),
        limit=_limit(asked["limit"]) if "limit" in asked else None,
    )
    if (query.since is not None) + (query.seek_ms is not None) + query.latest > 1:
        raise BadRequest("since, seek and latest exclude each other")
    return query


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:10]) > 0):
        raise BadRequest("limit must be a positive whole number")
    return min(int(text[:10]), MAX_LIMIT)


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false", ""}:
        raise BadRequest("latest must be true or false")
    return text.lower() == "true"


def _moment(seek: str) -> int:
    try:
        ago = durations.parse_past(seek)
    except ValueError as err:
        raise BadRequest(f"seek: {err}") from err
    return max(journal.now_ms() - int(ago.total_seconds() * 1000), 0)


def _body(registration: Registration, page: Page) -> bytes:
    """Events go out as the bytes that they came in as."""
    owner = registration.registration_id
    events = [
        {"position": positions.encode(owner, position), "event": orjson.Fragment(event)}
        for position, event in page.entries
    ]
    facts = {"last": positions.encode(owner, page.last), "count": len(events)}
    return orjson.dumps({"events": events, "_page": facts})


class _Links:
    """The Link header's relations; the reader's `limit` is carried over into `next`."""

    def __init__(self, registration: Registration, limit: int | None) -> None:
        self._owner = registration.registration_id
        ids = (registration.consumer_id, registration.client_id, registration.registration_id)
        self.journal = journal_path(*ids)
        self._limit = f"&limit={limit}" if limit else ""

    def at_end(self, last: int) -> str:
        return f"{self._next(last)}, {self._validate(last)}"

    def all(self, last: int) -> str:
        path, link = self.journal, self._link
        return ", ".join(
            [
                self._next(last),
                self._validate(last),
                link(path, "events"),
                link(f"{path}/count?since={self._position(last)}", "count"),
                link(f"{path}?latest=true", "latest"),
                link(f"{path}?since={{position}}&limit={{count}}", "page"),
                link(f"{path}?seek={{duration}}&limit={{count}}", "seek"),
            ]
        )

    def _next(self, last: int) -> str:
        return self._link(f"{self.journal}?since={self._position(last)}{self._limit}", "next")

    def _validate(self, last: int) -> str:
        return self._link(f"{self.journal}/validate?since={self._position(last)}", "validate")

    def _position(self, position: int) -> str:
        return positions.encode(self._owner, position)

    @staticmethod
    def _link(target: str, relation: str) -> str:
        return f'<{target}>; rel="{relation}"'


def journal_path(consumer_id: str, credential_id: str, registration_id: str) -> str:
    """The path of a journal's URL."""
    consumer, credential = quote(consumer_id, safe="@"), quote(credential_id, safe="@")
    return f"/events/organizations/{consumer}/integrations/{credential}/{registration_id}"
