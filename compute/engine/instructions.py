"""Rendition instructions, read from the wire in every spelling that real clients use; pure.

Numbers may come as strings (AEM's processing profiles send them so). An empty value counts as not given.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from compute.engine.geometry import Box
from compute.errors import GenericError, RenditionFormatUnsupported

Raw = dict[str, Any]
Colour = tuple[int, int, int]

LEAST_SHARE = 0.01  # of the picture, for a colour to be named
_QUOTED = 100  # characters of a wrong value in a message
_ALIASES = {"jpg": "jpeg", "jpe": "jpeg", "tif": "tiff", "txt": "text", "machine-metadata-json": "json", "xml": "xmp"}


@dataclass(frozen=True)
class Density:
    """Pixels per inch."""

    x: float
    y: float


@dataclass(frozen=True)
class Watermark:
    """`scale` is a part of the watermark's own size, 0 < scale <= 1."""

    url: str
    scale: float


@dataclass(frozen=True)
class Member:
    """One file of an archive."""

    url: str
    path: str | None


@dataclass(frozen=True)
class Instructions:
    """What one rendition is to be. `fmt` is canonical: jpeg, tiff, text, xmp, json, …"""

    fmt: str
    name: str
    width: int | None = None
    height: int | None = None
    max_width: int | None = None
    max_height: int | None = None
    quality: int | None = None
    compression_level: int | None = None
    interlace: bool = False
    jpeg_size: int | None = None
    dpi: Density | None = None
    convert_to_dpi: Density | None = None
    crop: Box | None = None
    smart_crop: bool = False
    watermark: Watermark | None = None
    background: Colour | None = None
    codec: str | None = None
    bitrate: int | None = None
    threshold: float = LEAST_SHARE
    xmp: bytes | None = None
    files: tuple[Member, ...] = ()
    ignore_duplicates: bool = False


def parse(raw: Raw) -> Instructions:
    """Raises RenditionFormatUnsupported without a format, GenericError for a value that makes no sense."""
    name = str(raw.get("name") or "")
    return Instructions(
        fmt=_format(raw, name),
        name=name,
        width=_length(raw, "width", "wid"),
        height=_length(raw, "height", "hei"),
        max_width=_length(raw, "maxWidth"),
        max_height=_length(raw, "maxHeight"),
        quality=_bounded(raw, 1, 100, "quality", "qlt"),
        compression_level=_bounded(raw, 0, 9, "compressionLevel"),
        interlace=_flag(raw, "interlace"),
        jpeg_size=_length(raw, "jpegSize"),
        dpi=_density(raw, "dpi"),
        convert_to_dpi=_density(raw, "convertToDpi"),
        crop=_crop(raw),
        smart_crop=_flag(raw, "smartCrop") or raw.get("crop") == "smart",
        watermark=_watermark(raw),
        background=_background(raw),
        codec=str(raw.get("codec") or "").lower() or None,
        bitrate=_length(raw, "bitrate"),
        threshold=_share(raw, "threshold", LEAST_SHARE),
        xmp=_xmp(raw),
        files=_files(raw),
        ignore_duplicates=raw.get("duplicate") == "ignore",
    )


def _format(raw: Raw, name: str) -> str:
    fmt = str(raw.get("fmt") or PurePosixPath(name).suffix).lower().lstrip(".")
    if not fmt:
        raise RenditionFormatUnsupported("the rendition names no format (fmt)")
    if not re.fullmatch(r"[\w.+-]{1,40}", fmt):
        raise RenditionFormatUnsupported(f"there is no format {_quoted(fmt)}")
    return _ALIASES.get(fmt, fmt)


def _given(raw: Raw, *names: str) -> tuple[str, Any]:
    """The first spelling that has a value."""
    for name in names:
        if raw.get(name) not in (None, ""):
            return name, raw[name]
    return names[0], None


def _number(name: str, value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError, OverflowError) as err:
        raise GenericError(f"{name} is not a number: {_quoted(value)}") from err
    if not -1e9 < number < 1e9:
        raise GenericError(f"{name} is out of range: {_quoted(value)}")
    return number


def _quoted(value: Any) -> str:
    """As it came, but short: messages go into events."""
    text = repr(value)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def _length(raw: Raw, *names: str) -> int | None:
    """A positive number of pixels or bytes; 0 counts as not given."""
    name, value = _given(raw, *names)
    number = 0 if value is None else _number(name, value)
    if number < 0:
        raise GenericError(f"{name} must not be negative: {_quoted(value)}")
    return max(1, round(number)) if number else None


def _bounded(raw: Raw, lowest: int, highest: int, *names: str) -> int | None:
    name, value = _given(raw, *names)
    return None if value is None else min(highest, max(lowest, round(_number(name, value))))


def _share(raw: Raw, name: str, usual: float) -> float:
    _, value = _given(raw, name)
    return usual if value is None else min(1.0, max(0.0, _number(name, value)))


def _flag(raw: Raw, name: str) -> bool:
    return raw.get(name) is True or str(raw.get(name)).lower() in {"true", "yes", "on", "1"}


def _density(raw: Raw, name: str) -> Density | None:
    _, value = _given(raw, name)
    if value is None:
        return None
    x, y = (value.get("xdpi"), value.get("ydpi")) if isinstance(value, dict) else (value, value)
    density = Density(
        _number(f"{name}.xdpi", x if x is not None else y), _number(f"{name}.ydpi", y if y is not None else x)
    )
    if not (0 < density.x <= 30000 and 0 < density.y <= 30000):
        raise GenericError(f"{name} must be between 0 and 30000: {_quoted(value)}")
    return density


def _crop(raw: Raw) -> Box | None:
    _, value = _given(raw, "crop")
    if value is None or value == "smart":
        return None
    if not isinstance(value, dict):
        raise GenericError(f"crop is not {{x, y, w, h}}: {_quoted(value)}")
    x, y = (round(_number(f"crop.{key}", value.get(key) or 0)) for key in "xy")
    w, h = (round(_number(f"crop.{key}", value.get(key))) for key in "wh")
    if w <= 0 or h <= 0:
        raise GenericError(f"crop has no area: {_quoted(value)}")
    return Box(x, y, w, h)


def _watermark(raw: Raw) -> Watermark | None:
    _, value = _given(raw, "watermark")
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("image"), str) or not value["image"]:
        raise GenericError("watermark has no image")
    scale = 1.0 if value.get("scale") in (None, "") else _number("watermark.scale", value["scale"])
    if not 0 < scale <= 1:
        raise GenericError(f"watermark.scale must be above 0 and at most 1: {scale:g}")
    return Watermark(value["image"], scale)


def _background(raw: Raw) -> Colour | None:
    """`#rgb`, `#rrggbb`, or a grey level from 0 to 255."""
    _, value = _given(raw, "pdfbgcolor")
    if value is None:
        return None
    text = str(value).strip()
    if re.fullmatch(r"#[0-9a-fA-F]{3}", text):
        text = "#" + "".join(digit * 2 for digit in text[1:])
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    if re.fullmatch(r"[0-9]{1,3}", text) and int(text) <= 255:
        return (int(text),) * 3
    raise GenericError(f"pdfbgcolor is neither #rgb, #rrggbb nor 0 to 255: {_quoted(value)}")


def _xmp(raw: Raw) -> bytes | None:
    _, value = _given(raw, "xmp")
    if value is None:
        return None
    try:
        text = "".join(str(value).split()).rstrip("=")  # command line tools break lines
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as err:  # binascii.Error, or characters beyond ASCII
        raise GenericError(f"xmp is not valid base64: {err}") from err


def _files(raw: Raw) -> tuple[Member, ...]:
    _, value = _given(raw, "files")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise GenericError("files is not a list")
    return tuple(_member(entry) for entry in value)


def _member(entry: Any) -> Member:
    if isinstance(entry, str):
        return Member(entry, None)
    if isinstance(entry, dict) and isinstance(entry.get("url"), str):
        return Member(entry["url"], str(entry["path"]) if entry.get("path") else None)
    raise GenericError(f"files has an entry that is neither a URL nor {{url, path}}: {_quoted(entry)}")
