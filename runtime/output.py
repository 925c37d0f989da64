"""What a process writes, as lines that belong to the activation under way. Pure."""

import codecs
from collections.abc import Iterator

MAX_LINE = 16_384  # characters; what is longer goes on in the next line


class Lines:
    """Cuts a stream of bytes into lines."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""

    def feed(self, chunk: bytes) -> Iterator[str]:
        *lines, self._rest = (self._rest + self._decoder.decode(chunk)).split("\n")
        for line in lines:
            yield from _pieces(line)
        while len(self._rest) >= MAX_LINE:
            yield self._rest[:MAX_LINE]
            self._rest = self._rest[MAX_LINE:]

    def end(self) -> Iterator[str]:
        """The last line, if nothing ended it."""
        rest, self._rest = self._rest + self._decoder.decode(b"", final=True), ""
        if rest:
            yield from _pieces(rest)


def _pieces(line: str) -> Iterator[str]:
    line = line.removesuffix("\r").replace("\0", "�")  # PostgreSQL keeps no NUL
    for start in range(0, len(line) or 1, MAX_LINE):
        yield line[start : start + MAX_LINE]
