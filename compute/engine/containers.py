"""Segments of JPEG and chunks of PNG, put in without touching the pixels; pure."""

import binascii

from compute.engine.instructions import Density
from compute.errors import GenericError, SourceCorrupt

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_JPEG_SEGMENT_MAXIMUM = 65535 - 2
_PNG_KEYWORD = b"XML:com.adobe.xmp\0"
_JFIF_DENSITY_MAXIMUM = 65535


def jpeg_with_density(jpeg: bytes, density: Density | None) -> bytes:
    """A JPEG without a JFIF segment, with one: version 1.02, pixels per inch when they are known."""
    unit, x, y = (1, density.x, density.y) if density else (0, 1, 1)
    lengths = b"".join(min(_JFIF_DENSITY_MAXIMUM, max(1, round(value))).to_bytes(2, "big") for value in (x, y))
    return jpeg[:2] + b"\xff\xe0\x00\x10JFIF\0\x01\x02" + bytes([unit]) + lengths + b"\0\0" + jpeg[2:]


def jpeg_with_packet(jpeg: bytes, packet: bytes) -> bytes:
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


def png_with_packet(png: bytes, packet: bytes) -> bytes:
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
            parts.append(png_text(packet))
    return b"".join(parts)


def png_text(packet: bytes) -> bytes:
    body = b"iTXt" + _PNG_KEYWORD + b"\0\0\0\0" + packet
    return (len(body) - 4).to_bytes(4, "big") + body + binascii.crc32(body).to_bytes(4, "big")
