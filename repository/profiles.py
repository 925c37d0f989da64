"""Processing profiles: which renditions an asset gets, and why not others. Pure.

The hidden default profile always runs: the renditions that AEM as a Cloud Service makes of every asset. Those that do
not apply to its type end among the failed ones, as they do there. The profile of the folder adds its rows; one with the
file name of a default rendition takes its place, and of two rows with one file name the first counts.
Sources: contract of the wire, section 5; help/assets/asset-microservices-configure-and-use.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from contract.process import is_http_url
from repository import names
from repository.errors import InvalidName
from repository.mime_rules import MimeRules

METADATA_RENDITION: Final = "cqdam.metadata.xml"
ORIGINAL: Final = "original"
FPO_RENDITION: Final = "cq5dam.fpo.jpeg"
FPO_RULES: Final = MimeRules(include="image/.*")
EVERY_TYPE: Final = MimeRules()
IMAGE_FORMATS: Final = ("png", "jpeg", "gif", "webp")
WITH_QUALITY: Final = frozenset({"jpeg", "webp"})
VIDEO_FORMAT, VIDEO_CODEC = "mp4", "h264"
# What the request says itself, and no service parameter may.
RESERVED_PARAMETERS: Final = frozenset({"worker", "name", "fmt", "target", "url", "userData"})


@dataclass(frozen=True)
class RequestedRendition:
    """`instructions` as in the request of `/process`, without name, target and userData."""

    name: str
    instructions: Mapping[str, Any] = field(default_factory=dict)


class Part(StrEnum):
    """What can be processed anew by itself; all of them together are the full process."""

    DEFAULT_RENDITIONS = "default-renditions"
    METADATA = "metadata"
    PROFILES = "processing-profiles"


FULL: Final = frozenset(Part)


@dataclass(frozen=True)
class ImageRendition:
    """`width` and `height` are maxima in pixels, None for the original's; `quality` is 1–100.

    `node` is the name of its node in the profile, empty for one that is new.
    """

    name: str
    fmt: str = "png"
    width: int | None = None
    height: int | None = None
    quality: int | None = None
    smart_crop: bool = False
    rules: MimeRules = EVERY_TYPE
    node: str = ""

    kind = "image"

    @property
    def file_name(self) -> str:
        return self.name

    @property
    def instructions(self) -> dict[str, Any]:
        sizes = {"width": self.width, "height": self.height}
        quality = self.quality if self.fmt in WITH_QUALITY else None
        wanted = {"fmt": self.fmt, **sizes, "quality": quality, "smartCrop": self.smart_crop or None}
        return {key: value for key, value in wanted.items() if value is not None}


@dataclass(frozen=True)
class VideoRendition:
    """`bitrate` in kilobits per second."""

    name: str
    width: int | None = None
    height: int | None = None
    bitrate: int | None = None
    rules: MimeRules = EVERY_TYPE
    node: str = ""

    kind = "video"

    @property
    def file_name(self) -> str:
        return self.name

    @property
    def instructions(self) -> dict[str, Any]:
        sizes = {"width": self.width, "height": self.height, "bitrate": self.bitrate}
        wanted = {"fmt": VIDEO_FORMAT, "codec": VIDEO_CODEC, **sizes}
        return {key: value for key, value in wanted.items() if value is not None}


@dataclass(frozen=True)
class WorkerRendition:
    """A rendition of a custom worker. With `creates_metadata`, what it makes is RDF/XML for the asset's metadata."""

    name: str
    extension: str
    worker: str
    params: Mapping[str, str] = field(default_factory=dict)
    creates_metadata: bool = False
    rules: MimeRules = EVERY_TYPE
    node: str = ""

    kind = "custom"

    @property
    def file_name(self) -> str:
        ending = f".{self.extension}" if self.extension else ""
        return self.name if self.name.lower().endswith(ending.lower()) else f"{self.name}{ending}"

    @property
    def instructions(self) -> dict[str, Any]:
        """Parameters are texts, as AEM sends them, and cannot replace what the request says itself."""
        params = {key: str(value) for key, value in self.params.items() if key not in RESERVED_PARAMETERS}
        return {**params, "fmt": "xmp" if self.creates_metadata else self.extension, "worker": self.worker}


Row = ImageRendition | VideoRendition | WorkerRendition


@dataclass(frozen=True)
class Profile:
    """`path` is that of its node, empty for one that is not stored."""

    title: str
    rows: tuple[Row, ...] = ()
    path: str = ""

    @property
    def fpo(self) -> ImageRendition | None:
        """The row behind “Create FPO Rendition”."""
        return next((row for row in self.images_with_fpo if row.name == FPO_RENDITION), None)

    @property
    def images_with_fpo(self) -> list[ImageRendition]:
        return [row for row in self.rows if isinstance(row, ImageRendition)]

    @property
    def images(self) -> list[ImageRendition]:
        return [row for row in self.images_with_fpo if row is not self.fpo]

    @property
    def videos(self) -> list[VideoRendition]:
        return [row for row in self.rows if isinstance(row, VideoRendition)]

    @property
    def workers(self) -> list[WorkerRendition]:
        return [row for row in self.rows if isinstance(row, WorkerRendition)]


@dataclass(frozen=True)
class Verdict:
    """Whether a row of a profile is requested for a file, and if not, why.

    excluded, not-included: by its MIME types (`detail`: the expression; the included ones). clash: an earlier row has
    the same file name. invalid: the file name cannot be that of a rendition. no-endpoint: that of its worker (`detail`)
    is no URL, and Asset Compute would refuse the whole request for it. `unreadable`: expressions that match
    nothing because they are no regular expressions.
    """

    rendition: str
    reason: Literal["requested", "excluded", "not-included", "clash", "invalid", "no-endpoint"]
    detail: str = ""
    unreadable: tuple[str, ...] = ()

    @property
    def is_requested(self) -> bool:
        return self.reason == "requested"


def _image(kind: str, fmt: str, width: int, height: int, **more: int) -> RequestedRendition:
    name = f"cq5dam.{kind}.{width}.{height}.{fmt}"
    return RequestedRendition(name, {"fmt": fmt, "width": width, "height": height, **more})


DEFAULT_PROFILE: Final = (
    RequestedRendition(METADATA_RENDITION, {"fmt": "xmp"}),
    _image("thumbnail", "png", 48, 48),
    _image("thumbnail", "png", 140, 100),
    _image("thumbnail", "png", 319, 319),
    _image("web", "jpeg", 1280, 1280, quality=90),
    _image("zoom", "jpeg", 2048, 2048, quality=90),
)


def requested(
    mime_type: str = "", profile: Profile | None = None, parts: frozenset[Part] = FULL
) -> tuple[RequestedRendition, ...]:
    """What is requested for an asset of this type below a folder with this profile, limited to `parts`."""
    own = dict(_taken(mime_type, profile))
    chosen = [default for default in DEFAULT_PROFILE if default.name not in own and _part_of(default) in parts]
    if Part.PROFILES in parts:
        chosen += [RequestedRendition(name, row.instructions) for name, row in own.items()]
    return tuple(chosen)


def verdicts(mime_type: str, profile: Profile) -> list[Verdict]:
    """Of each row of the profile, in its order."""
    return [verdict for _row, verdict in _judged(mime_type, profile.rows)]


def file_name_problem(name: str) -> str:
    """Why a rendition cannot have this file name; empty when it can."""
    if name == ORIGINAL:
        return "The uploaded file itself is called original"
    try:
        names.asset_name(name)
    except InvalidName as err:
        return err.message
    return ""


def clashes(rows: Iterable[Row]) -> list[int]:
    """The indexes of rows whose file name an earlier row has already."""
    seen: set[str] = set()
    found = []
    for index, row in enumerate(rows):
        if row.file_name in seen:
            found.append(index)
        seen.add(row.file_name)
    return found


def _part_of(default: RequestedRendition) -> Part:
    return Part.METADATA if default.name == METADATA_RENDITION else Part.DEFAULT_RENDITIONS


def _taken(mime_type: str, profile: Profile | None) -> Iterator[tuple[str, Row]]:
    for row, verdict in _judged(mime_type, profile.rows if profile else ()):
        if verdict.is_requested:
            yield verdict.rendition, row


def _judged(mime_type: str, rows: Sequence[Row]) -> Iterator[tuple[Row, Verdict]]:
    taken: set[str] = set()
    for row in rows:
        verdict = _verdict(mime_type, row, taken)
        if verdict.is_requested:
            taken.add(row.file_name)
        yield row, verdict


def _verdict(mime_type: str, row: Row, taken: set[str]) -> Verdict:
    name = row.file_name
    judgement = row.rules.judge(mime_type)
    if judgement.ruling == "excluded":
        return Verdict(name, "excluded", judgement.expression, judgement.unreadable)
    if judgement.ruling == "not-included":
        return Verdict(name, "not-included", row.rules.include, judgement.unreadable)
    if wrong := file_name_problem(name):
        return Verdict(name, "invalid", wrong, judgement.unreadable)
    if isinstance(row, WorkerRendition) and not is_http_url(row.worker):
        return Verdict(name, "no-endpoint", row.worker, judgement.unreadable)
    if name in taken:
        return Verdict(name, "clash", "", judgement.unreadable)
    return Verdict(name, "requested", judgement.expression, judgement.unreadable)
