"""What an asset lacks, read from its nodes, its profile and its newest jobs; `absences` says why."""

from typing import Any, Final
from urllib.parse import quote

from repository import asset_profiles, assets, profile_store, tree
from repository.absences import Absence, Asked, HoldingProfile, OtherProfile, Situation, absences
from repository.asset_profiles import Explanation
from repository.models import JobRendition, ProcessingJob
from repository.tree import TreeNode

MOST_OTHERS: Final = 5  # profiles of other folders that are told of


def of_asset(asset: TreeNode) -> list[Absence]:
    found = asset_profiles.explanation(asset)
    folder = tree.find(asset.path / assets.RENDITIONS)
    situation = Situation(
        mime_type=found.mime_type,
        folder=str(asset.path.parent),
        stored=frozenset(node.name for node in tree.children(folder.path)) if folder else frozenset(),
        asked=_asked(asset.uuid or ""),
        profile=_holding(found),
        others=_others() if found.assignment is None else (),
    )
    return absences(situation)


def _asked(asset_uuid: str) -> tuple[Asked, ...]:
    """Of the newest generation: live or ended jobs, and those that they carry on."""
    newest = ProcessingJob.objects.filter(asset_uuid=asset_uuid).order_by("-generation").values("generation")[:1]
    rows = JobRendition.objects.filter(job__asset_uuid=asset_uuid, job__generation=newest)
    ordered = rows.select_related("job").order_by("job__created", "position")
    latest = {row.name: _asked_for(row) for row in ordered}
    return tuple(latest.values())


def _asked_for(row: JobRendition) -> Asked:
    instructions: dict[str, Any] = row.instructions
    return Asked(
        name=row.name,
        state=row.state,  # type: ignore[arg-type]
        job_state=row.job.state,  # type: ignore[arg-type]
        reason=row.reason,
        message=row.message,
        worker=str(instructions.get("worker", "")),
        attempts=row.job.attempts,
        job_message=row.job.message,
    )


def _holding(found: Explanation) -> HoldingProfile | None:
    if found.assignment is None:
        return None
    path = found.assignment.profile
    title = found.profile.title if found.profile else path.name
    return HoldingProfile(
        title, _profile_url(path.name), str(found.assignment.folder), found.profile is not None, found.verdicts
    )


def _others() -> tuple[OtherProfile, ...]:
    """Profiles that are applied somewhere come first: one of them is what a person has in mind."""
    applied: dict[str, list[str]] = {}
    for folder, profile in profile_store.assignments().items():
        applied.setdefault(str(profile), []).append(str(folder))
    listed = sorted(profile_store.listed(), key=lambda profile: profile.path not in applied)
    return tuple(
        OtherProfile(
            profile.title,
            _profile_url(profile.path.rpartition("/")[2]),
            tuple(applied.get(profile.path, ())),
            tuple(row.file_name for row in profile.rows),
        )
        for profile in listed[:MOST_OTHERS]
    )


def _profile_url(name: str) -> str:
    return f"/tools/processing-profiles/{quote(name, safe='')}.html"
