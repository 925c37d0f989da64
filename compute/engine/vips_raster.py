"""Pixels by libvips: the hot path. Sources stream through shrink-on-load, crop and one reduction into memory.

Colours and orientation are converted after the reduction, on the small raster.
"""

import functools
from pathlib import Path
from typing import Any

import pyvips
from PIL import Image

from compute.engine.containers import gif_with_packet, jpeg_with_density, jpeg_with_packet, png_with_packet
from compute.engine.geometry import Box, Size, shrink_factor, upright
from compute.engine.instructions import Colour, Density
from compute.engine.jpeg import with_its_end
from compute.engine.raster import HIGHEST_DENSITY, USUAL_DENSITY, WHITE, Encoding, whole_where_meant, within_size
from compute.errors import GenericError, RenditionError, RenditionFormatUnsupported, SourceCorrupt

pyvips.cache_set_max(0)

_ICC = "icc-profile-data"
_MM_PER_INCH = 25.4
_SHORTAGE = ("out of memory", "llocat", "alloc failed", "Resource temporarily unavailable", "Insufficient memory")
_BOX_BELOW = 1 / 6
_STRICTNESS = {"tiffload": "error"}  # a missing strip is an error to libtiff, and no truncation
_TURNS: dict[int, tuple[str | None, str | None]] = {
    1: (None, None),
    2: (None, "horizontal"),
    3: ("d180", None),
    4: (None, "vertical"),
    5: ("d90", "horizontal"),
    6: ("d90", None),
    7: ("d270", "horizontal"),
    8: ("d270", None),
}


class VipsPicture:
    """A file that one of libvips's loaders reads."""

    scalable = False
    paper: Colour | None = None

    def __init__(self, path: Path, loader: str, profile: bytes | None = None) -> None:
        """`profile`: of a file that has none in it. Raises SourceCorrupt when the header can't be read."""
        self._path = path
        self._profile = profile
        self._loader = loader
        self._mended: bytes | None = None
        header = self._load()
        self._orientation = _orientation(header)
        self.size = upright(Size(header.width, header.height), self._orientation)
        self.density: Density | None = _density(header)

    def raster(self, box: Box, size: Size) -> "VipsRaster":
        stored_box = box.stored(self._orientation, self.size)
        stored_size = upright(size, self._orientation)
        try:
            try:
                reduced = self._reduced(stored_box, stored_size)
            except pyvips.Error:
                if not self._mend():
                    raise
                reduced = self._reduced(stored_box, stored_size)
            return reduced.in_srgb().oriented(self._orientation)
        except pyvips.Error as err:
            raise _failure(err, f"the source can't be decoded: {_reason(err, self._path)}", SourceCorrupt) from err

    def _reduced(self, box: Box, size: Size) -> "VipsRaster":
        """Loads anew each time: a stream can be read once."""
        factor = 1
        if self._loader == "jpegload":
            factor = shrink_factor(box, size)
            image = self._load(shrink=factor)
        elif self._loader == "webpload" and box.size.area == self.size.area:
            image = self._load(scale=min(1.0, max(size.width / box.width, size.height / box.height)))
            box = Box(0, 0, image.width, image.height)
        else:
            image = self._load()
        x, y, w, h = (length // factor for length in box)
        if (w, h) != (image.width, image.height):
            image = image.crop(x, y, max(1, w), max(1, h))
        if self._profile:
            image = image.copy()
            image.set_type(pyvips.GValue.blob_type, _ICC, self._profile)
        return VipsRaster(_in_eight_bits(image)).scaled(size).in_memory()

    def _mend(self) -> bool:
        """Whether the file is to be read once more, with what it lacks of a whole JPEG."""
        if self._loader != "jpegload" or self._mended:
            return False
        self._mended = with_its_end(self._path)
        return self._mended is not None

    def _load(self, **options: Any) -> Any:
        options |= {"access": "sequential", "fail_on": _STRICTNESS.get(self._loader, "truncated")}
        try:
            if self._mended:
                return pyvips.Image.jpegload_buffer(self._mended, **options)
            return getattr(pyvips.Image, self._loader)(str(self._path), **options)
        except pyvips.Error as err:
            raise _failure(err, f"the source can't be read: {_reason(err, self._path)}", SourceCorrupt) from err


class VipsRaster:
    def __init__(self, image: Any) -> None:
        self._image = image
        self.size = Size(image.width, image.height)
        self.has_alpha = bool(image.hasalpha())

    @classmethod
    def of(cls, image: Image.Image) -> "VipsRaster":
        """Of a Pillow image in mode L, LA, RGB, RGBA or CMYK."""
        bands = len(image.getbands())
        held = pyvips.Image.new_from_memory(image.tobytes(), image.width, image.height, bands, "uchar")
        interpretation = {"L": "b-w", "LA": "b-w", "CMYK": "cmyk"}.get(image.mode, "srgb")
        held = held.copy(interpretation=interpretation)
        if profile := image.info.get("icc_profile"):
            held.set_type(pyvips.GValue.blob_type, _ICC, profile)
        return cls(held)

    def in_memory(self) -> "VipsRaster":
        return VipsRaster(self._image.copy_memory())

    def cropped(self, box: Box) -> "VipsRaster":
        return VipsRaster(self._image.crop(*box))

    def scaled(self, size: Size) -> "VipsRaster":
        if size == self.size:
            return self
        horizontal, vertical = size.width / self.size.width, size.height / self.size.height
        # A box filter before Lanczos pays for large factors only; below, it costs time and quality.
        gap = 0.0 if min(horizontal, vertical) > _BOX_BELOW else 2.0
        if not self.has_alpha:
            return VipsRaster(self._image.resize(horizontal, vscale=vertical, gap=gap)).in_memory()
        scaled = self._image.premultiply().resize(horizontal, vscale=vertical, gap=gap).unpremultiply()
        return VipsRaster(scaled.cast("uchar")).in_memory()

    def oriented(self, orientation: int) -> "VipsRaster":
        if orientation == 1:
            return self
        turn, flip = _TURNS[orientation]
        image = self._image.copy()
        image.remove("orientation")  # or TIFF and AVIF would have it once more: it is written even without metadata
        if turn:
            image = image.rot(turn)
        if flip:
            image = image.flip(flip)
        return VipsRaster(image).in_memory()

    def in_srgb(self) -> "VipsRaster":
        image = self._image
        profile = image.get(_ICC) if image.get_typeof(_ICC) else None
        if profile is not None:
            image = _by_profile(image, profile)
            image.remove(_ICC)
        if image.interpretation == "cmyk":
            image = _to_srgb(image, input_profile="cmyk")
        elif image.interpretation not in {"srgb", "b-w"}:
            image = image.colourspace("srgb")
        return self if image is self._image else VipsRaster(image).in_memory()

    def flattened(self, background: Colour) -> "VipsRaster":
        if not self.has_alpha:
            return self
        image = self._image.colourspace("srgb") if len(set(background)) > 1 else self._image
        colour = list(background) if image.bands > 2 else [background[0]]
        return VipsRaster(image.flatten(background=colour)).in_memory()

    def stamped(self, overlay: Image.Image, x: int, y: int) -> "VipsRaster":
        base = self._image.colourspace("srgb")
        composed = base.composite2(VipsRaster.of(overlay)._image, "over", x=x, y=y)
        if not self.has_alpha:
            composed = composed.flatten() if composed.hasalpha() else composed
        return VipsRaster(composed.cast("uchar")).in_memory()

    def rgb_bytes(self) -> bytes:
        flat: bytes = self.flattened(WHITE)._image.colourspace("srgb").write_to_memory()
        return flat

    def encoded(self, encoding: Encoding) -> bytes:
        image, keep = self._image, "none"
        density = encoding.density or USUAL_DENSITY
        image = image.copy(xres=density.x / _MM_PER_INCH, yres=density.y / _MM_PER_INCH)
        if encoding.xmp:
            image, keep = image.copy(), "xmp"
            image.set_type(pyvips.GValue.blob_type, "xmp-data", encoding.xmp)
        try:
            save = _SAVERS[encoding.fmt]
        except KeyError as err:
            raise RenditionFormatUnsupported(f"the format {encoding.fmt} can't be written") from err
        try:
            return save(image, keep, encoding)
        except pyvips.Error as err:
            message = f"{encoding.fmt} can't hold this picture: {_reason(err)}"
            raise _failure(err, message, RenditionFormatUnsupported) from err


def _save_png(image: Any, keep: str, encoding: Encoding) -> bytes:
    # Differences to the left neighbour pack photographs a third smaller, so that the fastest level gives what the usual
    # one gives without; what has alpha is mostly flat drawings.
    row_filter, usual = ("none", 6) if image.hasalpha() else ("sub", 1)
    level = usual if encoding.compression_level is None else encoding.compression_level
    saved: bytes = image.pngsave_buffer(keep="none", compression=level, interlace=encoding.interlace, filter=row_filter)
    return png_with_packet(saved, encoding.xmp) if encoding.xmp else saved


def _save_jpeg(image: Any, keep: str, encoding: Encoding) -> bytes:
    def at(quality: int, /) -> bytes:
        saved = jpeg_with_density(
            image.jpegsave_buffer(keep="none", Q=quality, interlace=encoding.interlace), encoding.density
        )
        return jpeg_with_packet(saved, encoding.xmp) if encoding.xmp else saved

    return within_size(encoding.jpeg_size, at) if encoding.jpeg_size else at(encoding.effective_quality)


def _save_gif(image: Any, keep: str, encoding: Encoding) -> bytes:
    saved: bytes = image.gifsave_buffer(keep="none", interlace=encoding.interlace)
    return gif_with_packet(saved, encoding.xmp) if encoding.xmp else saved


def _save_webp(image: Any, keep: str, encoding: Encoding) -> bytes:
    saved: bytes = image.webpsave_buffer(keep=keep, Q=encoding.effective_quality, effort=2)
    return saved


def _save_tiff(image: Any, keep: str, encoding: Encoding) -> bytes:
    saved: bytes = image.tiffsave_buffer(keep=keep, compression="deflate", predictor="horizontal", resunit="inch")
    return saved


def _save_avif(image: Any, keep: str, encoding: Encoding) -> bytes:
    saved: bytes = image.heifsave_buffer(keep=keep, compression="av1", Q=encoding.effective_quality, effort=2)
    return saved


_SAVERS = {
    "png": _save_png,
    "jpeg": _save_jpeg,
    "gif": _save_gif,
    "webp": _save_webp,
    "tiff": _save_tiff,
    "avif": _save_avif,
}


def _in_eight_bits(image: Any) -> Any:
    """At most four bands of 8 bits; CMYK and RGB keep their numbers for the profile."""
    cmyk = image.interpretation == "cmyk"
    if image.bands > (5 if cmyk else 4):
        image = image.extract_band(0, n=4 if cmyk else 3)
    if image.format == "uint":
        image = (image >> 24).cast("uchar")
    elif image.format == "ushort" and (cmyk or image.interpretation == "multiband"):
        image = (image >> 8).cast("uchar")
    elif image.format != "uchar":  # grey stays grey, for a profile of grey levels
        image = image.colourspace("b-w" if image.interpretation == "grey16" else "srgb")
    if image.interpretation == "multiband":
        image = image.copy(interpretation="srgb" if image.bands > 2 else "b-w")
    return image if image.format == "uchar" else image.cast("uchar")


def _by_profile(image: Any, profile: bytes) -> Any:
    """Through the embedded profile; one that is broken or for other colours is ignored."""
    if image.interpretation != "cmyk" and _is_srgb(profile, image.bands - int(image.hasalpha())):
        return image.copy()
    try:
        return _to_srgb(image, embedded=True).copy_memory()
    except pyvips.Error:
        return image.copy()


def _to_srgb(image: Any, **source: Any) -> Any:
    return image.icc_transform("srgb", intent="relative", black_point_compensation=True, **source)


@functools.lru_cache(maxsize=64)
def _is_srgb(profile: bytes, bands: int) -> bool:
    """Whether the profile moves no colour by more than a level or two: then the conversion can be saved."""
    probe = _probe(bands)
    if probe is None:
        return False
    probe.set_type(pyvips.GValue.blob_type, _ICC, profile)
    try:
        moved = (_to_srgb(probe, embedded=True) - probe).abs().max()
    except pyvips.Error:
        return False
    return bool(moved <= 2)


def _probe(bands: int) -> Any:
    """All steps of 51 in each channel, or all greys."""
    steps = range(0, 256, 51)
    if bands == 3:
        pixels = bytes(value for r in steps for g in steps for b in steps for value in (r, g, b))
        return pyvips.Image.new_from_memory(pixels, 216, 1, 3, "uchar").copy(interpretation="srgb")
    return None


def _orientation(image: Any) -> int:
    value = image.get("orientation") if image.get_typeof("orientation") else 1
    return value if value in _TURNS else 1


def _density(image: Any) -> Density | None:
    """libvips says 1 pixel a millimetre when the file says nothing."""
    x, y = whole_where_meant(image.xres * _MM_PER_INCH), whole_where_meant(image.yres * _MM_PER_INCH)
    unsaid = image.xres == 1 and image.yres == 1
    return Density(x, y) if not unsaid and 0 < x <= HIGHEST_DENSITY and 0 < y <= HIGHEST_DENSITY else None


def _failure(err: Any, message: str, kind: type[RenditionError]) -> RenditionError:
    """A shortage of memory is no fault of the file."""
    short = any(sign in str(err.detail) for sign in _SHORTAGE)
    return GenericError("the rendition needs more memory than the limit") if short else kind(message)


def _reason(err: Any, path: Path | None = None) -> str:
    """The first line that says something, without our own paths in it."""
    lines = [line.strip() for line in str(err.detail or err.message).splitlines() if line.strip()]
    text = lines[0] if lines else str(err.message)
    return text.replace(str(path), "source") if path else text
