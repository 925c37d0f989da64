"""The loop `poll-journal`: reads the journal after its cursor, page by page, and attaches the renditions.

For a page, the block lists are committed first, several at once; then one transaction writes everything else
(`outcomes`). A crash in between is harmless: the page is read again, and committing the same blocks changes nothing.
"""

import asyncio
import logging
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from pydantic import ValidationError

from contract.events import CREATED, FAILED, JournalEntry, JournalPage, RenditionEvent, RenditionMetadata
from contract.texts import clean
from dbthreads import in_db
from probes.gates import gates
from repository import jobs, metadata, names, outcomes
from repository.asset_compute import AssetComputeClient
from repository.binaries import storage
from repository.doorbell import Doorbell
from repository.errors import (
    BlobMissing,
    BlobStorageError,
    BlobTooLarge,
    EntryUnreadable,
    JournalExpired,
    MetadataError,
    ServiceError,
)
from repository.jobs import AwaitedRendition
from repository.metadata import Metadata
from repository.models import JournalCursor
from repository.outcomes import Outcome, StoredRendition
from repository.parking import parking
from repository.rendition_blobs import RenditionBlobs

PAGE: Final = 200  # entries
GATHER: Final = 0.1  # seconds after a page that was not full, so that the next one has the events of many renditions
IDLE: Final = 1.0  # seconds between two polls while no job is under way
PAUSE_AFTER_ERROR: Final = 1.0  # seconds
NOTHING_STORED: Final = "The worker reported the rendition, but no block of it was stored"

logger = logging.getLogger(__name__)


async def poll_journal(beat: Callable[[], None]) -> None:
    with Doorbell(jobs.bell) as bell:
        async with AssetComputeClient() as service, RenditionBlobs(storage()) as blobs:
            while True:
                beat()
                try:
                    read = await poll(service, blobs)
                except (ServiceError, BlobStorageError) as err:
                    logger.warning("The journal cannot be processed now: %s", err.message)
                    await asyncio.sleep(PAUSE_AFTER_ERROR)
                    continue
                if read:
                    await asyncio.sleep(GATHER if read < PAGE else 0)
                elif await in_db(jobs.under_way):
                    await asyncio.sleep(settings.JOURNAL_POLL_INTERVAL)
                else:
                    await bell.wait(IDLE)


async def poll(service: AssetComputeClient, blobs: RenditionBlobs) -> int:
    """Process one page; how many entries it had."""
    journal = urlsplit(await service.journal()).path
    entries, since = await in_db(_where_it_is, journal)
    if entries:
        await attach(blobs, entries, "", "", partial(parking.done, entries))
    try:
        page = await service.read_journal(since, PAGE)
    except JournalExpired:
        logger.warning("The journal has forgotten position %s: reading on from its oldest entry", since)
        page = await service.read_journal("", PAGE)
    except EntryUnreadable as err:
        logger.error("%s: it is left out", err.message)
        await attach(blobs, [], journal, err.position, lambda: None)
        return 1
    if page is None or not page.events:
        return 0
    await process(blobs, page, journal)
    return len(page.events)


async def process(blobs: RenditionBlobs, page: JournalPage, journal: str) -> None:
    """What is held at a gate is parked; everything else takes effect."""
    jobs_of = {job for entry in page.events if (job := job_of(entry))} if gates.active else set()
    held = await in_db(parking.held, jobs_of) if jobs_of else set()
    parked = [entry for entry in page.events if job_of(entry) in held] if held else []
    others = [entry for entry in page.events if entry not in parked] if held else page.events
    await attach(blobs, others, journal, page.events[-1].position, partial(parking.park, parked))


async def attach(
    blobs: RenditionBlobs, entries: Sequence[JournalEntry], journal: str, last: str, in_it: Callable[[], None]
) -> None:
    found = [outcome for entry in entries if (outcome := outcome_of(entry))]
    waiting = await in_db(outcomes.current, found) if found else {}
    stored = await asyncio.gather(*(_store(blobs, outcome, waiting.get(outcome.position)) for outcome in found))
    try:
        await in_db(outcomes.apply, stored, storage().container, journal, last, in_it)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one of the entries cannot be applied: the others must not wait for it
        logger.exception("A page of the journal cannot be applied as a whole, but is now entry by entry")
        for outcome in stored:
            await in_db(_apply_alone, outcome, journal)
        await in_db(outcomes.apply, [], storage().container, journal, last, in_it)


def job_of(entry: JournalEntry) -> str:
    """The job that an entry tells of; empty when it is none of ours."""
    outcome = outcome_of(entry)
    return outcome.job if outcome else ""


def outcome_of(entry: JournalEntry) -> Outcome | None:
    """What an entry says of a rendition that we asked for; None for anything else in the journal."""
    if entry.event.get("type") not in {CREATED, FAILED}:
        return None
    try:
        event = RenditionEvent.model_validate(entry.event)
    except ValidationError:
        return None
    ours = _identity(event)
    if ours is None:
        return None
    outcome = Outcome(entry.position, ours["job"], ours["rendition"], ours["blob"])
    facts = event.metadata or RenditionMetadata()
    if event.failed:
        reason = clean(event.errorReason or "GenericError")  # a worker's words: they may be anything
        return replace(outcome, reason=reason, message=clean(event.errorMessage or ""), size=facts.size)
    return replace(outcome, stored=_announced(outcome, facts), embedded=_embedded(event.data), size=facts.size)


async def store(blobs: RenditionBlobs, outcome: Outcome, rendition: AwaitedRendition | None) -> Outcome:
    """Commit the blocks of a rendition that is waited for, and read it if it is metadata.

    A rendition of which nothing was stored has failed. BlobStorageError if that cannot be known now.
    """
    if rendition is None or outcome.stored is None:
        return outcome
    stored = replace(outcome.stored, blob=rendition.blob)
    try:
        stored = replace(stored, size=await _commit(blobs, rendition, stored.mime_type, outcome))
        extracted = await _extracted(blobs, rendition)
    except BlobMissing as err:
        return replace(outcome, stored=None, reason="GenericError", message=f"{NOTHING_STORED} ({err.message})")
    except (MetadataError, BlobTooLarge) as err:
        return replace(outcome, stored=None, reason=err.reason, message=err.message)
    return replace(outcome, stored=stored, metadata=extracted)


async def _store(blobs: RenditionBlobs, outcome: Outcome, rendition: AwaitedRendition | None) -> Outcome:
    try:
        return await store(blobs, outcome, rendition)
    except BlobStorageError:
        raise
    except Exception as err:  # a rendition that breaks us has failed, and breaks no other
        logger.exception("The rendition %s of job %s cannot be stored", outcome.rendition, outcome.job)
        return _broken(outcome, err)


def _apply_alone(outcome: Outcome, journal: str) -> None:
    container = storage().container
    try:
        outcomes.apply([outcome], container, journal, outcome.position)
    except (OperationalError, InterfaceError):
        raise
    except Exception as err:
        logger.exception("The rendition %s of job %s cannot be attached", outcome.rendition, outcome.job)
        outcomes.apply([_broken(outcome, err)], container, journal, outcome.position)


def _broken(outcome: Outcome, err: Exception) -> Outcome:
    message = f"The rendition could not be attached: {type(err).__name__}"
    return replace(outcome, stored=None, metadata=None, reason="GenericError", message=message)


async def _commit(blobs: RenditionBlobs, rendition: AwaitedRendition, mime_type: str, outcome: Outcome) -> int:
    """The bytes that the blob has now. With one block URL there is one block, and no need to ask for the list."""
    if outcome.embedded is not None:
        await blobs.put(rendition.blob, outcome.embedded, mime_type)
        return len(outcome.embedded)
    if outcome.size is not None and rendition.capacity <= jobs.PART_SIZE:
        await blobs.commit(rendition.blob, [0] if outcome.size else [], mime_type)
        return outcome.size
    blocks = await blobs.blocks(rendition.blob)
    await blobs.commit(rendition.blob, [block.index for block in blocks], mime_type)
    return sum(block.size for block in blocks)


async def _extracted(blobs: RenditionBlobs, rendition: AwaitedRendition) -> Metadata | None:
    if rendition.instructions.get("fmt") != "xmp":
        return None
    document = await blobs.read(rendition.blob, settings.METADATA_MAX_BYTES)
    return await asyncio.to_thread(metadata.parse, document)


def _announced(outcome: Outcome, facts: RenditionMetadata) -> StoredRendition:
    known = facts.format and names.is_mime_type(facts.format)
    mime_type = facts.format if facts.format and known else names.mime_type(outcome.rendition)
    sha1 = (facts.sha1 or "")[:40]
    return StoredRendition(outcome.blob, facts.size or 0, mime_type, sha1, facts.width, facts.height)


def _embedded(data: str | None) -> bytes | None:
    """The bytes of a data: URI; None if there is none, or it cannot be read."""
    if not data or not data.startswith("data:"):
        return None
    head, _, written = data.partition(",")
    raw = unquote_to_bytes(written)
    try:
        return b64decode(raw, validate=True) if head.endswith(";base64") else raw
    except ValueError:
        return None


def _identity(event: RenditionEvent) -> dict[str, str] | None:
    """What we wrote into the rendition's userData. Of an event that has lost it, the request and the name say it.

    Workers that were written by hand may leave it out, and the asset would wait for them until its time is over.
    """
    user_data = event.rendition.get("userData")
    ours = user_data.get("aem") if isinstance(user_data, dict) else None
    if not isinstance(ours, dict):
        ours = {"job": event.requestId, "rendition": event.rendition.get("name"), "blob": ""}
    texts = [ours.get(key) for key in ("job", "rendition", "blob")]
    return ours if all(isinstance(text, str) and clean(text) == text for text in texts) else None


def _where_it_is(journal: str) -> tuple[list[JournalEntry], str]:
    """Parked entries that may go on now, and the position after which the journal is to be read."""
    row = JournalCursor.objects.filter(journal=journal).first()
    return parking.let_go(job_of), row.position if row else ""
