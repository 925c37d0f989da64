"""How far the processing of an asset has come, from its nodes. Pure.

AEM calls an asset `processed` once every rendition was answered for, those that failed included (they are listed under
`dam:failedRenditions`); people want to know whether there is anything to see. So a processed asset without any web
rendition has `failed`, and one that lacks a few is `partial`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["processing", "ready", "partial", "failed", "unprocessed"]

ORIGINAL: Final = "original"
WEB_PREFIX: Final = "cq5dam."


@dataclass(frozen=True)
class Failure:
    """A rendition that could not be made: its name, the reason as the worker gave it, and its words."""

    name: str
    reason: str
    message: str


@dataclass(frozen=True)
class Progress:
    """`done` of `total` requested renditions are answered for, attached or failed."""

    state: State
    done: int
    total: int
    failures: tuple[Failure, ...] = ()

    @property
    def first_failure(self) -> Failure | None:
        return self.failures[0] if self.failures else None


def progress(
    asset_state: str, requested: Sequence[str], attached: Collection[str], failures: Sequence[Failure]
) -> Progress:
    """`asset_state` is dam:assetState, `requested` dam:processingRenditions, `attached` the names of the renditions."""
    failed = {failure.name for failure in failures}
    done = sum(1 for name in requested if name in attached or name in failed)
    return Progress(_state(asset_state, attached, failures), done, len(requested), tuple(failures))


def _state(asset_state: str, attached: Collection[str], failures: Sequence[Failure]) -> State:
    if asset_state == "processing":
        return "processing"
    if asset_state != "processed":
        return "unprocessed"
    if not failures:
        return "ready"
    return "partial" if any(name.startswith(WEB_PREFIX) for name in attached) else "failed"
