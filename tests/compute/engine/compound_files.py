"""Compound files (OLE 2) made for tests: documents of Word, PowerPoint and Excel of 1997, as small as they can be."""

import struct
from collections.abc import Sequence

_SECTOR = 512
_END_OF_CHAIN, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SMALLEST = 4096  # smaller streams would lie in another stream


def compound(streams: dict[str, bytes]) -> bytes:
    """Streams are filled up with zeros to the length that lies in sectors of its own."""
    filled = {name: content.ljust(_SMALLEST, b"\0") for name, content in streams.items()}
    entries = [_entry("Root Entry", 5, child=1)]
    chains: list[int] = []
    body = b""
    directory_sectors = -(-(len(filled) + 1) * 128 // _SECTOR)
    at = 1 + directory_sectors
    for number, (name, content) in enumerate(filled.items(), 1):
        sectors = -(-len(content) // _SECTOR)
        following = number + 1 if number < len(filled) else _FREE
        entries.append(_entry(name, 2, right=following, start=at, size=len(content)))
        chains += [*range(at + 1, at + sectors), _END_OF_CHAIN]
        body += content.ljust(sectors * _SECTOR, b"\0")
        at += sectors
    table = [_FAT, *range(2, directory_sectors + 1), _END_OF_CHAIN, *chains]
    assert len(table) <= _SECTOR // 4, "one sector of the table is all there is"
    table += [_FREE] * (_SECTOR // 4 - len(table))
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    return _header() + struct.pack("<128I", *table) + directory + body


def _header() -> bytes:
    return struct.pack(
        "<8s16xHHHHH6x9I109I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, _SMALLEST, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0),
        *(0, *[_FREE] * 108),
    )


def _entry(name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int = 0, size: int = 0) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16x4x16xIQ", text, len(text), kind, 1, _FREE, right, child, start if size else _END_OF_CHAIN, size
    )


def word(pieces: Sequence[str | bytes], *, protected: bool = False, more: dict[str, bytes] | None = None) -> bytes:
    """Each piece lies in the stream in its own encoding: a text in UTF-16, bytes as Windows-1252."""
    main = bytearray(0x200)
    lengths = [len(piece) for piece in pieces]
    bounds = [sum(lengths[:count]) for count in range(len(pieces) + 1)]
    descriptors = b""
    for piece in pieces:
        where = len(main)
        main += piece if isinstance(piece, bytes) else piece.encode("utf-16-le")
        where = where * 2 | 0x40000000 if isinstance(piece, bytes) else where
        descriptors += struct.pack("<HIH", 0, where, 0)
    table = struct.pack(f"<{len(bounds)}I", *bounds) + descriptors
    clx = b"\x01" + struct.pack("<H", 3) + b"abc" + b"\x02" + struct.pack("<I", len(table)) + table
    struct.pack_into("<HH", main, 0, 0xA5EC, 193)
    struct.pack_into("<H", main, 0x0A, 0x0200 | (0x0100 if protected else 0))
    struct.pack_into("<I", main, 0x4C, bounds[-1])
    struct.pack_into("<II", main, 0x1A2, 0, len(clx))
    return compound({"WordDocument": bytes(main), "1Table": clx, **(more or {})})


def slides(records: bytes, **more: bytes) -> bytes:
    return compound({"PowerPoint Document": records, **more})


def record(kind: int, body: bytes, *, container: bool = False, instance: int = 0) -> bytes:
    """Of PowerPoint."""
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(body)) + body


def sheet(*records: tuple[int, bytes]) -> bytes:
    """A workbook of BIFF 8 records."""
    beginning = (0x0809, struct.pack("<HH", 0x0600, 5))
    content = b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in (beginning, *records, (0x0A, b"")))
    return compound({"Workbook": content})


def summary(title: bytes, thumbnail: tuple[int, bytes] | None = None) -> bytes:
    """The stream of properties: title, and a thumbnail as clipboard format and data."""
    values = [(2, struct.pack("<II", 30, len(title) + 1) + title + b"\0")]
    if thumbnail:
        data = struct.pack("<iI", -1, thumbnail[0]) + thumbnail[1]
        values.append((17, struct.pack("<II", 71, len(data)) + data))
    offset = 8 + 8 * len(values)
    index, body = b"", b""
    for number, value in values:
        index += struct.pack("<II", number, offset + len(body))
        body += value.ljust(-(-len(value) // 4) * 4, b"\0")
    section = struct.pack("<II", offset + len(body), len(values)) + index + body
    identifier = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
    return struct.pack("<HHI16xI", 0xFFFE, 0, 2, 1) + identifier + struct.pack("<I", 48) + section


def metafile(*records: tuple[int, bytes]) -> bytes:
    """A WMF without the header of files."""
    body = b"".join(struct.pack("<IH", (6 + len(content)) // 2, kind) + content for kind, content in records)
    return struct.pack("<HHHIHIH", 1, 9, 0x0300, 9 + len(body) // 2 + 3, 0, 100, 0) + body + struct.pack("<IH", 3, 0)


def stretched_bitmap(bitmap: bytes) -> tuple[int, bytes]:
    """The record that shows a DIB."""
    return 0x0F43, bytes(22) + bitmap + bytes(len(bitmap) % 2)
