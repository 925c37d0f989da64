"""What a failed rendition's reason and message mean, in words for people, and what to do about it. Pure.

Reasons are those of Asset Compute's `rendition_failed` events; GenericError says the rest in its message.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Cause:
    reason: str
    words: str
    remedy: str


def cause_of_failure(reason: str, message: str, worker: str, mime_type: str) -> Cause:
    """`worker` is the URL of the custom worker, empty for a core worker."""
    if known := _REASONS.get(reason):
        return known(mime_type)
    if worker:
        return _of_worker(message, worker)
    return Cause(
        "failed",
        _("The worker failed."),
        _("Read the message, correct what it says, and reprocess the asset."),
    )


def _unsupported_format(mime_type: str) -> Cause:
    return Cause(
        "unsupported-format",
        _("Such a rendition cannot be made of a file of the type %(type)s.") % {"type": mime_type},
        _("Nothing is wrong: it does not exist for this type. Ask for another format, or use a custom worker."),
    )


def _unsupported_source(mime_type: str) -> Cause:
    return Cause(
        "unsupported-source",
        _("Asset Compute does not know files of the type %(type)s.") % {"type": mime_type},
        _("Upload another format, or write a custom worker for this one."),
    )


def _corrupt(mime_type: str) -> Cause:
    return Cause(
        "corrupt",
        _("The uploaded file is damaged, or not what its type says."),
        _("Open the original on your machine; export it again and upload it as a new version."),
    )


def _too_large(mime_type: str) -> Cause:
    return Cause(
        "too-large",
        _("The rendition has more bytes than the job had room for, even after AEM asked with more room."),
        _("Ask for fewer pixels or a lower quality in the profile."),
    )


def _timeout(mime_type: str) -> Cause:
    return Cause(
        "no-event",
        _("No event came for it in time, though AEM asked again."),
        _("Look whether a worker hangs or an event was lost, then reprocess the asset."),
    )


def _job_refused(mime_type: str) -> Cause:
    return Cause(
        "job-refused",
        _("Asset Compute did not take the job."),
        _("The message says why. Check its URL and the credentials, then reprocess the asset."),
    )


_REASONS: Final[dict[str, Callable[[str], Cause]]] = {
    "RenditionFormatUnsupported": _unsupported_format,
    "SourceUnsupported": _unsupported_source,
    "SourceFormatUnsupported": _unsupported_source,
    "SourceCorrupt": _corrupt,
    "RenditionTooLarge": _too_large,
    "Timeout": _timeout,
    "ServiceError": _job_refused,
    "ServiceUnavailable": _job_refused,
}


def _of_worker(message: str, worker: str) -> Cause:
    found = next((make for pattern, make in _MESSAGES if re.search(pattern, message, re.IGNORECASE)), None)
    if found:
        return found(worker)
    if not worker.startswith("https:"):
        return _not_https(worker)
    return Cause(
        "worker-failed",
        _("The custom worker failed."),
        _("Its log and the message say where. Correct the worker, deploy it, and reprocess the asset."),
    )


def _not_https(worker: str) -> Cause:
    return Cause(
        "not-https",
        _("The worker SDK takes https URLs only, and one of this job is http."),
        _("Use the https URL of the worker in the profile, as it is deployed."),
    )


def _unauthorized(worker: str) -> Cause:
    return Cause(
        "unauthorized",
        _("The custom worker refused the call: it did not accept the credentials."),
        _("Check that the worker belongs to the same organization, and what its require-adobe-auth annotation wants."),
    )


def _unknown_endpoint(worker: str) -> Cause:
    return Cause(
        "endpoint-unknown",
        _("There is no worker at the endpoint that the profile names."),
        _("Deploy the worker, or correct the endpoint URL in the profile; its host and package are part of it."),
    )


def _unreachable(worker: str) -> Cause:
    return Cause(
        "unreachable",
        _("The host of the custom worker cannot be reached."),
        _("Check the endpoint URL in the profile, and that the worker is running."),
    )


def _silent(worker: str) -> Cause:
    return Cause(
        "worker-silent",
        _("The custom worker was called, and sent no event in time."),
        _("Look into its log: it hangs, crashed, or could not reach I/O Events."),
    )


def _too_many(worker: str) -> Cause:
    return Cause(
        "too-many-requests",
        _("The custom worker had too many requests at once, and went on refusing."),
        _("Process fewer assets at a time, or give the worker more concurrency; then reprocess the asset."),
    )


# The first that is found in the message; those of the worker's answer before those of the call.
_MESSAGES: Final[tuple[tuple[str, Callable[[str], Cause]], ...]] = (
    (r"\b40[13]\b|unauthorized|forbidden", _unauthorized),
    (r"\b404\b|not found|does not exist", _unknown_endpoint),
    (r"\b429\b|too many requests", _too_many),
    (r"only https|https only|must be https|protocol .*http:|not https", _not_https),
    (r"no event within|does not answer|timed? ?out", _silent),
    (r"cannot be called|ECONNREFUSED|ENOTFOUND|connection|resolve", _unreachable),
)
