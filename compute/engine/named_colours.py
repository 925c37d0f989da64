"""Colours that a file names by numbers instead of a profile, as a profile: gAMA, cHRM and cICP of PNG, nclx of AVIF and
HEIC.

Sources: PNG (third edition) 11.3.2, ITU-T H.273 tables 2 and 3.
"""

import re
import struct
from pathlib import Path
from typing import Any

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
_HIGH_RANGE = {16: "PQ", 18: "HLG"}
_SRGB_GAMMA, _ABOUT = 0.45455, 0.01
_PARTS_MAXIMUM = 1000  # before the pixels
_META_MAXIMUM = 4 * 1024 * 1024
_CHUNK_MAXIMUM = 64
_PNG_NAMES = frozenset((b"IHDR", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"))
_GREY = frozenset((0, 4))  # types of PNG


def profile_of(path: Path, format_name: str) -> bytes | None:
    """None when the file has a profile, says sRGB or nothing, or means what is not known here."""
    try:
        with path.open("rb") as file:
            return _of_png(file) if format_name == "PNG" else _of_boxes(file)
    except (struct.error, ArithmeticError, IndexError, ValueError):
        return None  # numbers that make no sense


def _of_png(file: Any) -> bytes | None:
    found: dict[bytes, bytes] = {}
    file.seek(8)
    for _ in range(_PARTS_MAXIMUM):
        head = file.read(8)
        if len(head) < 8 or head[4:] in {b"IDAT", b"IEND"}:
            break
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
    return _made(chromaticities, 1 / gamma, grey)


def _of_boxes(file: Any) -> bytes | None:
    for _ in range(_PARTS_MAXIMUM):
        length, kind = struct.unpack(">I4s", file.read(8))
        if length < 8:
            return None
        if kind == b"meta":
            meta = file.read(min(length - 8, _META_MAXIMUM))
            named = re.search(rb"colrnclx(..)(..)", meta, re.DOTALL)
            if named is None or b"colrprof" in meta or b"colrrICC" in meta:
                return None
            return _by_numbers(int.from_bytes(named[1], "big"), int.from_bytes(named[2], "big"), grey=False)
        file.seek(length - 8, 1)
    return None


def _by_numbers(primaries: int, transfer: int, grey: bool) -> bytes | None:
    """As H.273 counts them."""
    curve = "sRGB" if transfer in _LIKE_SRGB else _EXPONENTS.get(transfer) or _HIGH_RANGE.get(transfer)
    if curve is None or primaries not in _PRIMARIES or (curve == "sRGB" and (primaries == 1 or grey)):
        return None
    return _made(_PRIMARIES[primaries], curve, grey)


def _made(chromaticities: Chromaticities, curve: float | str, grey: bool) -> bytes:
    from compute.engine.screen_profile import screen_profile  # which few files need, and brings numpy

    return screen_profile(chromaticities, curve, grey)
