"""Where people look: a saliency map, and the crop of a given shape that keeps most of it.

Colour contrast by frequency-tuned detection (Achanta et al., CVPR 2009: distance of each blurred colour from the mean
colour in CIELAB), joined with edges and skin tones, since detail and people draw the eye too. The distance from what
lies around counts as much, or the ends of a sky or a studio's backdrop that goes from dark to light would draw it.
"""

import functools
from typing import Any

import numpy
from numpy.typing import NDArray

from compute.engine.geometry import Box, Size

ANALYSED = 256  # pixels: the longer side of the raster that is looked at
Floats = NDArray[numpy.floating[Any]]

_TO_XYZ = numpy.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], dtype=numpy.float32
)
_WHITE = numpy.array([0.9505, 1.0, 1.089], dtype=numpy.float32)
_EDGES, _SKIN, _CENTRE = 0.5, 0.4, 0.15
_AROUND = 3 / 16  # of the longer side: how far what lies around a pixel reaches


def pixels(rgb: bytes, size: Size) -> NDArray[numpy.uint8]:
    """height × width × 3 levels."""
    return numpy.frombuffer(rgb, dtype=numpy.uint8).reshape(size.height, size.width, 3)


def saliency(rgb: NDArray[numpy.uint8]) -> Floats:
    """height × width values from 0 (nobody looks) to 1."""
    lab = cielab(rgb)
    blurred = numpy.stack([_blurred(lab[..., channel]) for channel in range(3)], axis=-1)
    from_all = _normal(numpy.linalg.norm(blurred - lab.mean(axis=(0, 1)), axis=-1))
    from_around = _normal(numpy.linalg.norm(blurred - _around(lab), axis=-1))
    total = numpy.sqrt(from_all * from_around)
    total += _EDGES * _normal(_blurred(edges(lab[..., 0]))) + _SKIN * _skin(rgb) * _lit(lab)
    total += _CENTRE * total.mean() * _centre(total.shape[0], total.shape[1])
    return _normal(total)


def best_box(rgb: bytes, analysed: Size, whole: Size, shape: Size) -> Box:
    """The largest box with the shape's proportions inside the whole picture, where it holds most of the saliency."""
    size = shape.fitted(whole.width, whole.height, enlarge=True)
    size = Size(min(size.width, whole.width), min(size.height, whole.height))
    interest = saliency(pixels(rgb, analysed)) ** 2  # a little that stands out beats much that hardly does
    if size.width < whole.width:
        return Box(_offset(interest.sum(axis=0), size.width, whole.width), 0, *size)
    return Box(0, _offset(interest.sum(axis=1), size.height, whole.height), *size)


def _offset(interest: Floats, part: int, whole: int) -> int:
    """Where a window of `part` out of `whole` has the largest sum; what is near its middle counts most."""
    length = max(1, min(len(interest), round(len(interest) * part / whole)))
    window = numpy.hanning(length + 2)[1:-1] + 0.5
    sums = numpy.correlate(interest, window, mode="valid")
    best = float(numpy.flatnonzero(sums >= sums.max() * (1 - 1e-6)).mean())  # the middle one of equals
    room = len(sums) - 1
    return round(best / room * (whole - part)) if room else (whole - part) // 2


def cielab(rgb: NDArray[numpy.uint8]) -> Floats:
    xyz = _linear()[rgb] @ _TO_XYZ.T / _WHITE
    root = numpy.where(xyz > 0.008856, numpy.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return numpy.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(numpy.float32)


@functools.cache
def _linear() -> Floats:
    """sRGB level to linear light."""
    levels = numpy.arange(256, dtype=numpy.float32) / 255
    return numpy.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(numpy.float32)


def edges(lightness: Floats) -> Floats:
    """The absolute Laplacian."""
    padded = numpy.pad(lightness, 1, mode="edge")
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    result: Floats = numpy.abs(around - 4 * lightness)
    return result


def _blurred(channel: Floats) -> Floats:
    """A binomial 5 × 5 filter."""
    for axis in (0, 1):
        padding = [(2, 2) if each == axis else (0, 0) for each in (0, 1)]
        padded = numpy.pad(channel, padding, mode="edge")
        length = channel.shape[axis]
        taps = [numpy.take(padded, range(at, at + length), axis=axis) for at in range(5)]
        channel = (taps[0] + 4 * taps[1] + 6 * taps[2] + 4 * taps[3] + taps[4]) / 16
    return channel


def _around(lab: Floats) -> Floats:
    """The mean colour of a square around each pixel, as far as it lies inside the picture."""
    radius = max(1, round(max(lab.shape[:2]) * _AROUND))
    mean = lab.astype(numpy.float64)
    for axis in (0, 1):
        at = numpy.arange(lab.shape[axis])
        low, high = numpy.maximum(at - radius, 0), numpy.minimum(at + radius + 1, len(at))
        sums = numpy.insert(mean.cumsum(axis=axis), 0, 0, axis=axis)
        mean = (sums.take(high, axis=axis) - sums.take(low, axis=axis)) / numpy.expand_dims(
            high - low, axis=(1 - axis, 2)
        )
    return mean


def _skin(rgb: NDArray[numpy.uint8]) -> Floats:
    """How near the chromaticity is to that of skin, which is much the same for all people."""
    levels = rgb.astype(numpy.float32) + 1
    red, green, _ = numpy.moveaxis(levels / levels.sum(axis=-1, keepdims=True), -1, 0)
    distance = ((red - 0.43) / 0.06) ** 2 + ((green - 0.31) / 0.025) ** 2
    result: Floats = numpy.exp(-distance)
    return result


def _lit(lab: Floats) -> Floats:
    lightness = lab[..., 0]
    return ((lightness > 20) & (lightness < 95)).astype(numpy.float32)


def _centre(height: int, width: int) -> Floats:
    y = numpy.linspace(-1, 1, height, dtype=numpy.float32)[:, None]
    x = numpy.linspace(-1, 1, width, dtype=numpy.float32)[None, :]
    result: Floats = numpy.exp(-(x**2 + y**2))
    return result


def _normal(values: Floats) -> Floats:
    low, high = float(values.min()), float(values.max())
    result: Floats = (values - low) / (high - low) if high > low else numpy.zeros_like(values)
    return result
