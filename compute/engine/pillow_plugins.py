"""Kinds of files that Pillow does not read, as plugins of it: BMP with channels of any bits, PAM, and PFM in colour.

Sources: BITMAPV5HEADER as Microsoft describes it, and the pages pam(5) and pfm(5) of Netpbm.
"""

import struct
from abc import ABC, abstractmethod
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from PIL import Image, ImageFile

if TYPE_CHECKING:
    import numpy

_METRES_PER_INCH = 0.0254
_HEADER_LINES = 32
_WITH_MASKS = frozenset((3, 6))  # ways of BMP
_USUAL = frozenset(((0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)))  # masks that Pillow knows, unless alpha has one, too
_WHOLE_BYTES = frozenset(0xFF << shift for shift in (0, 8, 16, 24))
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


class _ArrayFile(ImageFile.ImageFile, ABC):
    """Pixels are all read at once, when they are needed."""

    _start = 0
    _unread = True

    @abstractmethod
    def _array(self, content: bytes) -> "numpy.ndarray[Any, Any]":
        """Rows, columns and bands, of what comes behind the header."""

    def load(self) -> Any:
        if self._unread:
            file: IO[bytes] = self.fp  # type: ignore[assignment]
            file.seek(self._start)
            self.im = Image.fromarray(self._array(file.read()), self.mode).im
            self._unread = False
        return super().load()


class MaskedBmp(_ArrayFile):
    format = "MASKED"
    format_description = "BMP with channels of any bits"

    def _open(self) -> None:
        head = self.fp.read(14 + 56)  # type: ignore[union-attr]
        self._start, size, width, height, _, bits, way = struct.unpack_from("<IIiiHHI", head, 10)
        if size < 40 or bits not in {16, 32} or way not in _WITH_MASKS or width <= 0 or not height:
            raise SyntaxError("no channels of any bits")
        self._masks = struct.unpack_from("<4I", head, 54)[: 4 if size >= 56 or way == 6 else 3]
        colours, alpha = self._masks[:3], self._masks[3:] not in {(), (0,)}
        easy = colours in _USUAL and not alpha if bits == 16 else _WHOLE_BYTES.issuperset(colours)
        if easy or not all(colours):
            raise SyntaxError("Pillow's own plugin reads these")
        self._masks = self._masks if alpha else colours
        self._bytes, self._upwards = bits // 8, height > 0
        self._mode, self._size = _MODES[len(self._masks)], (width, abs(height))
        across, down = struct.unpack_from("<ii", head, 38)
        self.info["dpi"] = (across * _METRES_PER_INCH, down * _METRES_PER_INCH)

    def _array(self, content: bytes) -> "numpy.ndarray[Any, Any]":
        import numpy

        width, height = self.size
        row = -(-width * self._bytes // 4) * 4
        words = numpy.frombuffer(content, f"<u{self._bytes}", height * row // self._bytes)
        words = words.reshape(height, -1)[:: -1 if self._upwards else 1, :width]
        channels = [_scaled((words & mask) >> _shift(mask), mask >> _shift(mask)) for mask in self._masks]
        if len(channels) == 4 and not channels[3].any():
            channels[3][:] = 255  # of writers that have no alpha, but room for it
        return numpy.ascontiguousarray(numpy.stack(channels, axis=-1))


class PamFile(_ArrayFile):
    format = "PAM"
    format_description = "Portable arbitrary map"

    def _open(self) -> None:
        fields: dict[bytes, int] = {}
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        for _ in range(_HEADER_LINES):
            words = file.readline(1024).split()
            if words == [b"ENDHDR"]:
                break
            if len(words) == 2 and words[1].isdigit():
                fields[words[0]] = int(words[1])
        self._size = fields[b"WIDTH"], fields[b"HEIGHT"]
        self._highest, self._start = fields[b"MAXVAL"], file.tell()
        self._mode = _MODES[fields[b"DEPTH"]]

    def _array(self, content: bytes) -> "numpy.ndarray[Any, Any]":
        import numpy

        shape = (self.size[1], self.size[0], len(self.getbands()))
        kind = numpy.dtype("u1" if self._highest < 256 else ">u2")
        levels = numpy.frombuffer(content, kind, shape[0] * shape[1] * shape[2]).reshape(shape)
        array = levels.copy() if self._highest == 255 else _scaled(levels, self._highest)
        return array[:, :, 0] if shape[2] == 1 else array


class ColourPfm(_ArrayFile):
    """Light, which is brought to the levels of sRGB; what is brighter than white, is white."""

    format = "COLOUR PFM"
    format_description = "Portable float map in colour"

    def _open(self) -> None:
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        words: list[bytes] = []
        while len(words) < 4 and (line := file.readline(1024)):
            words += line.split()
        self._size, self._mode = (int(words[1]), int(words[2])), "RGB"
        self._order, self._start = "<" if float(words[3]) < 0 else ">", file.tell()

    def _array(self, content: bytes) -> "numpy.ndarray[Any, Any]":
        import numpy

        width, height = self.size
        light = numpy.frombuffer(content, f"{self._order}f4", width * height * 3).reshape(height, width, 3)[::-1]
        light = numpy.nan_to_num(light.astype(numpy.float32), nan=0).clip(0, 1)
        levels = numpy.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
        return numpy.ascontiguousarray((levels * 255 + 0.5).astype(numpy.uint8))


def _shift(mask: int) -> int:
    return (mask & -mask).bit_length() - 1 if mask else 0


def _scaled(levels: "numpy.ndarray[Any, Any]", highest: int) -> "numpy.ndarray[Any, Any]":
    """To eight bits."""
    room = "u4" if highest < 1 << 24 else "u8"
    return ((levels.astype(room) * 255 + highest // 2) // highest).clip(0, 255).astype("u1")


def register() -> None:
    """To be called once."""
    for plugin, sign in ((MaskedBmp, b"BM"), (PamFile, b"P7\n"), (ColourPfm, b"PF")):
        Image.register_open(plugin.format, plugin, partial(_begins, sign))


def _begins(sign: bytes, head: bytes) -> bool:
    return head.startswith(sign)
