"""JPEG 2000 by Pillow, which leaves out the embedded profile and overflows in colours of more than 8 bits: those come
from FFmpeg.

Source: ISO/IEC 15444-1, annexes A (codestream) and I (JP2 boxes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from compute.engine.geometry import Box, Size
from compute.engine.pillow_raster import PillowPicture, Wrap, in_eight_bits, reading

PROFILE_MAXIMUM = 16 * 1024 * 1024
_CODESTREAM = b"\xff\x4f\xff\x51"  # its start, and the SIZ segment
_CONTAINERS = frozenset((b"jp2h",))
_RESTRICTED, _ANY = 2, 3  # methods of a colour box that carries a profile


@dataclass(frozen=True)
class _Header:
    profile: bytes | None
    components: int
    bits: int


class Jpeg2000Picture(PillowPicture):
    def __init__(self, path: Path, wrap: Wrap, formats: tuple[str, ...]) -> None:
        super().__init__(path, wrap, formats)
        self._path = path
        with reading():
            self._header = _read_header(path)

    def _decoded(self, box: Box, size: Size) -> Image.Image:
        image = self._by_ffmpeg() if self._header.bits > 8 and self._header.components > 2 else self._by_pillow()
        if self._header.profile:
            image.info["icc_profile"] = self._header.profile
        if box.size != Size(*image.size):
            image = image.crop((box.x, box.y, box.x + box.width, box.y + box.height))
        return in_eight_bits(image)

    def _by_pillow(self) -> Image.Image:
        with Image.open(self._path, formats=self._formats) as image:
            image.load()
            return image

    def _by_ffmpeg(self) -> Image.Image:
        from compute.engine.video import still

        return still(self._path, "j2k_pipe", self._stored, alpha=self._header.components > 3)


def _read_header(path: Path) -> _Header:
    """Of the boxes before the codestream, and of its first segment."""
    profile = None
    with path.open("rb") as file:
        content = file.read(PROFILE_MAXIMUM)
    begin = content.find(_CODESTREAM)
    for kind, body in _boxes(content[:begin] if begin > 0 else b""):
        if kind == b"colr" and body[:1] and body[0] in {_RESTRICTED, _ANY}:
            profile = profile or body[3:]
    siz = content[begin:] if begin >= 0 else b""
    components = int.from_bytes(siz[40:42], "big")
    return _Header(
        profile, components, max(((depth & 0x7F) + 1 for depth in siz[42 : 42 + components * 3 : 3]), default=8)
    )


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        length, kind, head = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        if length == 0:
            length = len(content) - at
        if length < head:
            return
        body = content[at + head : at + length]
        if kind in _CONTAINERS:
            yield from _boxes(body)
        yield kind, body
        at += length
