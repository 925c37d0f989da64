"""What happened to an asset: its jobs, and its versions, the newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repository.models import JobRendition, JobState, ProcessingJob, RenditionState
from repository.tree import TreeNode
from repository.versions import Version

MAX_JOBS: Final = 30
_LOOKS: Final = {  # of a state: its colour and its symbol
    JobState.PENDING: ("live", "clock"),
    JobState.SUBMITTED: ("live", "spinner"),
    JobState.DONE: ("good", "check-round"),
    JobState.FAILED: ("bad", "alert"),
    JobState.SUPERSEDED: ("", "retry"),
}


@dataclass(frozen=True)
class Moment:
    """A line of the timeline. `look` and `icon` go with `words`; `flow_url` leads to every exchange that it took."""

    at: datetime
    title: str
    words: str
    look: str = ""
    icon: str = "info"
    reason: str = ""
    flow_url: str = ""


def timeline(asset: TreeNode, versions: Sequence[Version]) -> list[Moment]:
    moments = [*_jobs(asset), *_versions(versions)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _versions(versions: Iterable[Version]) -> Iterable[Moment]:
    for version in versions:
        if version.created:
            title = _("Version %(name)s created") % {"name": version.name}
            yield Moment(version.created, title, version.label or version.comment, icon="copy")


def _jobs(asset: TreeNode) -> Iterable[Moment]:
    jobs = list(ProcessingJob.objects.filter(asset_uuid=asset.uuid or "").order_by("-created")[:MAX_JOBS])
    renditions: dict[str, list[str]] = {job.id: [] for job in jobs}
    for job_id, state in JobRendition.objects.filter(job_id__in=renditions).values_list("job_id", "state"):
        renditions[job_id].append(state)
    for job in jobs:
        yield _job(job, renditions[job.id], f"/flow?request={quote(job.id)}")


def _job(job: ProcessingJob, states: Sequence[str], flow_url: str) -> Moment:
    look, icon = _LOOKS[JobState(job.state)]
    failed = states.count(RenditionState.FAILED)
    if job.state == JobState.DONE and failed:
        look, icon = "warn", "warning"
    return Moment(job.created, _title(job), _words(job, states, failed), look, icon, _reason(job), flow_url)


def _title(job: ProcessingJob) -> str:
    if job.resubmissions:
        return _("Asked for again, for want of an answer")
    return _("Uploaded") if job.generation == 1 else _("Processed again")


def _words(job: ProcessingJob, states: Sequence[str], failed: int) -> str:
    total, answered = len(states), len(states) - states.count(RenditionState.REQUESTED)
    match JobState(job.state):
        case JobState.PENDING:
            return _("Waits to be sent")
        case JobState.SUBMITTED:
            return _("Processing %(done)s of %(total)s") % {"done": answered, "total": total}
        case JobState.SUPERSEDED:
            return _("Superseded by a later one")
        case JobState.FAILED:
            return _("Failed")
        case JobState.DONE:
            made = total - failed
            words = ngettext("%(count)s rendition", "%(count)s renditions", made) % {"count": made}
            return (
                _("%(made)s, %(failed)s failed or not possible") % {"made": words, "failed": failed}
                if failed
                else words
            )


def _reason(job: ProcessingJob) -> str:
    return ": ".join(filter(None, (job.reason, job.message)))
