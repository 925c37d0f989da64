"""Photoshop files (PSD, PSB): their sections, and the flattened picture that Photoshop saves beside the layers.

It is read here and not by Pillow, which takes spot colours and saved selections for a part of the picture. A file that
was saved without a flattened picture is composed of its layers by psd-tools.

Source: Adobe Photoshop File Formats Specification.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy
from PIL import Image, ImageChops

from compute.engine.geometry import Size
from compute.engine.instructions import Density
from compute.engine.pillow_raster import HeldPicture, Wrap, density, in_eight_bits, in_srgb, reading
from compute.errors import SourceCorrupt, SourceUnsupported

IPTC, EXIF, XMP = 1028, 1058, 1060
_RESOLUTION, _ALPHA_NAMES, _PROFILE, _ALPHA_IDENTIFIERS, _VERSION = 1005, 1006, 1039, 1053, 1057
_INDEXED, _CMYK, _MULTICHANNEL, _LAB = 2, 4, 7, 9
_MODES = {0: "L", 1: "L", _INDEXED: "P", 3: "RGB", _CMYK: "CMYK", 8: "L", _LAB: "LAB"}
_DEPTHS = (1, 8, 16, 32)
_BLOCK_MAXIMUM = 10_000  # of each kind
_RESOURCE_MAXIMUM = 64 * 1024 * 1024
_MERGED_TRANSPARENCY = frozenset((b"Mtrn", b"Mt16", b"Mt32"))
_LAYERS = frozenset((b"Lr16", b"Lr32"))  # where the layers of deep pictures are
# Blocks whose length has eight bytes in a PSB.
_LONG_BLOCKS = _LAYERS | _MERGED_TRANSPARENCY | {b"LMsk", b"Layr", b"Alph", b"FMsk", b"lnk2", b"FEid", b"FXid", b"PxSD"}
_ROUNDING = 2


@dataclass
class Photoshop:
    """What the sections before the pixels say."""

    version: int
    channels: int
    size: Size
    depth: int
    mode: int
    palette: bytes = b""
    resources: dict[int, bytes] = field(default_factory=dict)
    layers: int = 0
    merged_transparency: bool = False
    pixels_at: int = 0

    @property
    def density(self) -> Density | None:
        block = self.resources.get(_RESOLUTION, b"").ljust(12, b"\0")
        return density(int.from_bytes(block[at : at + 4], "big") / 65536 for at in (0, 8))

    @property
    def has_merged(self) -> bool:
        """Whether the flattened picture is one, and no blank sheet."""
        return self.resources.get(_VERSION, b"\0\0\0\0\1")[4:5] != b"\0"

    @property
    def colours(self) -> str:
        """As a mode of Pillow's, without transparency. The inks of a multichannel file count as CMYK."""
        if self.mode == _MULTICHANNEL:
            return "CMYK" if self.channels >= 3 else "L"
        return _MODES[self.mode]

    @property
    def transparency(self) -> int | None:
        """The channel that holds it. Others beside the colours are selections and spot colours."""
        inks = Image.getmodebands(self.colours)
        extra = self.channels - inks
        if extra < 1 or self.mode == _MULTICHANNEL:
            return None
        if self.layers < 0 or self.merged_transparency:
            return inks
        identifiers = self.resources.get(_ALPHA_IDENTIFIERS)
        if identifiers is None:
            by_photoshop = self.layers or _ALPHA_NAMES in self.resources
            return inks if extra == 1 and not by_photoshop else None
        numbers = [identifiers[at : at + 4] for at in range(0, min(len(identifiers), extra * 4), 4)]
        return inks + numbers.index(bytes(4)) if bytes(4) in numbers else None


def read_psd(path: Path) -> Photoshop:
    """Raises SourceCorrupt, SourceUnsupported for modes that nobody knows."""
    with reading(), path.open("rb") as file:
        return _sections(file)


def open_merged(path: Path, wrap: Wrap, max_pixels: int) -> HeldPicture:
    """Raises SourceCorrupt, also for a file without a flattened picture."""
    with reading(), path.open("rb") as file:
        psd = _sections(file)
        _check(psd.size, max_pixels)
        if not psd.has_merged:
            raise SourceCorrupt("the PSD was saved without a flattened picture")
        file.seek(psd.pixels_at)
        image = _merged(psd, _planes(psd, file))
    return HeldPicture(image, wrap, density=psd.density)


def open_composed(path: Path, wrap: Wrap, max_pixels: int) -> HeldPicture:
    """Of its layers, when there is no flattened picture; a damaged one is no reason to guess."""
    from psd_tools import PSDImage

    psd = read_psd(path)
    if psd.has_merged:
        raise SourceCorrupt("the flattened picture in the PSD is damaged")
    _check(psd.size, max_pixels)
    with reading():
        image = PSDImage.open(path).composite(force=True)
    if image is None:
        raise SourceCorrupt("the PSD has no layer that can be shown")
    return HeldPicture(image, wrap, density=psd.density)


def _check(size: Size, max_pixels: int) -> None:
    if size.area > max_pixels:
        raise SourceUnsupported(f"the source has {size.width}×{size.height} pixels; the limit is {max_pixels}")


def _sections(file: BinaryIO) -> Photoshop:
    signature, version, channels, height, width, depth, mode = struct.unpack(">4sH6xHIIHH", file.read(26))
    if signature != b"8BPS" or version not in {1, 2} or not width or not height or not 1 <= channels <= 99:
        raise SourceCorrupt("the PSD has a broken header")
    if depth not in _DEPTHS or mode not in {*_MODES, _MULTICHANNEL}:
        raise SourceUnsupported(f"the PSD has {depth} bits in the colour mode {mode}")
    psd = Photoshop(version, channels, Size(width, height), depth, mode)
    if channels < Image.getmodebands(psd.colours) and mode != _MULTICHANNEL:
        raise SourceCorrupt("the PSD has too few channels for its colour mode")
    palette = _number(file, 4)
    psd.palette = file.read(min(palette, 768))
    file.seek(palette - len(psd.palette), 1)
    resources = _number(file, 4)
    end = file.tell() + resources
    for number, content in _resources(file, end):
        psd.resources.setdefault(number, content)
    file.seek(end)
    layers = _number(file, 4 * version)
    psd.pixels_at = file.tell() + layers
    _read_layers(psd, file)
    return psd


def _resources(file: BinaryIO, end: int) -> Iterator[tuple[int, bytes]]:
    for _ in range(_BLOCK_MAXIMUM):
        if file.tell() >= end - 11:
            return
        signature, number, name = struct.unpack(">4sHB", file.read(7))
        file.seek(name | 1, 1)
        size = _number(file, 4)
        if signature not in {b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"} or file.tell() + size > end:
            return
        if size <= _RESOURCE_MAXIMUM:
            yield number, file.read(size)
            file.seek(size & 1, 1)
        else:
            file.seek(size + (size & 1), 1)


def _read_layers(psd: Photoshop, file: BinaryIO) -> None:
    """Their number, and what the blocks after them say of transparency; the layers themselves are skipped."""
    width = 4 * psd.version
    if psd.pixels_at - file.tell() < width + 2:
        return
    info = _number(file, width)
    after = file.tell() + info
    if info:
        psd.layers = _signed(file)
    file.seek(after)
    if psd.pixels_at - file.tell() >= 4:
        file.seek(_number(file, 4), 1)  # the mask of all layers
    for _ in range(_BLOCK_MAXIMUM):
        if file.tell() > psd.pixels_at - 12:
            return
        signature, key = struct.unpack(">4s4s", file.read(8))
        if signature not in {b"8BIM", b"8B64"}:
            return
        size = _number(file, 8 if psd.version == 2 and key in _LONG_BLOCKS else 4)
        after = file.tell() + size + -size % 4
        psd.merged_transparency |= key in _MERGED_TRANSPARENCY
        if key in _LAYERS and size >= 2:
            psd.layers = _signed(file)
        file.seek(after)


def _planes(psd: Photoshop, file: BinaryIO) -> list[Image.Image]:
    """The channels that are shown, as pictures of 8 bits."""
    inks = Image.getmodebands(psd.colours)
    wanted = [*range(min(inks, psd.channels)), *([psd.transparency] if psd.transparency is not None else [])]
    compression = _number(file, 2)
    width, height = psd.size
    row = (width * psd.depth + 7) // 8
    if compression == 0:
        begin = file.tell()
        found = {}
        for channel in wanted:
            file.seek(begin + channel * row * height)
            found[channel] = Image.frombytes("L", (row, height), file.read(row * height))
    elif compression == 1:
        found = dict(_unpacked(psd, file, row, set(wanted)))
    else:
        raise SourceUnsupported(f"the PSD has its flattened picture in the compression {compression}")
    return [_in_eight_bits(found[channel], psd) for channel in wanted]


def _unpacked(psd: Photoshop, file: BinaryIO, row: int, wanted: set[int]) -> Iterator[tuple[int, Image.Image]]:
    """PackBits, each row for itself; a table of all rows' lengths comes first."""
    height = psd.size.height
    count = psd.channels * height
    lengths = numpy.frombuffer(file.read(count * 2 * psd.version), dtype=f">u{2 * psd.version}", count=count)
    for channel in range(max(wanted) + 1):
        packed = int(lengths[channel * height : (channel + 1) * height].sum(dtype=numpy.uint64))
        if channel in wanted:
            yield channel, Image.frombytes("L", (row, height), file.read(packed), "packbits", "L")
        else:
            file.seek(packed, 1)


def _in_eight_bits(plane: Image.Image, psd: Photoshop) -> Image.Image:
    if psd.depth == 8:
        return plane
    if psd.depth == 1:  # a set bit is black
        return Image.frombytes("1", psd.size, plane.tobytes(), "raw", "1;I").convert("L")
    if psd.depth == 16:
        values = numpy.frombuffer(plane.tobytes(), dtype=">u2").astype(numpy.uint32)
        levels = (values * 255 + 32767) // 65535
    else:
        floats = numpy.nan_to_num(numpy.frombuffer(plane.tobytes(), dtype=">f4"))
        levels = numpy.round(numpy.clip(floats, 0, 1) * 255)
    return Image.frombytes("L", psd.size, levels.astype(numpy.uint8).tobytes())


def _merged(psd: Photoshop, planes: list[Image.Image]) -> Image.Image:
    alpha = planes.pop() if psd.transparency is not None else None
    mode = psd.colours
    if mode == "CMYK":
        planes = [plane.point(lambda level: 255 - level) for plane in planes]
        planes += [Image.new("L", psd.size)] * (4 - len(planes))
    elif mode == "LAB":
        planes[1:] = [plane.point(lambda level: level ^ 0x80) for plane in planes[1:]]
    elif alpha is not None and all(_is_matted(plane, alpha) for plane in planes):
        planes = _unmatted(planes, alpha)
    image = Image.merge(mode, planes) if len(planes) > 1 else planes[0]
    if mode == "P":
        image.putpalette(psd.palette, "RGB;L")
    if profile := psd.resources.get(_PROFILE):
        image.info["icc_profile"] = profile
    if alpha is not None:
        image = in_srgb(in_eight_bits(image))
        image.putalpha(alpha)
    return image


def _is_matted(plane: Image.Image, alpha: Image.Image) -> bool:
    """Whether the colours are mixed with white, as Photoshop saves them: then none is darker than alpha allows."""
    return ImageChops.add(plane, alpha).getextrema()[0] >= 255 - _ROUNDING  # type: ignore[operator]


def _unmatted(planes: list[Image.Image], alpha: Image.Image) -> list[Image.Image]:
    inks = [ImageChops.add(plane, alpha, offset=-255) for plane in planes]
    rgb = inks if len(inks) > 1 else inks * 3
    return list(Image.merge("RGBa", [*rgb, alpha]).convert("RGBA").split()[: len(inks)])


def _number(file: BinaryIO, length: int) -> int:
    content = file.read(length)
    if len(content) < length:
        raise SourceCorrupt("the PSD is cut off")
    return int.from_bytes(content, "big")


def _signed(file: BinaryIO) -> int:
    return int.from_bytes(file.read(2), "big", signed=True)
