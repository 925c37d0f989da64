"""The text of Word, PowerPoint and Excel documents of the years 1997 to 2003.

Sources: MS-DOC (2.4.1 piece table), MS-PPT (2.3 records), MS-XLS (2.4 records, 2.5.293 strings).
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compute.engine.compound import opened, read_stream
from compute.errors import RenditionFormatUnsupported, SourceCorrupt, SourceUnsupported

_PASSWORD = "the document is protected by a password"


def word_text(path: Path) -> str:
    """Body and footnotes; field codes left out, cells of tables with tabs between."""
    with opened(path) as compound:
        main = read_stream(compound, "WordDocument")
        if len(main) < 0x1AA or _number(main, 2, 2) < 105:  # nFib of Word 97: 193; of Word 95: 104
            raise RenditionFormatUnsupported("the document was saved by Word 95 or before")
        flags = _number(main, 0x0A, 2)
        if flags & 0x0100:
            raise SourceUnsupported(_PASSWORD)
        table = read_stream(compound, "1Table" if flags & 0x0200 else "0Table")
    begin, length = _number(main, 0x1A2), _number(main, 0x1A6)
    wanted = _number(main, 0x4C) + _number(main, 0x50)  # characters of the body, of the footnotes
    return _without_fields("".join(_pieces(main, table[begin : begin + length]))[:wanted])


def _pieces(main: bytes, clx: bytes) -> Iterator[str]:
    """The piece table says where in the stream the text lies, and in which of two encodings."""
    at = 0
    while clx[at : at + 1] == b"\x01":  # formatting
        at += 3 + _number(clx, at + 1, 2)
    if clx[at : at + 1] != b"\x02":
        raise SourceCorrupt("the Word document has no piece table")
    size = _number(clx, at + 1)
    pieces = clx[at + 5 : at + 5 + size]
    count = (len(pieces) - 4) // 12
    for index in range(count):
        first, last = (_number(pieces, (index + step) * 4) for step in (0, 1))
        where = _number(pieces, (count + 1) * 4 + index * 8 + 2)
        if where & 0x40000000:
            begin = (where & 0x3FFFFFFF) // 2
            yield main[begin : begin + max(0, last - first)].decode("cp1252", "replace")
        else:
            yield main[where : where + max(0, last - first) * 2].decode("utf-16-le", "replace")


def _without_fields(text: str) -> str:
    """Of a field (begin, code, separator, result, end) the result alone; marks of the layout as white space."""
    parts: list[str] = []
    in_code: list[bool] = []  # of each open field
    for part in re.split("([\x13\x14\x15])", text):
        if part == "\x13":
            in_code.append(True)
        elif part == "\x14":
            in_code[-1:] = [False]
        elif part == "\x15":
            del in_code[-1:]
        elif not any(in_code):
            parts.append(part)
    marks = {"\r": "\n", "\x0b": "\n", "\x0c": "\n\f", "\x07": "\t", "\x1e": "-", "\x1f": None}
    return "".join(parts).translate(str.maketrans({**dict.fromkeys(map(chr, (1, 2, 3, 4, 5, 8)), None), **marks}))


_MASTERS = frozenset((0x03F8, 0x0FC9))  # of slides and handouts: "Click to edit …"
_SLIDE_LIST, _NOTES, _NOTES_HEAD = 0x0FF0, 0x03F0, 0x03F1


def slides_text(path: Path) -> str:
    with opened(path) as compound:
        content = read_stream(compound, "PowerPoint Document")
        protected = compound.exists("EncryptedSummary")
    lines: list[str] = []
    at = 0
    while at + 8 <= len(content):
        version, kind, length = struct.unpack_from("<HHI", content, at)
        if kind == 0x2F14 or protected:
            raise SourceUnsupported(_PASSWORD)
        of_masters = kind in _MASTERS or (kind == _SLIDE_LIST and version >> 4 == 1) or _is_notes_master(content, at)
        if version & 0xF == 0xF and not of_masters:
            at += 8  # what is inside follows
            continue
        body = content[at + 8 : at + 8 + length]
        if kind == 0x0FA0:
            lines.append(body.decode("utf-16-le", "replace"))
        elif kind == 0x0FA8:
            lines.append(body.decode("latin-1"))
        at += 8 + length
    return "\n".join(line.replace("\r", "\n").replace("\x0b", "\n").rstrip("\0") for line in lines)


def _is_notes_master(content: bytes, at: int) -> bool:
    """Notes that belong to no slide."""
    if _number(content, at + 2, 2) != _NOTES or _number(content, at + 10, 2) != _NOTES_HEAD:
        return False
    return _number(content, at + 16) == 0


_CONTINUE, _END = 0x003C, 0x000A


def sheets_text(path: Path) -> str:
    """One line a row, the cells with tabs between; numbers as stored."""
    with opened(path) as compound:
        content = read_stream(compound, "Workbook" if compound.exists("Workbook") else "Book")
    return "\n".join(_Sheets(content).lines())


class _Sheets:
    """One pass over the records of a workbook."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._shared: list[str] = []
        self._wide = True  # BIFF 8, of Excel 97: texts may be UTF-16
        self._row = -1
        self._cells: list[str] = []

    def lines(self) -> Iterator[str]:
        for kind, parts in self._records():
            body = parts[0]
            if kind == 0x0809:
                self._wide = _number(body, 0, 2) >= 0x0600
            elif kind == 0x002F:
                raise SourceUnsupported(_PASSWORD)
            elif kind == 0x00FC:
                self._shared = list(_SharedStrings(parts).read())
            elif kind in _CELLS:
                if (row := _number(body, 0, 2)) != self._row:
                    yield from self._ended_row()
                    self._row = row
                self._cells += _CELLS[kind](self, body)
            elif kind == 0x0207 and self._cells:  # the text that the formula before gave
                self._cells[-1] = self._string(body, 0)
            elif kind == _END:
                yield from self._ended_row()

    def _ended_row(self) -> Iterator[str]:
        if any(self._cells):
            yield "\t".join(self._cells)
        self._row, self._cells = -1, []

    def _records(self) -> Iterator[tuple[int, list[bytes]]]:
        """Number and body of each record, and the bodies that continue it."""
        at, kind, parts = 0, 0, [b""]
        while at + 4 <= len(self._content):
            number, length = struct.unpack_from("<HH", self._content, at)
            body = self._content[at + 4 : at + 4 + length]
            at += 4 + length
            if number == _CONTINUE:
                parts.append(body)
                continue
            yield kind, parts
            kind, parts = number, [body]
        yield kind, parts

    def shared(self, body: bytes) -> list[str]:
        index = _number(body, 6)
        return [self._shared[index] if index < len(self._shared) else ""]

    def label(self, body: bytes) -> list[str]:
        return [self._string(body, 6)]

    def _string(self, body: bytes, at: int) -> str:
        count = _number(body, at, 2)
        if not self._wide:
            return body[at + 2 : at + 2 + count].decode("cp1252", "replace")
        if body[at + 2 : at + 3] and body[at + 2] & 1:
            return body[at + 3 : at + 3 + count * 2].decode("utf-16-le", "replace")
        return body[at + 3 : at + 3 + count].decode("latin-1")

    def number(self, body: bytes) -> list[str]:
        """A cell with a number, or the result of a formula: a number, unless its last two bytes are ones."""
        return [_shown(struct.unpack_from("<d", body, 6)[0]) if body[12:14] != b"\xff\xff" else ""]

    def packed(self, body: bytes) -> list[str]:
        return [_unpacked(_number(body, 6))]

    def many_packed(self, body: bytes) -> list[str]:
        return [_unpacked(_number(body, at + 2)) for at in range(4, len(body) - 2, 6)]


_CELLS: dict[int, Any] = {
    0x00FD: _Sheets.shared,
    0x0204: _Sheets.label,
    0x0203: _Sheets.number,
    0x0006: _Sheets.number,
    0x027E: _Sheets.packed,
    0x00BD: _Sheets.many_packed,
}


class _SharedStrings:
    """The texts of all cells. One that runs over the end of a record says its encoding anew in the next."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._part = 0
        self._at = 8

    def read(self) -> Iterator[str]:
        for _ in range(min(_number(self._parts[0], 4), sum(map(len, self._parts)))):
            if self._is_at_end():
                return
            yield self._string()

    def _string(self) -> str:
        count, flags = struct.unpack("<HB", self._take(3))
        runs = _number(self._take(2), 0, 2) if flags & 8 else 0
        extra = _number(self._take(4), 0) if flags & 4 else 0
        text = self._characters(count, bool(flags & 1))
        self._take(runs * 4 + extra)
        return text

    def _characters(self, count: int, wide: bool) -> str:
        pieces: list[str] = []
        while count > 0:
            left = self._parts[self._part][self._at :]
            size = min(count * 2, len(left) // 2 * 2) if wide else min(count, len(left))
            if size:
                pieces.append(left[:size].decode("utf-16-le" if wide else "latin-1", "replace"))
                self._at += size
                count -= size // 2 if wide else size
            elif self._part + 1 < len(self._parts):
                self._part, self._at = self._part + 1, 1
                wide = self._parts[self._part][:1] in {b"\x01", b"\x05", b"\x09", b"\x0d"}
            else:
                break
        return "".join(pieces)

    def _take(self, length: int) -> bytes:
        taken = b""
        while length > len(taken) and not self._is_at_end():
            piece = self._parts[self._part][self._at : self._at + length - len(taken)]
            self._at += len(piece)
            taken += piece
        return taken.ljust(min(length, 8), b"\0")

    def _is_at_end(self) -> bool:
        while self._at >= len(self._parts[self._part]):
            if self._part + 1 >= len(self._parts):
                return True
            self._part, self._at = self._part + 1, 0
        return False


def _unpacked(packed: int) -> str:
    """A whole number, or the upper half of a floating one; either may be in hundredths."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", bytes(4) + (packed & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    return _shown(value / 100 if packed & 1 else value)


def _shown(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _number(content: bytes, at: int, length: int = 4) -> int:
    return int.from_bytes(content[at : at + length], "little")
