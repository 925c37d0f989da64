"""Structural similarity of two pictures' luma (Wang et al. 2004: Gaussian window of 11, sigma 1.5)."""

import numpy
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[numpy.float32]

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_STEPS = numpy.arange(-5, 6, dtype=numpy.float32)
_WINDOW = numpy.exp(-(_STEPS**2) / (2 * 1.5**2))
_WINDOW /= _WINDOW.sum()


def reference(picture: Image.Image, size: tuple[int, int]) -> Floats:
    """The luma of a picture scaled in floating point by Lanczos: what nobody's shortcuts have touched."""
    bands = [band.convert("F").resize(size, Image.Resampling.LANCZOS) for band in picture.convert("RGB").split()]
    return _luma(*(numpy.asarray(band, dtype=numpy.float32) for band in bands))


def luma(picture: Image.Image) -> Floats:
    return _luma(*(numpy.asarray(band, dtype=numpy.float32) for band in picture.convert("RGB").split()))


def ssim(one: Floats, other: Floats) -> float:
    """The mean over all windows; 1 for equal pictures."""
    mean_one, mean_other = _filtered(one), _filtered(other)
    variance_one = _filtered(one * one) - mean_one**2
    variance_other = _filtered(other * other) - mean_other**2
    covariance = _filtered(one * other) - mean_one * mean_other
    upper = (2 * mean_one * mean_other + _C1) * (2 * covariance + _C2)
    lower = (mean_one**2 + mean_other**2 + _C1) * (variance_one + variance_other + _C2)
    return float((upper / lower).mean())


def _luma(red: Floats, green: Floats, blue: Floats) -> Floats:
    weighted: Floats = 0.299 * red + 0.587 * green + 0.114 * blue
    return weighted


def _filtered(values: Floats) -> Floats:
    for axis in (0, 1):
        count = values.shape[axis] - len(_WINDOW) + 1
        total = numpy.zeros((count, values.shape[1]) if axis == 0 else (values.shape[0], count), dtype=values.dtype)
        for at, weight in enumerate(_WINDOW):
            total += weight * (values[at : at + count] if axis == 0 else values[:, at : at + count])
        values = total
    return values
