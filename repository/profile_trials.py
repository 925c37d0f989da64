"""Trying a profile on a file: its `/process` for real, with results that no node ever refers to.

Nothing of a trial is a row of the tree: the renditions go to blobs of their own, which are deleted after KEPT_FOR, and
their events say `trial`, not `aem`, so that the poller leaves them alone. What has come is read in the journal, as any
client reads it; who asks keeps a signed note of the trial meanwhile.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from django.core import signing
from django.utils import timezone
from pydantic import ValidationError

from contract.events import RenditionEvent, RenditionMetadata
from repository import jobs, names, profiles
from repository.asset_compute import AssetComputeClient
from repository.binaries import https_endpoint, new_blob, storage
from repository.errors import BlobMissing, RepositoryError
from repository.models import BlobDeletion, JournalCursor
from repository.profiles import FULL, Part, Profile, RequestedRendition

KEPT_FOR: Final = timedelta(hours=1)
PAGE: Final = 200
PAGES: Final = 20  # of the journal, that one look reads at most
LARGEST: Final = 50_000_000  # bytes of a file to try
_SALT: Final = "repository.profile_trials"


class TrialRefused(RepositoryError):
    """The file or the profile cannot be tried; the message says why."""


@dataclass(frozen=True)
class Result:
    """One rendition of a trial. `state`: waiting, created or failed; `url` shows it while it is kept."""

    name: str
    state: str
    url: str = ""
    mime_type: str = ""
    size: int | None = None
    width: int = 0
    height: int = 0
    reason: str = ""
    message: str = ""

    @property
    def is_picture(self) -> bool:
        return self.mime_type in {"image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"}


def begin(profile: Profile, name: str, data: bytes, *, with_default: bool) -> str:
    """Send the trial; the note by which `results` finds it."""
    mime_type = names.mime_type(name)
    parts = FULL if with_default else frozenset({Part.PROFILES})
    wanted = profiles.requested(mime_type, profile, parts)
    if not wanted:
        raise TrialRefused(f"The profile makes no rendition of {mime_type}: nothing would be sent")
    storage().ensure_container()
    source, blobs = new_blob("trials"), [new_blob("trials") for _ in wanted]
    _delete_later([source, *blobs])
    storage().put(source, data, mime_type)
    trial = str(uuid4())
    body = _body(trial, source, (name, mime_type, len(data)), list(zip(wanted, blobs, strict=True)))
    since = asyncio.run(_send(trial, body))
    rows = [[rendition.name, blob] for rendition, blob in zip(wanted, blobs, strict=True)]
    return signing.dumps({"trial": trial, "since": since, "renditions": rows}, salt=_SALT, compress=True)


def results(note: str) -> list[Result]:
    """How each rendition of the trial is doing. TrialRefused for a note that is not ours, or too old."""
    try:
        known = signing.loads(note, salt=_SALT, max_age=KEPT_FOR)
    except signing.BadSignature as err:
        raise TrialRefused("This trial is over: its renditions were kept for an hour") from err
    events = asyncio.run(_events(known["trial"], known["since"]))
    return [_result(name, blob, events.get(name)) for name, blob in known["renditions"]]


async def _send(trial: str, body: Mapping[str, Any]) -> str:
    """Where in the journal to look for its events."""
    async with AssetComputeClient() as service:
        journal = urlsplit(await service.journal()).path
        cursor = await asyncio.to_thread(lambda: JournalCursor.objects.filter(journal=journal).first())
        await service.process(trial, dict(body))
    return cursor.position if cursor else ""


async def _events(trial: str, since: str) -> dict[str, RenditionEvent]:
    found: dict[str, RenditionEvent] = {}
    async with AssetComputeClient() as service:
        for _ in range(PAGES):
            page = await service.read_journal(since, PAGE)
            if page is None or not page.events:
                break
            since = page.events[-1].position
            for entry in page.events:
                if entry.event.get("requestId") == trial and (event := _parsed(entry.event)):
                    found[str(event.rendition.get("name"))] = event
    return found


def _parsed(event: Mapping[str, Any]) -> RenditionEvent | None:
    try:
        return RenditionEvent.model_validate(event)
    except ValidationError:
        return None


def _result(name: str, blob: str, event: RenditionEvent | None) -> Result:
    if event is None:
        return Result(name, "waiting")
    if event.failed:
        return Result(name, "failed", reason=event.errorReason or "", message=event.errorMessage or "")
    facts = event.metadata or RenditionMetadata()
    mime_type = facts.format or names.mime_type(name)
    try:
        blocks = storage().blocks(blob)
        storage().commit(blob, [block.index for block in blocks], mime_type)
    except BlobMissing as err:
        return Result(name, "failed", reason="GenericError", message=f"Nothing was stored: {err.message}")
    url = storage().sign_read(blob, timezone.now() + KEPT_FOR, content_type=mime_type)
    size = facts.size if facts.size is not None else sum(block.size for block in blocks)
    return Result(name, "created", url, mime_type, size, facts.width or 0, facts.height or 0)


def _body(
    trial: str, source: str, file: tuple[str, str, int], wanted: Sequence[tuple[RequestedRendition, str]]
) -> dict[str, Any]:
    name, mime_type, size = file
    expires = timezone.now() + KEPT_FOR
    endpoint = https_endpoint() if any("worker" in rendition.instructions for rendition, _ in wanted) else None
    return {
        "source": {
            "url": storage().sign_read(source, expires, endpoint=endpoint),
            "name": name,
            "mimetype": mime_type,
            "size": size,
        },
        "renditions": [_rendition(trial, rendition, blob, expires, endpoint) for rendition, blob in wanted],
        "userData": {"trial": trial},
    }


def _rendition(
    trial: str, rendition: RequestedRendition, blob: str, expires: datetime, endpoint: str | None
) -> dict[str, Any]:
    return {
        **rendition.instructions,
        "name": rendition.name,
        "target": {
            "urls": storage().sign_blocks(blob, 1, expires, endpoint=endpoint),
            "minPartSize": jobs.MIN_PART_SIZE,
            "maxPartSize": jobs.PART_SIZE,
        },
        "userData": {"trial": trial},
    }


def _delete_later(blobs: Sequence[str]) -> None:
    """First of all: whatever happens to the trial, its blobs do not stay."""
    due = timezone.now() + KEPT_FOR
    BlobDeletion.objects.bulk_create(
        BlobDeletion(container=storage().container, blob=blob, next_attempt_at=due) for blob in blobs
    )
