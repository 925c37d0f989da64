"""What goes into a core worker and what comes out; pure, and JSON on the pipe between the processes."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class SourceRef:
    """Where the source is: a http(s) or data: URL, and what the caller knows about it."""

    url: str
    name: str | None = None
    mimetype: str | None = None
    size: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RenditionInstructions:
    """One entry of `/process` `renditions`, as it came: `raw` keeps `target` (or `url`) and unknown fields."""

    index: int
    raw: dict[str, Any]


@dataclass(frozen=True)
class CoreActivation:
    """The renditions of one `/process` call that the built-in engine makes."""

    activation_id: str
    source: SourceRef | None
    renditions: tuple[RenditionInstructions, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "CoreActivation":
        source = value["source"]
        return cls(
            activation_id=value["activation_id"],
            source=SourceRef(**source) if source else None,
            renditions=tuple(RenditionInstructions(**entry) for entry in value["renditions"]),
        )


@dataclass(frozen=True)
class RenditionResult:
    """How one rendition ended: created (`metadata`, and `data` when it was embedded) or failed (`error_*`).

    `metadata` has the keys of the event: repo:size, repo:sha1, dc:format, tiff:imageWidth, tiff:imageHeight,
    repo:encoding. `data` is a data: URI; such a rendition was not uploaded.
    """

    index: int
    metadata: dict[str, Any] | None = None
    data: str | None = None
    error_reason: str | None = None
    error_message: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "RenditionResult":
        return cls(**value)
