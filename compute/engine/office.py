"""Office documents are ZIP archives with XML in them: their text, their properties, and the thumbnail they carry."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from compute.engine.formats import UNZIPPING_ERRORS
from compute.engine.pillow_raster import PillowPicture, Wrap
from compute.errors import RenditionFormatUnsupported, SourceCorrupt, SourceUnsupported

THUMBNAIL_MAXIMUM = 16 * 1024 * 1024
PART_MAXIMUM = 128 * 1024 * 1024
_SPACES = {"tab": "\t", "br": "\n", "cr": "\n", "p": "\n"}
_ODF_NAME = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}name"
_THUMBNAILS = (
    "docProps/thumbnail.jpeg",
    "docProps/thumbnail.jpg",
    "docProps/thumbnail.png",
    "Thumbnails/thumbnail.png",
)


def embedded_thumbnail(path: Path, wrap: Wrap) -> PillowPicture:
    """The preview that the program which saved the document put into it.

    Raises RenditionFormatUnsupported when there is none: drawing pages would need that program.
    """
    with open_archive(path) as archive:
        name = next((name for name in _THUMBNAILS if name in archive.NameToInfo), None)
        if name is None:
            raise RenditionFormatUnsupported("the document has no thumbnail, and pages of it can't be drawn here")
        return PillowPicture(io.BytesIO(read_member(archive, name, THUMBNAIL_MAXIMUM)), wrap, ("JPEG", "PNG"))


def open_archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except UNZIPPING_ERRORS as err:
        if _is_protected(path):
            raise SourceUnsupported("the document is protected by a password") from err
        raise SourceCorrupt(f"the archive can't be read: {err}") from err


def _is_protected(path: Path) -> bool:
    """A document under a password is a compound file."""
    with path.open("rb") as file:
        return file.read(4) == b"\xd0\xcf\x11\xe0"


def read_member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A member of at most `limit` bytes, counted while it is unpacked: what the directory says may be a lie."""
    try:
        with archive.open(name) as member:
            content = member.read(limit + 1)
    except UNZIPPING_ERRORS as err:
        raise SourceCorrupt(f"{name} in the archive can't be unpacked: {err}") from err
    if len(content) > limit:
        raise SourceUnsupported(f"{name} in the archive unpacks to more than {limit} bytes")
    return content


def document_text(path: Path) -> str:
    """The text of a document: paragraphs on lines of their own, the cells of a row with tabs between."""
    with open_archive(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return "\n".join(_sheet_lines(archive, names))
        parts = _text_parts(names)
        return "\n".join(_paragraphs(archive, part) for part in parts)


def core_properties(path: Path) -> dict[str, str]:
    """Title, creator and the like, by the local name of their element (`title`, `creator`, `created`, …)."""
    with open_archive(path) as archive:
        name = next((name for name in ("docProps/core.xml", "meta.xml") if name in archive.NameToInfo), None)
        if name is None:
            return {}
        found: dict[str, str] = {}
        for element in _events(archive, name):
            local = _local(element)
            if not len(element) and (element.text or "").strip():
                key = element.get(_ODF_NAME, local) if local == "user-defined" else local
                found[key] = (
                    f"{found[key]}, {element.text}" if local == "keyword" and key in found else element.text or ""
                )
        return found


def _text_parts(names: set[str]) -> list[str]:
    if "word/document.xml" in names:
        return [name for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml") if name in names]
    slides = _numbered(names, r"ppt/slides/slide(\d+)\.xml") + _numbered(names, r"ppt/notesSlides/notesSlide(\d+)\.xml")
    return slides or [name for name in ("content.xml",) if name in names]


def _numbered(names: set[str], pattern: str) -> list[str]:
    matches = [match for name in names if (match := re.fullmatch(pattern, name))]
    return [match[0] for match in sorted(matches, key=lambda match: int(match[1]))]


def _paragraphs(archive: zipfile.ZipFile, part: str) -> str:
    """w:, a: and text: elements have the same local names for the same things, more or less."""
    lines: list[str] = []
    opendocument = part == "content.xml"
    for element in _events(archive, part, keep_text=opendocument):
        local = _local(element)
        if opendocument and local in {"p", "h"}:
            lines += [" ".join("".join(element.itertext()).split()), "\n"]
            element.clear()
        elif not opendocument and local == "t":
            lines.append(element.text or "")
        elif not opendocument and local in _SPACES and not (local == "tab" and element.attrib):  # a tab stop
            lines.append(_SPACES[local])
    return "".join(lines)


def _sheet_lines(archive: zipfile.ZipFile, names: set[str]) -> Iterator[str]:
    shared: list[str] = []
    if "xl/sharedStrings.xml" in names:
        pieces: list[str] = []
        for element in _events(archive, "xl/sharedStrings.xml"):
            if _local(element) == "t":
                pieces.append(element.text or "")
            elif _local(element) == "si":
                shared.append("".join(pieces))
                pieces = []
    for sheet in _numbered(names, r"xl/worksheets/sheet(\d+)\.xml"):
        yield from _rows(archive, sheet, shared)


def _rows(archive: zipfile.ZipFile, sheet: str, shared: list[str]) -> Iterator[str]:
    cells: list[str] = []
    value = ""
    for element in _events(archive, sheet):
        local = _local(element)
        if local in {"v", "t"}:
            value = element.text or ""
        elif local == "c":
            cells.append(_cell(value, element.get("t"), shared))
            value = ""
        elif local == "row":
            if any(cells):
                yield "\t".join(cells)
            cells = []


def _cell(value: str, kind: str | None, shared: list[str]) -> str:
    if kind == "s":
        return shared[int(value)] if value.isdigit() and int(value) < len(shared) else ""
    return value


def _events(archive: zipfile.ZipFile, name: str, keep_text: bool = False) -> Iterator[Element]:
    """The elements of a part as they end, each emptied after use; without entities."""
    content = io.BytesIO(read_member(archive, name, PART_MAXIMUM))
    try:
        for _, element in iterparse(content, events=("end",), forbid_dtd=True):
            yield element
            if not keep_text:
                element.clear()
    except DefusedXmlException as err:
        raise SourceUnsupported(f"{name} in the document declares XML entities") from err
    except (ParseError, ValueError, LookupError) as err:
        raise SourceCorrupt(f"{name} in the document is not well-formed XML: {err}") from err


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
