"""Compound files (OLE 2), the container of Word, Excel and PowerPoint before 2007: what is in them, what they say of
themselves, and the thumbnail that the program put in.

Sources: MS-CFB, MS-OLEPS (property sets).
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import olefile

from compute.engine.metafile import bitmap_in
from compute.engine.pillow_raster import PillowPicture, Wrap, reading
from compute.errors import RenditionFormatUnsupported, SourceCorrupt

STREAM_MAXIMUM = 512 * 1024 * 1024
_SUMMARY = "\x05SummaryInformation"
_THUMBNAIL_PROPERTY, _CLIPBOARD_DATA = 17, 71
_METAFILE, _BITMAP, _ENHANCED_METAFILE = 3, 8, 14
_MAIN_STREAMS = {
    "WordDocument": "DOC",
    "PowerPoint Document": "PPT",
    "Workbook": "XLS",
    "Book": "XLS",
    "EncryptedPackage": "DOCX",  # any of the newer documents, under a password
}


def kind_of(path: Path) -> str | None:
    """The name of the format, by the stream that holds the document."""
    try:
        with opened(path) as compound:
            return next((name for stream, name in _MAIN_STREAMS.items() if compound.exists(stream)), None)
    except SourceCorrupt:
        return None


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    with reading(), olefile.OleFileIO(str(path)) as compound:
        yield compound


def read_stream(compound: Any, name: str) -> bytes:
    """Raises SourceCorrupt when it is missing or larger than any document is."""
    if not compound.exists(name):
        raise SourceCorrupt(f"the document has no stream {name}")
    if compound.get_size(name) > STREAM_MAXIMUM:
        raise SourceCorrupt(f"the stream {name} says that it is larger than {STREAM_MAXIMUM} bytes")
    content: bytes = compound.openstream(name).read()
    if len(content) < compound.get_size(name):
        raise SourceCorrupt(f"the stream {name} is cut off")
    return content


def summary(path: Path) -> dict[str, Any]:
    """Title, author, keywords, dates, … by the names of olefile; texts decoded."""
    with opened(path) as compound:
        found = compound.get_metadata()
        page = found.codepage if isinstance(found.codepage, int) and found.codepage > 0 else 1252
        encoding = {1200: "utf-16-le", 65001: "utf-8", 10000: "mac-roman"}.get(page, f"cp{page}")
        return {name: _text(getattr(found, name), encoding) for name in found.SUMMARY_ATTRIBS}


def embedded_thumbnail(path: Path, wrap: Wrap) -> PillowPicture:
    """Raises RenditionFormatUnsupported when there is none that can be shown."""
    with opened(path) as compound:
        content = read_stream(compound, _SUMMARY) if compound.exists(_SUMMARY) else b""
    kind, data = _clipboard(content)
    if kind == _BITMAP:
        return PillowPicture(io.BytesIO(data), wrap, ("DIB",))
    if kind == _METAFILE:
        return PillowPicture(io.BytesIO(bitmap_in(data[8:])), wrap, ("DIB",))  # after the size on the clipboard
    if kind == _ENHANCED_METAFILE:
        return PillowPicture(io.BytesIO(bitmap_in(data)), wrap, ("DIB",))
    if data[:3] == b"\xff\xd8\xff" or data[:4] == b"\x89PNG":
        return PillowPicture(io.BytesIO(data), wrap, ("JPEG", "PNG"))
    raise RenditionFormatUnsupported("the document has no thumbnail, and pages of it can't be drawn here")


def _clipboard(stream: bytes) -> tuple[int, bytes]:
    """Clipboard format and data of the thumbnail property; 0 and nothing when there is none."""
    section = _number(stream, 44)
    for entry in range(min(_number(stream, section + 4), 1000)):
        number, offset = (_number(stream, section + 8 + entry * 8 + field) for field in (0, 4))
        at = section + offset
        if number == _THUMBNAIL_PROPERTY and _number(stream, at) == _CLIPBOARD_DATA:
            size, tag = _number(stream, at + 4), _number(stream, at + 8)
            data = stream[at + 12 : at + 8 + size]
            return (_number(data, 0), data[4:]) if tag == 0xFFFFFFFF else (0, data)  # -1: a format of Windows
    return 0, b""


def _text(value: Any, encoding: str) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode(encoding, "replace").rstrip("\0")
    except LookupError:
        return value.decode("cp1252", "replace").rstrip("\0")


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little")
