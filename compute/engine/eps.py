"""The preview that an EPS carries. PostScript is a programming language, and is not run.

Sources: Encapsulated PostScript File Format Specification 3.0, sections 5.2 (TIFF, Windows metafile) and 6 (EPSI);
XMP Specification part 2, `xmp:Thumbnails`.
"""

import base64
import binascii
import io
import re
from pathlib import Path

from PIL import Image

from compute.engine.metafile import bitmap_in
from compute.engine.pillow_raster import HeldPicture, PillowPicture, Wrap
from compute.engine.raster import Picture
from compute.errors import SourceCorrupt, SourceFormatUnsupported, SourceUnsupported

_BINARY = b"\xc5\xd0\xd3\xc6"
_READ = 64 * 1024 * 1024  # bytes in which a preview is looked for
_EPSI = re.compile(
    rb"%%BeginPreview:[ \t]*(\d{1,6})[ \t]+(\d{1,6})[ \t]+([1248])[ \t]+\d+[^\r\n]*(.*?)%%EndPreview", re.S
)
_THUMBNAIL = re.compile(rb"<(?:xmpGImg|xapGImg):image>([^<]{1,16777216})</")
_NOT_HEX = re.compile(rb"[^0-9a-fA-F]+")
_CHARACTER_REFERENCE = re.compile(rb"&#x?[0-9a-fA-F]+;|\s+")


def embedded_preview(path: Path, wrap: Wrap, max_pixels: int) -> Picture:
    """TIFF or metafile of the binary header, else EPSI, else the thumbnail in the XMP packet.

    Raises SourceFormatUnsupported when there is none.
    """
    with path.open("rb") as file:
        content = file.read(_READ)
    if content.startswith(_BINARY):
        if tiff := _section(content, 20):
            return PillowPicture(io.BytesIO(tiff), wrap, ("TIFF",))
        if metafile := _section(content, 12):
            return PillowPicture(io.BytesIO(bitmap_in(metafile)), wrap, ("DIB",))
    if match := _epsi_match(content):
        return HeldPicture(_epsi(match, max_pixels), wrap)
    if match := _THUMBNAIL.search(content):
        return PillowPicture(io.BytesIO(_thumbnail(match[1])), wrap, ("JPEG",))
    raise SourceFormatUnsupported("the EPS has no preview in it, and running its PostScript is not safe")


def _epsi_match(content: bytes) -> re.Match[bytes] | None:
    """The first preview; looked for once, however many begin and never end."""
    begin = content.find(b"%%BeginPreview:")
    return _EPSI.match(content, begin) if begin >= 0 and b"%%EndPreview" in content else None


def _section(content: bytes, at: int) -> bytes:
    """Offset and length stand in the binary header."""
    begin, length = (int.from_bytes(content[at + field : at + field + 4], "little") for field in (0, 4))
    return content[begin : begin + length]


def _epsi(match: re.Match[bytes], max_pixels: int) -> Image.Image:
    """Rows from the top, each filled up to whole bytes; 0 is white."""
    width, height, depth = (int(match[group]) for group in (1, 2, 3))
    if width * height > max_pixels:
        raise SourceUnsupported(f"the preview has {width}×{height} pixels; the limit is {max_pixels}")
    stride = (width * depth + 7) // 8
    digits = _NOT_HEX.sub(b"", match[4])
    if not width or not height or len(digits) < stride * height * 2:
        raise SourceCorrupt("the preview of the EPS is cut off")
    rows = binascii.unhexlify(digits[: stride * height * 2])
    inks = Image.frombytes("L", (width, height), _unpacked(rows, stride, width, depth))
    return inks.point([255 - level * 255 // (2**depth - 1) if level < 2**depth else 0 for level in range(256)])


def _unpacked(rows: bytes, stride: int, width: int, depth: int) -> bytes:
    """One byte a sample."""
    if depth == 8:
        return rows
    shifts = range(8 - depth, -1, -depth)
    samples = [bytes(byte >> shift & 2**depth - 1 for shift in shifts) for byte in range(256)]
    lines = (rows[at : at + stride] for at in range(0, len(rows), stride))
    return b"".join(b"".join(samples[byte] for byte in line)[:width] for line in lines)


def _thumbnail(text: bytes) -> bytes:
    try:
        return base64.b64decode(_CHARACTER_REFERENCE.sub(b"", text), validate=True)
    except (binascii.Error, ValueError) as err:
        raise SourceCorrupt("the thumbnail in the XMP packet is no base64") from err
