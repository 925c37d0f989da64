"""Which renditions an asset gets. Pure.

The hidden default profile always runs: the renditions that AEM as a Cloud Service makes of every asset. Those that do
not apply to its type end among the failed ones, as they do there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

METADATA_RENDITION: Final = "cqdam.metadata.xml"
ORIGINAL: Final = "original"


@dataclass(frozen=True)
class RequestedRendition:
    """`instructions` as in the request of `/process`, without name, target and userData."""

    name: str
    instructions: Mapping[str, Any] = field(default_factory=dict)


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


def requested() -> tuple[RequestedRendition, ...]:
    """What is requested for an asset: the default profile."""
    return DEFAULT_PROFILE
