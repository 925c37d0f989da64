"""The ICC profile of a screen, made from its primaries and the light of its levels.

Sources: ICC.1:2001-04, IEC 61966-2-1, ITU-R BT.2100 tables 4 and 5.
"""

import functools
import struct
from typing import Any

import numpy

Floats = numpy.ndarray[Any, numpy.dtype[numpy.float64]]
_WHITE_NITS, _HLG_NITS = 203, 1000  # of paper in high dynamic range; of the brightest
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_STEPS = 4096


@functools.lru_cache(maxsize=16)
def screen_profile(chromaticities: tuple[float, ...], curve: float | str, grey: bool) -> bytes:
    """`chromaticities`: x and y of white, red, green and blue. `curve`: an exponent, sRGB, PQ or HLG.

    Raises ValueError, ArithmeticError.
    """
    light = numpy.round(_light(curve) * 65535).astype(">u2").tobytes()
    table = b"curv\0\0\0\0" + struct.pack(">I", _STEPS) + light
    if grey:
        return _profile(b"GRAY", {b"wtpt": _xyz(_D50), b"kTRC": table})
    columns = _primaries_in_d50(chromaticities).T
    colours = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    return _profile(b"RGB ", {b"wtpt": _xyz(_D50), **colours, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), table)})


def _light(curve: float | str) -> Floats:
    """Of each level."""
    level = numpy.linspace(0, 1, _STEPS)
    if not isinstance(curve, str):
        return level**curve
    if curve == "PQ":
        root = level ** (1 / 78.84375)
        nits = 10_000 * (numpy.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
        return numpy.minimum(nits / _WHITE_NITS, 1)
    if curve == "HLG":
        upper = (numpy.exp((level - 0.55991073) / 0.17883277) + 0.28466892) / 12
        scene = numpy.where(level <= 0.5, level**2 / 3, upper)
        return numpy.minimum(scene**1.2 * _HLG_NITS / _WHITE_NITS, 1)
    return numpy.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def _primaries_in_d50(chromaticities: tuple[float, ...]) -> Floats:
    """The columns are red, green and blue, adapted to the white of profiles as Bradford has it."""
    pairs = zip(chromaticities[::2], chromaticities[1::2], strict=True)
    white, *primaries = (numpy.array([x / y, 1, (1 - x - y) / y]) for x, y in pairs)
    matrix = numpy.column_stack(primaries)
    matrix = matrix * numpy.linalg.solve(matrix, white)
    cones = numpy.diag((_BRADFORD @ numpy.array(_D50)) / (_BRADFORD @ white))
    adapted: Floats = numpy.linalg.inv(_BRADFORD) @ cones @ _BRADFORD @ matrix
    return adapted


def _xyz(values: Any) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(colours: bytes, tags: dict[bytes, bytes]) -> bytes:
    bodies = list(dict.fromkeys(tags.values()))
    starts: dict[bytes, int] = {}
    at = 128 + 4 + 12 * len(tags)
    for body in bodies:
        starts[body] = at
        at += len(body) + -len(body) % 4
    index = b"".join(struct.pack(">4sII", name, starts[body], len(body)) for name, body in tags.items())
    white = _xyz(_D50)[8:]
    head = struct.pack(">I4xI4s4s4s12x4s28x12s48x", at, 0x02100000, b"mntr", colours, b"XYZ ", b"acsp", white)
    return head + struct.pack(">I", len(tags)) + index + b"".join(body + bytes(-len(body) % 4) for body in bodies)
