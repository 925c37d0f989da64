"""How far the processing of an asset has come, from its nodes. Pure.

AEM calls an asset `processed` once every rendition was answered for, those that failed included (they are listed under
`dam:failedRenditions`); people want to know whether something went wrong. A rendition that does not exist for the type
of the source (a thumbnail of a text) is no failure in that sense. Of the rest: a processed asset without any web
rendition has `failed`, one that lacks a few is `partial`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["processing", "ready", "partial", "failed", "unprocessed"]

ORIGINAL: Final = "original"
WEB_PREFIX: Final = "cq5dam."
NOT_APPLICABLE: Final = "RenditionFormatUnsupported"  # AEM asks for every default rendition, whatever the type


@dataclass(frozen=True)
class Failure:
    """A rendition that could not be made: its name, the reason as the worker gave it, and its words."""

    name: str
    reason: str
    message: str

    @property
    def is_applicable(self) -> bool:
        """Whether there should have been such a rendition."""
        return self.reason != NOT_APPLICABLE


@dataclass(frozen=True)
class Progress:
    """`done` of `total` renditions are answered for; `failures` are those that should be there.

    While it is processing, `total` are those that are asked for now. Afterwards also those that failed earlier, and
    with them all that are there.
    """

    state: State
    done: int
    total: int
    failures: tuple[Failure, ...] = ()

    @property
    def first_failure(self) -> Failure | None:
        return self.failures[0] if self.failures else None


def progress(
    asset_state: str,
    requested: Sequence[str],
    attached: Collection[str],
    failures: Sequence[Failure],
    old: Collection[str] = (),
) -> Progress:
    """`asset_state` is dam:assetState, `requested` dam:processingRenditions, `attached` the names of the renditions.

    `old` are those that were there when the others were requested: they are about to be replaced.
    """
    failed = {failure.name for failure in failures}
    answered = failed.union(attached)
    real = tuple(failure for failure in failures if failure.is_applicable)
    state = _state(asset_state, attached, real)
    if state == "processing":
        answered -= set(old)
    elif not failed <= set(requested):
        requested = [*answered.union(requested) - {ORIGINAL}]
    return Progress(state, sum(name in answered for name in requested), len(requested), real)


def _state(asset_state: str, attached: Collection[str], failures: Sequence[Failure]) -> State:
    if asset_state == "processing":
        return "processing"
    if asset_state != "processed":
        return "unprocessed"
    if not failures:
        return "ready"
    return "partial" if any(name.startswith(WEB_PREFIX) for name in attached) else "failed"
