"""The request of `/process` that a profile leads to, for people to read: signed URLs are abbreviated. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from repository import profiles
from repository.profiles import FULL, Part, Profile, RequestedRendition, Verdict

_SIGNED: Final = "https://…?sig=…"


@dataclass(frozen=True)
class Sample:
    """A file to show the request for."""

    name: str
    mime_type: str
    size: int


SAMPLES: Final = (
    Sample("photo.jpg", "image/jpeg", 4_200_000),
    Sample("logo.png", "image/png", 180_000),
    Sample("drawing.svg", "image/svg+xml", 12_000),
    Sample("layers.psd", "image/vnd.adobe.photoshop", 88_000_000),
    Sample("brochure.pdf", "application/pdf", 2_400_000),
    Sample("clip.mp4", "video/mp4", 31_000_000),
    Sample("notes.txt", "text/plain", 1_800),
)


def sample(mime_type: str) -> Sample:
    """The one of this type, or the first."""
    return next((each for each in SAMPLES if each.mime_type == mime_type), SAMPLES[0])


def request_json(profile: Profile, chosen: Sample, *, with_default: bool) -> str:
    parts = FULL if with_default else frozenset({Part.PROFILES})
    wanted = profiles.requested(chosen.mime_type, profile, parts)
    body = {
        "source": {"url": _SIGNED, "name": chosen.name, "mimetype": chosen.mime_type, "size": chosen.size},
        "renditions": [_rendition(rendition) for rendition in wanted],
    }
    return json.dumps(body, indent=2, ensure_ascii=False)


def left_out(profile: Profile, chosen: Sample) -> Sequence[Verdict]:
    """Rows that are not requested for this file, and rows with expressions that match nothing."""
    found = profiles.verdicts(chosen.mime_type, profile)
    return [verdict for verdict in found if not verdict.is_requested or verdict.unreadable]


def _rendition(rendition: RequestedRendition) -> dict[str, Any]:
    return {**rendition.instructions, "name": rendition.name, "target": {"urls": [_SIGNED]}}
