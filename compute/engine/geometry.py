"""Sizes and boxes of pictures; pure. All lengths are pixels, x to the right and y down."""

import math
from typing import NamedTuple

SHRINK_MARGIN = 1.25


class Size(NamedTuple):
    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def transposed(self) -> "Size":
        return Size(self.height, self.width)

    def covers(self, other: "Size") -> bool:
        return self.width >= other.width and self.height >= other.height

    def scaled(self, x_factor: float, y_factor: float) -> "Size":
        return Size(_at_least_one(self.width * x_factor), _at_least_one(self.height * y_factor))

    def fitted(self, width: float | None, height: float | None, enlarge: bool = False) -> "Size":
        """The largest size of the same shape inside the bounds; a bound of None is open. Grows only with `enlarge`."""
        factors = [bound / own for bound, own in ((width, self.width), (height, self.height)) if bound]
        factor = min(factors, default=1.0)
        if factor >= 1.0 and not enlarge:
            return self
        return self.scaled(factor, factor)


class Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    def clipped(self, size: Size) -> "Box | None":
        """The part of the box that lies inside a picture; None when nothing does."""
        left, top = max(0, self.x), max(0, self.y)
        right = min(size.width, self.x + self.width)
        bottom = min(size.height, self.y + self.height)
        return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None

    def stored(self, orientation: int, upright: Size) -> "Box":
        """The same box before the EXIF orientation is applied; `upright` is the size after it."""
        x, y, w, h = self
        across, down = upright.width - x - w, upright.height - y - h
        left, top = {
            1: (x, y),
            2: (across, y),
            3: (across, down),
            4: (x, down),
            5: (y, x),
            6: (y, across),
            7: (down, across),
            8: (down, x),
        }[orientation]
        return Box(left, top, h, w) if orientation >= 5 else Box(left, top, w, h)


def upright(size: Size, orientation: int) -> Size:
    """The size after an EXIF orientation (1–8) is applied."""
    return size.transposed if orientation >= 5 else size


def shrink_factor(source: Box, target: Size, factors: tuple[int, ...] = (8, 4, 2)) -> int:
    """The largest factor by which a decoder may shrink and still give enough for `target` out of `source`.

    Enough is a quarter more than the target: what a decoder shrinks itself is softer than what a filter makes of more.
    A box whose edges fall between the shrunk pixels asks for a smaller factor, so that a crop stays exact.
    """
    enough = target.scaled(SHRINK_MARGIN, SHRINK_MARGIN)
    for factor in factors:
        aligned = all(edge % factor == 0 for edge in (source.x, source.y))
        if aligned and Size(source.width // factor, source.height // factor).covers(enough):
            return factor
    return 1


def _at_least_one(length: float) -> int:
    return max(1, math.floor(length + 0.5))
