"""XMP write-back: the source itself with a new packet, its pixels untouched. JPEG and PNG; others are re-encoded."""

import binascii
from collections.abc import Callable
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from compute.engine.instructions import Instructions
from compute.engine.rendition import Rendition
from compute.engine.source import Source
from compute.errors import GenericError, SourceCorrupt

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_JPEG_SEGMENT_MAXIMUM = 65535 - 2
_PNG_KEYWORD = b"XML:com.adobe.xmp\0"
_WRAPPER = (b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', b'\n<?xpacket end="w"?>')


def checked_packet(xmp: bytes) -> bytes:
    """The packet in its wrapper. Raises GenericError when it is no XML."""
    body = xmp[xmp.find(b"<") :] if b"<" in xmp else b""
    try:
        fromstring(xmp.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as err:
        raise GenericError(f"xmp is no well-formed XML: {err}") from err
    if body.startswith(b"<?xpacket"):
        return xmp
    if body.startswith(b"<?xml"):
        body = body[body.find(b"?>") + 2 :].lstrip()
    return _WRAPPER[0] + body + _WRAPPER[1]


def lossless(source: Source, wanted: Instructions) -> bool:
    """Whether nothing but the packet is to change."""
    same = source.format is not None and _WRITERS.get(source.format.name, ("", None))[0] == wanted.fmt
    changes = (
        wanted.width, wanted.height, wanted.max_width, wanted.max_height, wanted.quality, wanted.jpeg_size,
        wanted.compression_level, wanted.dpi, wanted.convert_to_dpi, wanted.crop, wanted.watermark, wanted.background,
    )  # fmt: skip
    return same and not any(changes) and not wanted.interlace and not wanted.smart_crop


def rendition(source: Source, xmp: bytes, width: int, height: int) -> Rendition:
    """The source with the packet in place of its own. Raises SourceCorrupt, GenericError."""
    assert source.format
    write = _WRITERS[source.format.name][1]
    content = write(source.path.read_bytes(), checked_packet(xmp))
    return Rendition(content, source.format.mimetype, None, width, height)


def _into_jpeg(jpeg: bytes, packet: bytes) -> bytes:
    """After the JFIF and EXIF segments, where readers look for it."""
    segment = _JPEG_XMP + packet
    if len(segment) > _JPEG_SEGMENT_MAXIMUM:
        raise GenericError(f"xmp has {len(packet)} bytes, more than a JPEG segment holds")
    head: list[bytes] = []
    rest: list[bytes] = []
    at = 2
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1 : at + 2] not in {b"\xda", b""}:
        size = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if size < 2:
            raise SourceCorrupt("the JPEG has a broken segment")
        marker, body = jpeg[at + 1], jpeg[at + 4 : at + 2 + size]
        whole = jpeg[at : at + 2 + size]
        at += 2 + size
        if marker == 0xE1 and body.startswith((_JPEG_XMP, _JPEG_XMP_EXTENSION)):
            continue
        early = marker == 0xE0 or (marker == 0xE1 and body.startswith(b"Exif\0"))
        (head if early and not rest else rest).append(whole)
    new = b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment
    return b"".join([jpeg[:2], *head, new, *rest, jpeg[at:]])


def _into_png(png: bytes, packet: bytes) -> bytes:
    parts = [png[:8]]
    at = 8
    while at + 8 <= len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        chunk = png[at : at + 12 + length]
        at += 12 + length
        if kind == b"iTXt" and chunk[8:].startswith(_PNG_KEYWORD):
            continue
        parts.append(chunk)
        if kind == b"IHDR":
            parts.append(_png_text(packet))
    return b"".join(parts)


def _png_text(packet: bytes) -> bytes:
    body = b"iTXt" + _PNG_KEYWORD + b"\0\0\0\0" + packet
    return (len(body) - 4).to_bytes(4, "big") + body + binascii.crc32(body).to_bytes(4, "big")


_WRITERS: dict[str, tuple[str, Callable[[bytes, bytes], bytes]]] = {
    "JPEG": ("jpeg", _into_jpeg),
    "PNG": ("png", _into_png),
}
