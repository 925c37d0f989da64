"""What video and audio files say of themselves, by PyAV."""

from datetime import datetime
from pathlib import Path
from typing import Any

from av.stream import Disposition

from compute.engine.metadata.properties import Properties, Value, alt, bag, seq
from compute.engine.video import opened
from compute.errors import RenditionError

_TAGS: dict[str, tuple[str, Any]] = {
    "title": ("dc:title", alt),
    "artist": ("xmpDM:artist", str),
    "author": ("dc:creator", seq),
    "album": ("xmpDM:album", str),
    "album_artist": ("dc:creator", seq),
    "composer": ("xmpDM:composer", str),
    "genre": ("xmpDM:genre", str),
    "track": ("xmpDM:trackNumber", lambda text: text.partition("/")[0]),
    "comment": ("dc:description", alt),
    "description": ("dc:description", alt),
    "copyright": ("dc:rights", alt),
    "keywords": ("dc:subject", lambda text: bag(*(part.strip() for part in text.split(",")))),
    "encoder": ("xmp:CreatorTool", str),
    "creation_time": ("xmp:CreateDate", str),
    "date": ("xmpDM:releaseDate", str),
}


def describe(path: Path, properties: Properties) -> None:
    """Tags, duration, and the parameters of the first video and audio track; nothing for a damaged file."""
    try:
        with opened(path) as container:
            _tags(container, properties)
            if container.duration:
                properties.set("dam:Duration", f"{container.duration / 1_000_000:.3f}")
            if container.bit_rate:
                properties.set("dam:Bitrate", container.bit_rate)
            for stream in [track for track in container.streams.video if not _is_cover(track)][:1]:
                _video(stream, properties)
            for stream in container.streams.audio[:1]:
                _audio(stream, properties)
    except RenditionError:
        return  # the picture renditions say what is wrong with it


def _tags(container: Any, properties: Properties) -> None:
    found: dict[str, Value | None] = {}
    of_tracks = [stream.metadata for stream in container.streams if container.format.name == "ogg"]
    tags = {key: text for metadata in (*of_tracks, container.metadata) for key, text in metadata.items()}
    for key, text in tags.items():
        name, convert = _TAGS.get(key.lower(), ("", None))
        if convert and text.strip() and (name != "xmp:CreateDate" or _is_date(text)):
            found.setdefault(name, convert(text.strip()))
    properties.offer(found)


def _is_date(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).year > 1904  # QuickTime's zero
    except ValueError:
        return False


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _video(stream: Any, properties: Properties) -> None:
    properties.set("tiff:ImageWidth", stream.width)
    properties.set("tiff:ImageLength", stream.height)
    properties.set("dam:VideoCodec", stream.codec_context.codec.canonical_name)
    if stream.average_rate:
        properties.set("xmpDM:videoFrameRate", f"{float(stream.average_rate):.3f}")


def _audio(stream: Any, properties: Properties) -> None:
    properties.set("dam:AudioCodec", stream.codec_context.codec.canonical_name)
    properties.set("xmpDM:audioSampleRate", stream.rate)
    properties.set("xmpDM:audioChannelType", {1: "Mono", 2: "Stereo"}.get(stream.channels, str(stream.channels)))
