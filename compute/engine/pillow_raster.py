"""Pixels by Pillow: sources that libvips does not read, and everything where pyvips is missing."""

import functools
import io
import math
import struct
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image, ImageChops, ImageCms, ImageFile, TiffImagePlugin, UnidentifiedImageError

from compute.engine import pillow_plugins
from compute.engine.containers import gif_with_packet, jpeg_with_packet, png_with_packet
from compute.engine.geometry import Box, Size, shrink_factor, upright
from compute.engine.instructions import Colour, Density
from compute.engine.jpeg import with_its_end
from compute.engine.png_chunks import exif_of
from compute.engine.raster import HIGHEST_DENSITY, WHITE, Encoding, Raster, whole_where_meant, within_size
from compute.errors import RenditionFormatUnsupported, SourceCorrupt

Image.MAX_IMAGE_PIXELS = None  # the engine has its own limit, on the header
ImageFile.LOAD_TRUNCATED_IMAGES = False
pillow_plugins.register()

_ORIENTATION, _SAMPLE_FORMAT = 0x0112, 339
for _order, _unpacked in ((b"II", "F;64F"), (b"MM", "F;64BF")):  # Pillow can, but does not know it of TIFF
    TiffImagePlugin.OPEN_INFO[_order, 1, (3,), 1, (64,), ()] = ("F", _unpacked)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's decoders raise for damaged files, by reading its plugins.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    AttributeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    RuntimeError,
)
Wrap = Callable[[Image.Image], Raster]
Result = TypeVar("Result")


@contextmanager
def reading() -> Iterator[None]:
    """Turn what decoders raise into SourceCorrupt; what they only warn of is not worth a line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as err:
        raise SourceCorrupt("the source can't be read: it is not what its first bytes say") from err
    except DECODER_ERRORS as err:
        raise SourceCorrupt(f"the source can't be decoded: {err or type(err).__name__}") from err


class PillowPicture:
    """A file that a Pillow plugin reads; pixels go to `wrap`, which is the raster class in use."""

    scalable = False
    paper: Colour | None = None

    def __init__(
        self, file: "Path | io.BytesIO", wrap: Wrap, formats: tuple[str, ...], profile: bytes | None = None
    ) -> None:
        """`profile`: of a file that has none in it. Raises SourceCorrupt when the header can't be read."""
        self._file = file
        self._wrap = wrap
        self._formats = formats
        self._profile = profile
        with reading(), self._opened() as image:
            self._orientation = _orientation(image)
            self._stored = Size(*image.size)
            self.density: Density | None = density(image.info.get("dpi"))
        self.size = upright(self._stored, self._orientation)

    def raster(self, box: Box, size: Size) -> Raster:
        stored_box = box.stored(self._orientation, self.size)
        stored_size = upright(size, self._orientation)
        try:
            with reading():
                image = self._decoded(stored_box, stored_size)
        except SourceCorrupt:
            if not self._mend():
                raise
            with reading():
                image = self._decoded(stored_box, stored_size)
        return self._wrap(image).scaled(stored_size).in_srgb().oriented(self._orientation)

    def _mend(self) -> bool:
        """Whether the file is to be read once more, with what it lacks of a whole JPEG."""
        if "JPEG" not in self._formats or not isinstance(self._file, Path):
            return False
        if mended := with_its_end(self._file):
            self._file = io.BytesIO(mended)
        return mended is not None

    def _decoded(self, box: Box, size: Size) -> Image.Image:
        with self._opened() as image:
            if image.format == "JPEG":
                factor = shrink_factor(box, size)
                image.draft(None, (self._stored.width // factor, self._stored.height // factor))
            x, y = (own / now for own, now in zip(self._stored, image.size, strict=True))
            image.load()
            if box.size == self._stored:
                return in_eight_bits(image)
            left, top = round(box.x / x), round(box.y / y)
            width, height = max(1, math.floor(box.width / x)), max(1, math.floor(box.height / y))
            return in_eight_bits(image.crop((left, top, left + width, top + height)))

    @contextmanager
    def _opened(self) -> Iterator[Image.Image]:
        # By its name Pillow would map uncompressed pixels into memory, and those of a turned TIFF with exchanged sides.
        with (
            self._file.open("rb") if isinstance(self._file, Path) else nullcontext(self._file) as file,
            Image.open(file, formats=self._formats) as image,
        ):
            if isinstance(image, TiffImagePlugin.TiffImageFile) and image.mode == "I":
                image.info["unsigned"] = image.tag_v2.get(_SAMPLE_FORMAT, (1,))[0] == 1
            if self._profile:
                image.info["icc_profile"] = self._profile
            yield image


class HeldPicture:
    """A picture that had to be decoded to be opened: a frame of a video, a composed PSD."""

    scalable = False
    paper: Colour | None = None

    def __init__(self, image: Image.Image, wrap: Wrap, orientation: int = 1, density: Density | None = None) -> None:
        self.density = density
        self._image = in_eight_bits(image)
        self._wrap = wrap
        self._orientation = orientation
        self.size = upright(Size(*image.size), orientation)

    def raster(self, box: Box, size: Size) -> Raster:
        image = self._image
        stored = box.stored(self._orientation, self.size)
        if stored.size != Size(*image.size):
            image = image.crop((stored.x, stored.y, stored.x + stored.width, stored.y + stored.height))
        return self._wrap(image).scaled(upright(size, self._orientation)).in_srgb().oriented(self._orientation)


class PillowRaster:
    def __init__(self, image: Image.Image) -> None:
        self._image = image

    @classmethod
    def of(cls, image: Image.Image) -> "PillowRaster":
        """Of an image in mode L, LA, RGB, RGBA or CMYK."""
        return cls(image)

    @property
    def size(self) -> Size:
        return Size(*self._image.size)

    @property
    def has_alpha(self) -> bool:
        return self._image.mode in {"LA", "RGBA"}

    def cropped(self, box: Box) -> "PillowRaster":
        return PillowRaster(self._image.crop((box.x, box.y, box.x + box.width, box.y + box.height)))

    def scaled(self, size: Size) -> "PillowRaster":
        if size == self.size:
            return self
        scaled = self._image.resize(size, Image.Resampling.LANCZOS)
        scaled.info = dict(self._image.info)
        return PillowRaster(scaled)

    def oriented(self, orientation: int) -> "PillowRaster":
        return PillowRaster(self._image.transpose(_TURNS[orientation])) if orientation in _TURNS else self

    def in_srgb(self) -> "PillowRaster":
        image = in_srgb(self._image)
        return self if image is self._image else PillowRaster(image)

    def flattened(self, background: Colour) -> "PillowRaster":
        if not self.has_alpha:
            return self
        picture = self._image.convert("RGBA")
        ground = Image.new("RGBA", picture.size, (*background, 255))
        flat = Image.alpha_composite(ground, picture)
        grey = self._image.mode == "LA" and len(set(background)) == 1
        return PillowRaster(flat.convert("L" if grey else "RGB"))

    def stamped(self, overlay: Image.Image, x: int, y: int) -> "PillowRaster":
        base = self._image.convert("RGBA")
        base.alpha_composite(overlay, (x, y))
        return PillowRaster(base if self.has_alpha else base.convert("RGB"))

    def rgb_bytes(self) -> bytes:
        return self.flattened(WHITE)._image.convert("RGB").tobytes()

    def encoded(self, encoding: Encoding) -> bytes:
        if encoding.fmt not in _OPTIONS:
            raise RenditionFormatUnsupported(f"the format {encoding.fmt} can't be written")
        if encoding.fmt == "jpeg" and encoding.jpeg_size:
            return within_size(encoding.jpeg_size, lambda quality: self._saved(encoding, quality=quality))
        return self._saved(encoding)

    def _saved(self, encoding: Encoding, **overrides: Any) -> bytes:
        options = {**_OPTIONS[encoding.fmt](encoding), **overrides}
        if encoding.density:
            options["dpi"] = (encoding.density.x, encoding.density.y)
        if encoding.xmp and encoding.fmt in {"webp", "avif"}:
            options["xmp"] = encoding.xmp
        buffer = io.BytesIO()
        image = self._image.copy()
        image.info = {}
        if encoding.fmt in {"jpeg", "webp", "avif"} and image.mode == "LA":
            image = image.convert("RGBA")
        if encoding.fmt == "gif" and self.has_alpha:
            image = _all_or_nothing(image)
        try:
            image.save(buffer, encoding.fmt.upper(), **options)
        except (OSError, ValueError) as err:
            raise RenditionFormatUnsupported(f"{encoding.fmt} can't hold this picture: {err}") from err
        content = buffer.getvalue()
        with_packet = {"jpeg": jpeg_with_packet, "png": png_with_packet, "gif": gif_with_packet}.get(encoding.fmt)
        return with_packet(content, encoding.xmp) if encoding.xmp and with_packet else content


def _all_or_nothing(image: Image.Image) -> Image.Image:
    """With what is less than half opaque left out, as GIF knows no more, and the rest without transparency."""
    shown = image.getchannel("A").point(lambda level: 255 if level >= 128 else 0)
    made = Image.new("RGBA", image.size)
    made.paste(image.convert("RGB"), mask=shown)
    return made


def _png(encoding: Encoding) -> dict[str, Any]:
    return {"compress_level": 6 if encoding.compression_level is None else encoding.compression_level}


def _tiff(encoding: Encoding) -> dict[str, Any]:
    options: dict[str, Any] = {"compression": "tiff_adobe_deflate"}
    if encoding.xmp:
        options["tiffinfo"] = TiffImagePlugin.ImageFileDirectory_v2()
        options["tiffinfo"][700] = encoding.xmp
    return options


_OPTIONS: dict[str, Callable[[Encoding], dict[str, Any]]] = {
    "png": _png,
    "jpeg": lambda encoding: {"quality": encoding.effective_quality, "progressive": encoding.interlace},
    "gif": lambda encoding: {"interlace": int(encoding.interlace)},
    "webp": lambda encoding: {"quality": encoding.effective_quality, "method": 2},
    "tiff": _tiff,
    "avif": lambda encoding: {"quality": encoding.effective_quality, "speed": 7},
}


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Any mode to L, LA, RGB, RGBA or CMYK, with the ICC profile kept where it still fits."""
    profile = image.info.get("icc_profile")
    if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK"} and "transparency" not in image.info:
        return image
    if image.mode.startswith("I;16"):
        image = _sixteen_bits_down(image)
    elif image.mode == "I" and image.info.get("unsigned"):
        image = _highest_bytes(image)
    elif image.mode in {"I", "F"}:
        image = _stretched(image)
    elif image.mode in {"L", "1"} and "transparency" in image.info:
        image = image.convert("LA")
    elif image.mode in {"P", "PA", "RGB"} and ("transparency" in image.info or image.mode == "PA"):
        image = image.convert("RGBA")
    elif image.mode in {"1", "L"}:
        image = image.convert("L")
    elif image.mode == "P":
        image = image.convert("RGB")
        profile = image.info.get("icc_profile", profile)
    else:
        image = image.convert("RGBA" if image.mode in {"RGBa", "La"} else "RGB")
        profile = None if image.mode == "RGB" else profile
    image.info = {"icc_profile": profile} if profile else {}
    return image


def _sixteen_bits_down(image: Image.Image) -> Image.Image:
    transparent = image.info.get("transparency")
    shown = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if isinstance(transparent, int) and image.mode == "I;16":
        halves = Image.frombytes("LA", image.size, image.tobytes()).split()
        differ = (_unequal(half, byte) for half, byte in zip(halves, transparent.to_bytes(2, "little"), strict=True))
        shown.putalpha(ImageChops.lighter(*differ))
    return shown


def _unequal(image: Image.Image, level: int) -> Image.Image:
    return image.point([0 if value == level else 255 for value in range(256)])


def _highest_bytes(image: Image.Image) -> Image.Image:
    """Of levels of 32 bits, which Pillow takes for signed numbers."""
    return Image.frombytes("RGBA", image.size, image.tobytes()).getchannel("A" if sys.byteorder == "little" else "R")


def _stretched(image: Image.Image) -> Image.Image:
    """Integers of up to 16 bits by their range; floats from their darkest to their lightest."""
    low, high = image.getextrema()
    low, high = float(low), float(high)  # type: ignore[arg-type]
    if image.mode == "I" and low >= 0 and high <= 65535:
        low, high = 0.0, 255.0 if high <= 255 else 65535.0
    span = (high - low) or 1.0
    return image.convert("F").point(lambda value: value * (255 / span) + (-low * 255 / span)).convert("L")


def in_srgb(image: Image.Image) -> Image.Image:
    if profile := image.info.get("icc_profile"):
        image = _by_profile(image, profile)
    return image.convert("RGB") if image.mode == "CMYK" else image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Through the embedded profile; one that is broken or for other colours is ignored."""
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    colours = image.convert(image.mode[:-1]) if alpha else image
    try:
        transform = _transform(profile, colours.mode)
    except (ImageCms.PyCMSError, OSError):
        return image
    if transform is None:
        return image
    converted = ImageCms.applyTransform(colours, transform)
    if converted is None:
        return image
    if alpha:
        converted.putalpha(alpha)
    converted.info.pop("icc_profile", None)
    return converted


@functools.lru_cache(maxsize=64)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """To sRGB; None when the profile moves no colour by more than a level or two."""
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if mode != "RGB":
        return transform
    steps = range(0, 256, 51)
    pixels = bytes(value for r in steps for g in steps for b in steps for value in (r, g, b))
    moved = ImageCms.applyTransform(Image.frombytes("RGB", (216, 1), pixels), transform)
    if moved and all(abs(a - b) <= 2 for a, b in zip(moved.tobytes(), pixels, strict=True)):
        return None
    return transform


def _orientation(image: Image.Image) -> int:
    if image.format in {"HEIF", "AVIF", "TIFF"}:  # the plugins turn these themselves
        return 1
    value = exif_of(image).get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def density(dpi: Any) -> Density | None:
    """Pillow's `dpi`, when it is a usable pair of numbers."""
    try:
        x, y = (float(value) for value in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    usable = 1 < x <= HIGHEST_DENSITY and 1 < y <= HIGHEST_DENSITY
    return Density(whole_where_meant(x), whole_where_meant(y)) if usable else None


def drawn_part(wrap: Wrap, image: Image.Image, box: Box, whole: Size, size: Size) -> Raster:
    """The box out of the drawn whole, at exactly `size`."""
    if box != Box(0, 0, *whole):
        x, y = image.width / whole.width, image.height / whole.height
        left, top = round(box.x * x), round(box.y * y)
        image = image.crop((left, top, left + max(1, round(box.width * x)), top + max(1, round(box.height * y))))
    return wrap(image).scaled(size)
