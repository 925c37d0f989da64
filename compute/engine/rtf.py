"""The text of RTF documents; pure.

Source: Rich Text Format Specification 1.9.1.
"""

import codecs
import re
from collections.abc import Iterator

_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)", re.S)
_BREAKS = {
    "par": "\n",
    "line": "\n",
    "row": "\n",
    "sect": "\n",
    "page": "\n",
    "cell": "\t",
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "“",
    "rdblquote": "”",
}
_SYMBOLS = {b"~": "\u00a0", b"_": "-", b"\n": "\n", b"\r": "\n", b"\\": "\\", b"{": "{", b"}": "}"}
_HIDDEN = frozenset((
    "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "headerl", "headerr", "headerf", "footer",
    "footerl", "footerr", "footerf", "fldinst", "themedata", "datastore", "listtable", "listoverridetable", "rsidtbl",
    "generator", "xmlnstbl", "filetbl", "revtbl", "latentstyles", "bkmkstart", "bkmkend", "annotation",
))  # fmt: skip


def rtf_text(content: bytes) -> str:
    text = "".join(_Reader().read(content))
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Reader:
    """One pass over the tokens; a group ends what was set in it."""

    def __init__(self) -> None:
        self._decoder = _decoder("cp1252")
        self._groups: list[tuple[bool, int]] = []
        self._hidden = False
        self._stand_ins = 1  # characters after one of Unicode, for readers that know no Unicode
        self._skip = 0
        self._begins = False  # right after an opening brace

    def read(self, content: bytes) -> Iterator[str]:
        for match in _TOKEN.finditer(content):
            word, number, code, symbol, brace, text = match.groups()
            if brace:
                self._group(brace)
                continue
            if word:
                yield from self._word(word.decode("ascii"), int(number or 0))
            elif symbol == b"*" and self._begins:
                self._hidden = True
            elif symbol:
                yield _SYMBOLS.get(symbol, "") * (not self._hidden)
            else:
                yield from self._characters(bytes([int(code, 16)]) if code else text)
            self._begins = False

    def _group(self, brace: bytes) -> None:
        self._begins = brace == b"{"
        if self._begins:
            self._groups.append((self._hidden, self._stand_ins))
        elif self._groups:
            self._hidden, self._stand_ins = self._groups.pop()

    def _word(self, word: str, number: int) -> Iterator[str]:
        if word == "ansicpg":
            self._decoder = _decoder(f"cp{number}")
        elif word == "uc":
            self._stand_ins = number
        elif word in _HIDDEN and self._begins:
            self._hidden = True
        elif word == "u":
            self._skip = self._stand_ins
            yield chr(number % 65536) * (not self._hidden)
        elif word in _BREAKS:
            yield _BREAKS[word] * (not self._hidden)

    def _characters(self, content: bytes) -> Iterator[str]:
        skipped = min(self._skip, len(content))
        self._skip -= skipped
        if not self._hidden:
            yield self._decoder.decode(content[skipped:])


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        return codecs.getincrementaldecoder(encoding)("replace")
    except LookupError:
        return codecs.getincrementaldecoder("cp1252")("replace")
