"""The small interface between the pipeline and whoever holds pixels.

A `Picture` is a source that is open but not decoded; it gives a `Raster`: upright pixels, 8 bits, sRGB or grey, with or
without alpha. `vips_raster` and `pillow_raster` implement it; which one, the setting `RENDER_ENGINE` says and whether
pyvips is installed.
"""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from compute.engine.geometry import Box, Size
from compute.engine.instructions import Colour, Density

WHITE: Colour = (255, 255, 255)
HIGHEST_DENSITY = 30_000.0  # pixels per inch; what files say beyond is damage
USUAL_DENSITY = Density(72, 72)  # of a source that names none
_A_PIXEL_A_METRE = 0.0254
SVG_WIDTH = 400  # pixels of an SVG when no size is asked for, as in AEM
DEFAULT_QUALITY = {"jpeg": 85, "webp": 80, "avif": 60}


@dataclass(frozen=True)
class Encoding:
    """How a raster becomes a file. `fmt`: png, jpeg, gif, webp, tiff or avif."""

    fmt: str
    quality: int | None = None
    compression_level: int | None = None
    interlace: bool = False
    jpeg_size: int | None = None
    density: Density | None = None
    xmp: bytes | None = None

    @property
    def effective_quality(self) -> int:
        return self.quality or DEFAULT_QUALITY.get(self.fmt, 85)


class Raster(Protocol):
    """Pixels in memory; immutable, every method gives a new one."""

    @property
    def size(self) -> Size: ...

    @property
    def has_alpha(self) -> bool: ...

    def cropped(self, box: Box) -> "Raster": ...

    def scaled(self, size: Size) -> "Raster": ...

    def oriented(self, orientation: int) -> "Raster":
        """EXIF orientation 1–8 applied."""
        ...

    def in_srgb(self) -> "Raster":
        """Colours converted from the profile that came with the pixels; the profile is gone after."""
        ...

    def flattened(self, background: Colour) -> "Raster": ...

    def stamped(self, overlay: Image.Image, x: int, y: int) -> "Raster":
        """With an RGBA image laid over at a point."""
        ...

    def rgb_bytes(self) -> bytes:
        """width × height × 3 bytes, row by row, on white."""
        ...

    def encoded(self, encoding: Encoding) -> bytes: ...


class Picture(Protocol):
    """An open source. `size` is upright; `scalable` ones (SVG, PDF) have no pixels of their own to run out of."""

    @property
    def size(self) -> Size: ...

    @property
    def scalable(self) -> bool: ...

    @property
    def density(self) -> Density | None: ...

    @property
    def paper(self) -> Colour | None:
        """What the picture lies on when nothing else is asked for; None keeps it transparent where the format can."""
        ...

    def raster(self, box: Box, size: Size) -> Raster:
        """A part of the picture at a size. Raises SourceCorrupt when the file turns out to be damaged."""
        ...


def whole_where_meant(density: float) -> float:
    """Pixels per inch of a file that may count pixels a metre, which puts a whole number a little off."""
    whole = round(density)
    return float(whole) if abs(density - whole) <= _A_PIXEL_A_METRE else round(density, 2)


def within_size(limit: int, encode_at: "EncodeAt", highest: int = 95) -> bytes:
    """The best quality whose file has at most `limit` bytes, by bisection; quality 1 when none has."""
    best = encode_at(1)
    lowest = 2
    while lowest <= highest:
        quality = (lowest + highest) // 2
        content = encode_at(quality)
        if len(content) <= limit:
            best, lowest = content, quality + 1
        else:
            highest = quality - 1
    return best


class EncodeAt(Protocol):
    def __call__(self, quality: int, /) -> bytes: ...
