"""Colours that a file names by numbers instead of a profile, as a profile: gAMA, cHRM and cICP of PNG, nclx of AVIF and
HEIC.

Sources: PNG (third edition) 11.3.2, ITU-T H.273 tables 2 and 3, ICC.1:2001-04, ITU-R BT.2100 table 4 and 5.
"""

import functools
import re
import struct
from pathlib import Path
from typing import Any

import numpy

Floats = numpy.ndarray[Any, numpy.dtype[numpy.float64]]
Chromaticities = tuple[float, ...]  # x and y of white, red, green and blue

_D65 = (0.3127, 0.3290)
_SRGB: Chromaticities = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_PRIMARIES: dict[int, Chromaticities] = {
    1: _SRGB,
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
_LIKE_SRGB = frozenset((1, 6, 13, 14, 15))  # what is made for television is meant for the same screens
_EXPONENTS = {4: 2.2, 5: 2.8, 8: 1.0}
_PQ, _HLG = 16, 18
_SRGB_GAMMA, _ABOUT = 0.45455, 0.01
_WHITE_NITS, _HLG_NITS = 203, 1000  # of paper in high dynamic range; of the brightest
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_STEPS = 4096
_META_MAXIMUM = 4 * 1024 * 1024
_CHUNK_MAXIMUM = 64
_PNG_NAMES = frozenset((b"IHDR", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"))
_GREY = frozenset((0, 4))  # types of PNG


def profile_of(path: Path, format_name: str) -> bytes | None:
    """None when the file has a profile, says sRGB or nothing, or means what is not known here."""
    try:
        with path.open("rb") as file:
            return _of_png(file) if format_name == "PNG" else _of_boxes(file)
    except (struct.error, numpy.linalg.LinAlgError, IndexError, ValueError, ZeroDivisionError):
        return None  # numbers that make no sense


def _of_png(file: Any) -> bytes | None:
    found: dict[bytes, bytes] = {}
    file.seek(8)
    while len(head := file.read(8)) == 8 and head[4:] not in {b"IDAT", b"IEND"}:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        body = file.read(min(length, _CHUNK_MAXIMUM)) if kind in _PNG_NAMES else b""
        if kind in _PNG_NAMES:
            found.setdefault(kind, body)
        file.seek(length - len(body) + 4, 1)
    grey = found.get(b"IHDR", b"")[9:10] in {bytes((kind,)) for kind in _GREY}
    if named := found.get(b"cICP"):
        return _by_numbers(named[0], named[1], grey)
    if b"gAMA" not in found or b"iCCP" in found or b"sRGB" in found:
        return None
    gamma = struct.unpack(">I", found[b"gAMA"])[0] / 100_000
    chromaticities = _SRGB
    if len(found.get(b"cHRM", b"")) == 32:
        chromaticities = tuple(value / 100_000 for value in struct.unpack(">8I", found[b"cHRM"]))
    usual = all(abs(one - other) < _ABOUT for one, other in zip(chromaticities, _SRGB, strict=True))
    if (abs(gamma - _SRGB_GAMMA) < _ABOUT and (usual or grey)) or not 0.1 < gamma < 10:
        return None
    return _made(chromaticities, None, 1 / gamma, grey)


def _of_boxes(file: Any) -> bytes | None:
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"meta" and length:
            meta = file.read(min(length - 8, _META_MAXIMUM))
            named = re.search(rb"colrnclx(..)(..)", meta, re.DOTALL)
            if named is None or b"colrprof" in meta or b"colrrICC" in meta:
                return None
            return _by_numbers(int.from_bytes(named[1], "big"), int.from_bytes(named[2], "big"), grey=False)
        if length < 8:
            return None
        file.seek(length - 8, 1)
    return None


def _by_numbers(primaries: int, transfer: int, grey: bool) -> bytes | None:
    """As H.273 counts them."""
    curve = 0 if transfer in _LIKE_SRGB else transfer
    known = curve in {0, _PQ, _HLG, *_EXPONENTS}
    if not known or primaries not in _PRIMARIES or (curve == 0 and (primaries == 1 or grey)):
        return None
    return _made(_PRIMARIES[primaries], curve, _EXPONENTS.get(curve, 0), grey)


@functools.lru_cache(maxsize=16)
def _made(chromaticities: Chromaticities, curve: int | None, exponent: float, grey: bool) -> bytes:
    """A profile of a screen: its primaries, and the light of each level."""
    light = numpy.round(_light(curve, exponent) * 65535).astype(">u2").tobytes()
    table = b"curv\0\0\0\0" + struct.pack(">I", _STEPS) + light
    if grey:
        return _profile(b"GRAY", {b"wtpt": _xyz(_D50), b"kTRC": table})
    columns = _primaries_in_d50(chromaticities).T
    colours = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    return _profile(b"RGB ", {b"wtpt": _xyz(_D50), **colours, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), table)})


def _light(curve: int | None, exponent: float) -> Floats:
    level = numpy.linspace(0, 1, _STEPS)
    if exponent:
        return level**exponent
    if curve == _PQ:
        root = level ** (1 / 78.84375)
        nits = 10_000 * (numpy.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
        return numpy.minimum(nits / _WHITE_NITS, 1)
    if curve == _HLG:
        upper = (numpy.exp((level - 0.55991073) / 0.17883277) + 0.28466892) / 12
        scene = numpy.where(level <= 0.5, level**2 / 3, upper)
        return numpy.minimum(scene**1.2 * _HLG_NITS / _WHITE_NITS, 1)
    return numpy.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def _primaries_in_d50(chromaticities: Chromaticities) -> Floats:
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
