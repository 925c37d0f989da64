"""What became of renditions: the events of a journal page made nodes, rows and the next cursor, in one transaction.

An event counts only while its rendition is still requested by a live job, so one that comes twice, late, or of an
asset that is gone changes nothing; the blob it brought is deleted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from dbthreads import sql
from repository import assets, binary_rows, jobs, metadata, property_changes, tree
from repository.assets import AssetState
from repository.jobs import AwaitedRendition
from repository.metadata import Metadata
from repository.models import (
    Binary,
    JobRendition,
    JobState,
    JournalCursor,
    ProcessedEvent,
    ProcessingJob,
    RenditionState,
)
from repository.paths import NodePath
from repository.tree import NodeSpec, TreeNode
from repository.values import Properties

SYSTEM_USER: Final = "assetcompute"


@dataclass(frozen=True)
class StoredRendition:
    """The bytes of a rendition, committed; `size` in bytes, dimensions in pixels if it has any."""

    blob: str
    size: int
    mime_type: str
    sha1: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Outcome:
    """One rendition event: `stored`, or a `reason` and `message`.

    `size` is what the worker says it has, or would have had; `embedded` are the bytes if they came in the event.
    """

    position: str
    job: str
    rendition: str
    blob: str
    stored: StoredRendition | None = None
    metadata: Metadata | None = None
    embedded: bytes | None = None
    reason: str = ""
    message: str = ""
    size: int | None = None


def current(outcomes: Iterable[Outcome]) -> dict[str, AwaitedRendition]:
    """The renditions that are still waited for, by the position of the event that came for them."""
    waiting = _waiting({outcome.job for outcome in outcomes})
    found = ((outcome.position, waiting.get((outcome.job, outcome.rendition))) for outcome in outcomes)
    return {position: rendition for position, rendition in found if rendition is not None}


def apply(
    outcomes: Sequence[Outcome],
    container: str,
    journal: str,
    position: str,
    in_it: Callable[[], None] = lambda: None,
) -> None:
    """Give the outcomes of a page their effect, once, and move the cursor of `journal` behind the page.

    Without a journal no cursor moves. `in_it` is done in the same transaction.
    """
    with tree.writing():
        in_it()
        settled, superfluous = _settled(_first_time(outcomes))
        _write_states(settled)
        by_asset: dict[str, list[Outcome]] = {}
        for rendition, outcome in settled:
            by_asset.setdefault(rendition.asset_uuid, []).append(outcome)
        superfluous += _attach(by_asset, container)
        _finish(set(by_asset))
        _discard(superfluous, container)
        if journal:
            _move_cursor(journal, position)


def give_up(job_id: str, reason: str, message: str) -> None:
    """End a job without events: whatever it still waits for has failed. The asset is `unProcessed` then."""
    with tree.writing():
        job = ProcessingJob.objects.filter(id=job_id, state__in=jobs.LIVE).first()
        if job is None:
            return
        job.renditions.filter(state=RenditionState.REQUESTED).update(
            state=RenditionState.FAILED, reason=reason, message=message
        )
        jobs.end([job_id], JobState.FAILED, reason, message)
        _finish({job.asset_uuid}, AssetState.UNPROCESSED)


def _move_cursor(journal: str, position: str) -> None:
    sql.execute(
        f"INSERT INTO {JournalCursor._meta.db_table} (journal, position, updated) VALUES (%s, %s, %s)"
        " ON CONFLICT (journal) DO UPDATE SET position = excluded.position, updated = excluded.updated",
        [journal, position, sql.moment(timezone.now())],
    )


def _first_time(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those whose event had no effect yet; the unique constraint decides, whoever else reads the journal."""
    if not outcomes:
        return []
    now = sql.moment(timezone.now())
    places = ", ".join(["(%s, %s)"] * len(outcomes))
    found = sql.rows(
        f"INSERT INTO {ProcessedEvent._meta.db_table} (position, at) VALUES {places}"
        " ON CONFLICT DO NOTHING RETURNING position",
        [value for outcome in outcomes for value in (outcome.position, now)],
    )
    fresh = {position for (position,) in found}
    return [outcome for outcome in outcomes if outcome.position in fresh]


def _settled(outcomes: Sequence[Outcome]) -> tuple[list[tuple[AwaitedRendition, Outcome]], list[Outcome]]:
    """Those that a rendition still waits for, and that end it; and those that nobody waits for any more."""
    waiting = _waiting({outcome.job for outcome in outcomes})
    settled, superfluous = [], []
    for outcome in outcomes:
        rendition = waiting.pop((outcome.job, outcome.rendition), None)
        if rendition is None or _asked_for_more(rendition, outcome):
            superfluous.append(outcome)
        else:
            settled.append((rendition, outcome))
    return settled, superfluous


def _write_states(settled: Sequence[tuple[AwaitedRendition, Outcome]]) -> None:
    attached = [rendition.key for rendition, outcome in settled if outcome.stored]
    if attached:
        sql.execute(
            f"UPDATE repository_jobrendition SET state = 'attached' WHERE id IN ({sql.marks(attached)})", attached
        )
    sql.execute_many(
        "UPDATE repository_jobrendition SET state = 'failed', reason = %s, message = %s WHERE id = %s",
        [(outcome.reason[:64], outcome.message, rendition.key) for rendition, outcome in settled if not outcome.stored],
    )


def _waiting(job_ids: set[str]) -> dict[tuple[str, str], AwaitedRendition]:
    return {(rendition.job, rendition.name): rendition for rendition in jobs.awaited(job_ids)}


def _asked_for_more(rendition: AwaitedRendition, outcome: Outcome) -> bool:
    """A rendition that was larger than its target is asked for again, with a larger one."""
    most = jobs.PART_SIZE * jobs.MAX_PARTS
    if outcome.reason != "RenditionTooLarge" or rendition.capacity >= most:
        return False
    row = JobRendition.objects.select_related("job").get(pk=rendition.key)
    row.capacity = min(most, max(rendition.capacity * 8, (outcome.size or 0) * 2))
    jobs.move_to_new_job(row.job, [row])
    jobs.end_finished({rendition.asset_uuid})
    return True


def _discard(outcomes: Sequence[Outcome], container: str) -> None:
    """The blobs of events without effect, once all others of the page have theirs.

    One that an event of the same rendition brought, before or on the same page, is attached and stays; so does one
    that a worker may still be writing.
    """
    blobs = {one.blob for one in outcomes if one.stored and one.blob.startswith("renditions/")}
    if not blobs:
        return
    attached = Binary.objects.filter(container=container, blob__in=blobs).values_list("blob", flat=True)
    awaited = JobRendition.objects.filter(
        blob__in=blobs, state=RenditionState.REQUESTED, job__state__in=jobs.LIVE
    ).values_list("blob", flat=True)
    binary_rows.discard_blobs(container, sorted(blobs - {*attached, *awaited}))


def _attach(by_asset: Mapping[str, list[Outcome]], container: str) -> list[Outcome]:
    """Those that found no asset any more."""
    homeless: list[Outcome] = []
    for uuid, outcomes in by_asset.items():
        asset, folder = tree.by_uuid_with(uuid, assets.RENDITIONS)
        if asset is None or folder is None:
            homeless += outcomes
            continue
        stored = {outcome.rendition: outcome.stored for outcome in outcomes if outcome.stored}
        if stored:
            binary_ids = binary_rows.add_all(container, stored.values())
            files = {name: _file(stored[name], key) for name, key in zip(stored, binary_ids, strict=True)}
            tree.replace_children(folder, files, changed=asset.path, user=SYSTEM_USER)
        for outcome in outcomes:
            if outcome.metadata is not None:
                _describe(asset.path, outcome.metadata, outcome.job)
    return homeless


def _file(stored: StoredRendition, binary_id: int) -> NodeSpec:
    measured: Properties = {}
    if stored.width and stored.height:
        measured = {"tiff:ImageWidth": stored.width, "tiff:ImageLength": stored.height}
    return assets.file_spec(binary_id, stored.mime_type, SYSTEM_USER, measured)


def _describe(asset: NodePath, extracted: Metadata, job_id: str) -> None:
    node = tree.find(asset / assets.METADATA)
    if node is None:
        return
    properties = metadata.merge(node.properties, extracted.properties)
    changed = tree.set_properties(node.path, properties, changed=asset)
    property_changes.keep(job_id, property_changes.ATTACHED, node.path, node.properties, changed.properties)
    if extracted.children:
        tree.replace_children(node, extracted.children, changed=asset, user=SYSTEM_USER)


def _finish(asset_uuids: set[str], state: AssetState = AssetState.PROCESSED) -> None:
    """End the jobs that wait for nothing more, and the processing of assets without a live job."""
    jobs.end_finished(asset_uuids)
    for uuid in asset_uuids - jobs.with_live_jobs(asset_uuids):
        asset, content = tree.by_uuid_with(uuid, assets.CONTENT)
        if asset and content:
            _finish_asset(asset, content, state)


def _finish_asset(asset: TreeNode, content: TreeNode, state: AssetState) -> None:
    failures = assets.failures_of_newest_jobs(asset.uuid or "")
    if failures:
        _keep_failures(asset, content, failures)
    changed = tree.set_properties(content.path, {"dam:assetState": state}, changed=asset.path)
    job_id = content.text("dam:jobId")
    property_changes.keep(job_id, property_changes.ATTACHED, content.path, content.properties, changed.properties)


def _keep_failures(asset: TreeNode, content: TreeNode, failures: Mapping[str, NodeSpec]) -> None:
    """Beside those of renditions that this processing did not ask for."""
    present = tree.find(content.path / assets.FAILED_RENDITIONS)
    if present:
        tree.replace_children(present, failures, changed=asset.path, user=SYSTEM_USER)
    else:
        failed = NodeSpec("nt:unstructured", children=failures)
        tree.replace_children(content, {assets.FAILED_RENDITIONS: failed}, changed=asset.path, user=SYSTEM_USER)
