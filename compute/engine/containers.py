"""Segments of JPEG, chunks of PNG and blocks of GIF, put in without touching the pixels; pure."""

import binascii
import hashlib
import re
from collections.abc import Iterable

from compute.engine.instructions import Density
from compute.errors import GenericError, SourceCorrupt

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_JPEG_SEGMENT_MAXIMUM = 65535 - 2
_JPEG_XMP_PORTION = 65_000  # bytes of a packet in each segment of a long one
_WRAPPER = re.compile(rb"\s*<\?xpacket.*?\?>\s*", re.DOTALL)
_REFERENCE = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="%s"/></rdf:RDF></x:xmpmeta>'
    b'\n<?xpacket end="w"?>'
)
_PNG_KEYWORD = b"XML:com.adobe.xmp\0"
_GIF_XMP = b"\x21\xff\x0bXMP DataXMP"
# A reader that does not know XMP takes each byte of the packet for the length of a block, and ends here wherever it is.
_GIF_MAGIC_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
_JFIF_DENSITY_MAXIMUM = 65535


def jpeg_with_density(jpeg: bytes, density: Density | None) -> bytes:
    """A JPEG without a JFIF segment, with one: version 1.02, pixels per inch when they are known."""
    unit, x, y = (1, density.x, density.y) if density else (0, 1, 1)
    lengths = b"".join(min(_JFIF_DENSITY_MAXIMUM, max(1, round(value))).to_bytes(2, "big") for value in (x, y))
    return jpeg[:2] + b"\xff\xe0\x00\x10JFIF\0\x01\x02" + bytes([unit]) + lengths + b"\0\0" + jpeg[2:]


def jpeg_with_packet(jpeg: bytes, packet: bytes) -> bytes:
    """After the JFIF and EXIF segments, where readers look for it."""
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
    new = (b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body for body in _xmp_segments(packet))
    return b"".join([jpeg[:2], *head, *new, *rest, jpeg[at:]])


def _xmp_segments(packet: bytes) -> list[bytes]:
    """One; of a packet that does not fit, a reference to "extended XMP", and that in portions (XMP part 3, 1.1.3.1)."""
    if len(_JPEG_XMP + packet) <= _JPEG_SEGMENT_MAXIMUM:
        return [_JPEG_XMP + packet]
    whole = _WRAPPER.sub(b"", packet)
    digest = hashlib.md5(whole, usedforsecurity=False).hexdigest().upper().encode()
    head = _JPEG_XMP_EXTENSION + digest + len(whole).to_bytes(4, "big")
    starts = range(0, len(whole), _JPEG_XMP_PORTION)
    portions = [head + at.to_bytes(4, "big") + whole[at : at + _JPEG_XMP_PORTION] for at in starts]
    return [_JPEG_XMP + _REFERENCE % digest, *portions]


def extended_packet(segments: Iterable[tuple[str, bytes]], packet: bytes) -> bytes:
    """What `packet` refers to, out of a JPEG's segments with their markers; empty when it is missing or in pieces."""
    start = len(_JPEG_XMP_EXTENSION)
    portions: dict[int, bytes] = {}
    length = 0
    for marker, body in segments:
        if marker == "APP1" and body.startswith(_JPEG_XMP_EXTENSION) and body[start : start + 32] in packet:
            length = int.from_bytes(body[start + 32 : start + 36], "big")
            portions[int.from_bytes(body[start + 36 : start + 40], "big")] = body[start + 40 :]
    whole = b"".join(portions[at] for at in sorted(portions))
    return whole if len(whole) == length else b""


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


def gif_with_packet(gif: bytes, packet: bytes) -> bytes:
    """Before the first block; frames and their times stay."""
    if b"\0" in packet:
        raise GenericError("xmp has a byte 0 in it, which GIF can't hold")
    flags = gif[10:11]
    if not gif.startswith(b"GIF8") or not flags:
        raise SourceCorrupt("the GIF has no header")
    at = 13 + _colours(flags[0])
    parts = [b"GIF89a", gif[6:at], _GIF_XMP, packet, _GIF_MAGIC_TRAILER]
    while at < len(gif) and gif[at] != 0x3B:
        start = at
        is_packet = gif.startswith(_GIF_XMP, at)
        match gif[at]:
            case 0x21:
                at += 2
            case 0x2C:
                at += 11 + _colours(gif[at + 9 : at + 10].ljust(1, b"\0")[0])
            case _:
                raise SourceCorrupt("the GIF has a broken block")
        while at < len(gif) and gif[at]:
            at += 1 + gif[at]
        at += 1
        if not is_packet:
            parts.append(gif[start:at])
    return b"".join([*parts, b"\x3b"])


def _colours(flags: int) -> int:
    """Bytes of the table of colours that belongs to these flags."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
