"""JPEG files that lack nothing but their end marker, as interrupted writers leave them: every viewer shows those.

Source: ITU-T T.81, annexes B (markers) and G (progressive scans).
"""

import hashlib
import io
import itertools
import re
import warnings
from pathlib import Path

from PIL import Image

_END = b"\xff\xd9"
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_SCAN, _EOI, _COEFFICIENTS = 0xDA, 0xD9, 64
_ROWS = 64


def with_its_end(path: Path) -> bytes | None:
    """The file with the marker that it lacks; None when it lacks more, or nothing.

    Whether the last scan is whole, only decoding it tells: then nothing that follows changes a pixel.
    """
    content = path.read_bytes().rstrip(b"\xff")  # half of the marker
    if not _ends_in_its_last_scan(content):
        return None
    try:
        return content + _END if _pixels(content + _tail(b"\x55")) == _pixels(content + _tail(b"\xaa")) else None
    except (OSError, SyntaxError, ValueError):
        return None


def _tail(filling: bytes) -> bytes:
    """Data that a scan can go on with, after a restart marker of any number, too."""
    restarts = (bytes((0xFF, 0xD0 + number)) + filling * 16 for number in range(8))
    return filling * 64 + b"".join(restarts) + _END


def _pixels(content: bytes) -> bytes:
    """A digest of them, by rows: there may be many."""
    digest = hashlib.sha256()
    with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=("JPEG", "MPO")) as image:
        warnings.simplefilter("ignore")
        image.load()
        for top in range(0, image.height, _ROWS):
            digest.update(image.crop((0, top, image.width, min(top + _ROWS, image.height))).tobytes())
    return digest.digest()


def _ends_in_its_last_scan(content: bytes) -> bool:
    at, wanted, seen = 2, set[tuple[int, int]](), set[tuple[int, int]]()
    while marker := _MARKER.match(content, at):
        kind = marker[0][1]
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        body = content[at + 4 : at + 2 + size]
        if kind == _EOI or size < 2 or len(body) < size - 2:
            return False
        at += 2 + size
        if kind in _FRAMES:
            wanted = _all_coefficients(body, kind in _PROGRESSIVE)
        elif kind == _SCAN:
            seen |= _finished_by(body) & wanted
            following = _MARKER.search(content, at)
            if following is None:
                return seen == wanted
            at = following.start()
        while content[at : at + 2] == b"\xff\xff":
            at += 1
    return False


def _all_coefficients(frame: bytes, progressive: bool) -> set[tuple[int, int]]:
    """What scans have to bring: of a sequential picture, each component at once."""
    components = frame[6 : 6 + frame[5] * 3 : 3] if len(frame) > 5 else b""
    return set(itertools.product(components, range(_COEFFICIENTS) if progressive else (0,)))


def _finished_by(scan: bytes) -> set[tuple[int, int]]:
    """The coefficients of which a scan brings the last bit."""
    count = scan[0] if scan else 0
    if len(scan) < 4 + 2 * count or scan[3 + 2 * count] & 0x0F:
        return set()
    first, last = scan[1 + 2 * count], scan[2 + 2 * count]
    return set(itertools.product(scan[1 : 1 + 2 * count : 2], range(first, last + 1)))
