"""Why an asset has no rendition of a name that a person would expect: what happened, and the remedy. Pure.

Expected are the default renditions, every row of the profile that holds for the asset's folder, what its newest job
asked for, and, where no profile holds, the rows of those that are applied to other folders.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from django.utils.translation import gettext as _

from repository.absence_causes import Cause, cause_of_failure
from repository.profiles import DEFAULT_PROFILE, Verdict

RenditionState = Literal["requested", "attached", "failed"]
JobState = Literal["pending", "submitted", "done", "failed", "superseded"]


@dataclass(frozen=True)
class Asked:
    """A rendition of the newest job: its own state and reason, and those of the job. `worker`: a custom one's URL."""

    name: str
    state: RenditionState
    job_state: JobState
    reason: str = ""
    message: str = ""
    worker: str = ""
    attempts: int = 0
    job_message: str = ""


@dataclass(frozen=True)
class HoldingProfile:
    """The profile of the asset's folder. `folder` is where it was assigned; `is_there` false when it was deleted."""

    title: str
    url: str
    folder: str
    is_there: bool = True
    verdicts: Sequence[Verdict] = ()


@dataclass(frozen=True)
class OtherProfile:
    """A profile that does not hold for the asset's folder, and where it does."""

    title: str
    url: str
    folders: Sequence[str]
    renditions: Sequence[str]


@dataclass(frozen=True)
class Situation:
    """All that is known of an asset. `stored` are the names of its renditions, `asked` what its newest job asks for."""

    mime_type: str
    folder: str
    stored: Collection[str]
    asked: Sequence[Asked] = ()
    profile: HoldingProfile | None = None
    others: Sequence[OtherProfile] = ()


@dataclass(frozen=True)
class Absence:
    """`reason` is for programs, `words` and `remedy` are sentences, `detail` is what the service says."""

    rendition: str
    reason: str
    words: str
    remedy: str
    detail: str = ""
    link: str = ""
    link_words: str = ""


def absences(situation: Situation) -> list[Absence]:
    """Of each expected rendition that is not stored, in the order in which a person would look for it."""
    found: dict[str, Absence] = {}
    for absence in (*_asked_for(situation), *_of_profile(situation), *_of_others(situation), *_never_asked(situation)):
        if absence.rendition not in situation.stored:
            found.setdefault(absence.rendition, absence)
    return list(found.values())


def _asked_for(situation: Situation) -> Iterator[Absence]:
    for asked in situation.asked:
        if asked.state == "failed":
            cause = cause_of_failure(asked.reason, asked.message, asked.worker, situation.mime_type)
            detail = f"{asked.reason}: {asked.message}" if asked.message else asked.reason
            yield _absence(asked.name, cause, detail)
        elif asked.state == "requested":
            yield _waiting(asked)


def _absence(name: str, cause: Cause, detail: str = "", link: str = "", link_words: str = "") -> Absence:
    return Absence(name, cause.reason, cause.words, cause.remedy, detail, link, link_words)


def _waiting(asked: Asked) -> Absence:
    if asked.job_state == "superseded":
        words = _("A newer job has taken the place of the one that asked for it.")
        return Absence(asked.name, "superseded", words, _("Wait for the newer job, or reprocess the asset."))
    if asked.job_state == "pending" and asked.attempts and asked.job_message:
        words = _("Asset Compute has not taken the job yet: AEM tries again.")
        remedy = _("Look whether the service is up, and whether a fault is switched on; nothing is lost meanwhile.")
        return Absence(asked.name, "not-sent", words, remedy, asked.job_message, "/faults", _("Faults"))
    if asked.job_state == "pending":
        words = _("The job is about to be sent to Asset Compute.")
        return Absence(asked.name, "to-be-sent", words, _("Wait a moment. If it is paused, let it run."))
    if asked.worker:
        words = _("Asset Compute has the job, and the custom worker has sent no event yet.")
        remedy = _("Wait for the worker; after its time limit the rendition fails. Its log says what it does.")
    else:
        words = _("Asset Compute has the job; no event has come for this rendition yet.")
        remedy = _("Wait a moment. It is queued behind others, or being made.")
    return Absence(asked.name, "queued", words, remedy)


def _of_profile(situation: Situation) -> Iterator[Absence]:
    profile = situation.profile
    if profile is None:
        return
    if not profile.is_there:
        words = _("The folder names the profile “%(title)s”, which does not exist.") % {"title": profile.title}
        remedy = _("Choose another profile in the properties of %(folder)s.") % {"folder": profile.folder}
        link, link_words = _folder_link(profile.folder)
        yield Absence(profile.title, "profile-missing", words, remedy, "", link, link_words)
    for verdict in profile.verdicts:
        yield _judged(verdict, profile, situation.mime_type)


def _judged(verdict: Verdict, profile: HoldingProfile, mime_type: str) -> Absence:
    cause = _VERDICTS[verdict.reason](verdict, profile.title, mime_type)
    detail = "" if verdict.reason in {"requested", "clash"} else verdict.detail
    if verdict.unreadable:
        detail = _("These entries are no regular expressions and match nothing: %(list)s") % {
            "list": ", ".join(verdict.unreadable)
        }
    return _absence(verdict.rendition, cause, detail, profile.url, _("Open the profile"))


def _excluded(verdict: Verdict, title: str, mime_type: str) -> Cause:
    values = {"title": title, "type": mime_type, "expression": verdict.detail}
    return Cause(
        "excluded",
        _("The profile “%(title)s” leaves out files of the type %(type)s.") % values,
        _("Take %(expression)s from the excluded MIME types of this rendition, then reprocess the asset.") % values,
    )


def _not_included(verdict: Verdict, title: str, mime_type: str) -> Cause:
    values = {"title": title, "type": mime_type}
    return Cause(
        "not-included",
        _("The profile “%(title)s” makes it of other types only; this file is %(type)s.") % values,
        _("Add %(type)s to the included MIME types of this rendition, then reprocess the asset.") % values,
    )


def _clash(verdict: Verdict, title: str, mime_type: str) -> Cause:
    return Cause(
        "clash",
        _("An earlier row of “%(title)s” makes a rendition of the same file name: the first one counts.")
        % {"title": title},
        _("Give one of the two another name."),
    )


def _invalid(verdict: Verdict, title: str, mime_type: str) -> Cause:
    return Cause("invalid-name", _("No rendition can have this file name."), _("Rename it in the profile."))


def _no_endpoint(verdict: Verdict, title: str, mime_type: str) -> Cause:
    return Cause(
        "no-endpoint",
        _("The endpoint of its worker is no http or https URL."),
        _("Write the worker's URL into the profile, then reprocess the asset."),
    )


def _not_asked(verdict: Verdict, title: str, mime_type: str) -> Cause:
    return Cause(
        "not-asked",
        _("The profile “%(title)s” asks for it now, but did not when the asset was last processed.") % {"title": title},
        _("Reprocess the asset."),
    )


_VERDICTS: Final = {
    "excluded": _excluded,
    "not-included": _not_included,
    "clash": _clash,
    "invalid": _invalid,
    "no-endpoint": _no_endpoint,
    "requested": _not_asked,
}


def _of_others(situation: Situation) -> Iterator[Absence]:
    """A folder inherits from those above it, never from one beside it: the usual surprise."""
    if situation.profile is not None:
        return
    for profile in situation.others:
        for name in profile.renditions:
            values = {"title": profile.title, "folder": situation.folder, "others": ", ".join(profile.folders)}
            if profile.folders:
                words = _("The profile “%(title)s” makes it, but is applied to %(others)s, not here.") % values
            else:
                words = _("The profile “%(title)s” makes it, but is applied to no folder.") % values
            remedy = _("Apply the profile to %(folder)s or a folder above it, then reprocess the asset.") % values
            link, link_words = _folder_link(situation.folder)
            yield Absence(name, "profile-not-here", words, remedy, "", link, link_words)


def _never_asked(situation: Situation) -> Iterator[Absence]:
    """The default renditions of an asset that was never processed, or long ago."""
    for default in DEFAULT_PROFILE:
        words = _("It was never asked for: the asset has not been processed.")
        yield Absence(default.name, "not-processed", words, _("Reprocess the asset."))


def _folder_link(folder: str) -> tuple[str, str]:
    return f"/assets.html{quote(folder)}", _("Open the folder")
