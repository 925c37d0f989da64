"""The bitmap in a Windows metafile (WMF, EMF), when the metafile is nothing but a frame around it; pure.

That is what PowerPoint stores as the thumbnail of a file, and many programs as the preview of an EPS. Metafiles that
draw lines or text are not interpreted.
"""

from collections.abc import Iterator
from typing import NamedTuple

from compute.errors import RenditionFormatUnsupported, SourceCorrupt

_PLACEABLE = b"\xd7\xcd\xc6\x9a"
_PLACEABLE_HEADER, _WMF_HEADER = 22, 18
# Where the bitmap begins in records that show one, counted from the record's start.
_WMF_BITMAPS = {0x0F43: 28, 0x0B41: 26, 0x0940: 22, 0x0D33: 24}
_WMF_DRAWINGS = frozenset(
    (0x0521, 0x0A32, 0x062F, 0x0324, 0x0325, 0x0538, 0x041B, 0x0418, 0x061C, 0x0817, 0x081A, 0x0830, 0x0213, 0x061D)
)
# Where the records that show a bitmap say where its header and its pixels are.
_EMF_BITMAPS = {76: 84, 77: 84, 80: 48, 81: 48}
_EMF_DRAWINGS = frozenset((*range(2, 9), *range(41, 48), 54, 55, 56, *range(59, 65), 83, 84, *range(85, 92), 96, 97))
_RECORDS = 100_000


class _Found(NamedTuple):
    """A bitmap (a DIB: header, palette and pixels), or None for a drawing."""

    bitmap: bytes | None


def bitmap_in(metafile: bytes) -> bytes:
    """The one bitmap, as a DIB. Raises RenditionFormatUnsupported when there is more to draw, or nothing."""
    is_emf = metafile[:4] == b"\x01\0\0\0" and metafile[40:44] == b" EMF"
    found = list(_emf(metafile) if is_emf else _wmf(metafile))
    bitmaps = [entry.bitmap for entry in found if entry.bitmap]
    if len(found) != 1 or not bitmaps:
        raise RenditionFormatUnsupported("the preview is a metafile that draws; only one that is a bitmap can be shown")
    return bitmaps[0]


def _wmf(metafile: bytes) -> Iterator[_Found]:
    at = (_PLACEABLE_HEADER if metafile.startswith(_PLACEABLE) else 0) + _WMF_HEADER
    for _ in range(_RECORDS):
        size, function = _number(metafile, at) * 2, _number(metafile, at + 4, 2)
        if size < 6 or at + size > len(metafile):
            if function == 0 or at >= len(metafile):
                return
            raise SourceCorrupt("the metafile has a broken record")
        begin = _WMF_BITMAPS.get(function)
        if begin is not None and size > begin + 40:
            yield _Found(metafile[at + begin : at + size])
        elif function in _WMF_DRAWINGS:
            yield _Found(None)
        at += size


def _emf(metafile: bytes) -> Iterator[_Found]:
    at = 0
    for _ in range(_RECORDS):
        kind, size = _number(metafile, at), _number(metafile, at + 4)
        if kind == 14 or at >= len(metafile):  # the end
            return
        if size < 8 or at + size > len(metafile):
            raise SourceCorrupt("the metafile has a broken record")
        where = _EMF_BITMAPS.get(kind)
        if where is not None and (lengths := [_number(metafile, at + where + field) for field in (0, 4, 8, 12)])[1]:
            header, header_size, pixels, pixels_size = lengths
            record = metafile[at : at + size]
            yield _Found(record[header : header + header_size] + record[pixels : pixels + pixels_size])
        elif kind in _EMF_DRAWINGS:
            yield _Found(None)
        at += size


def _number(content: bytes, at: int, length: int = 4) -> int:
    return int.from_bytes(content[at : at + length], "little")
