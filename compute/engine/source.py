"""A source on the local disk, and the picture in it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compute.engine.formats import COMPOUND, Decoder, Format, identify, is_known, is_package, is_text
from compute.engine.limits import Limits
from compute.engine.pillow_raster import PillowPicture, PillowRaster, Wrap
from compute.engine.raster import Picture
from compute.errors import (
    RenditionError,
    RenditionFormatUnsupported,
    SourceCorrupt,
    SourceFormatUnsupported,
    SourceUnsupported,
)


@dataclass(frozen=True)
class Source:
    """`mimetype` and `name` are what was declared; `format` is what the content says, None when nobody knows it."""

    path: Path
    size: int
    declared_mimetype: str | None
    name: str

    @functools.cached_property
    def format(self) -> Format | None:
        return identify(self.path, self.declared_mimetype, self.name)

    @property
    def mimetype(self) -> str:
        """What the content says; what it can't say is believed, unless the content says that it is wrong."""
        found, declared = self.format, self.declared_mimetype or ""
        if found is not None and found.name == "Text":
            return declared if is_text(declared) else found.mimetype
        if found is not None and found.name == "ZIP" and is_package(declared):
            return declared
        if found is not None:
            return found.mimetype
        return declared if declared and not is_known(declared) else "application/octet-stream"


def open_picture(source: Source, limits: Limits) -> Picture:
    """The picture in a source, by the first of its format's decoders that can open it.

    Raises SourceFormatUnsupported for an unknown format, RenditionFormatUnsupported for one without pixels,
    SourceUnsupported over the limit of pixels, SourceCorrupt.
    """
    if source.format is None:
        raise SourceFormatUnsupported(f"nobody here reads {source.name} ({source.mimetype})")
    if not source.format.decoders:
        raise RenditionFormatUnsupported(f"there is no picture in {source.format.name}")
    picture = _first_to_open(source, source.format, limits)
    if not picture.scalable and picture.size.area > limits.max_pixels:
        raise SourceUnsupported(
            f"the source has {picture.size.width}×{picture.size.height} pixels; the limit is {limits.max_pixels}"
        )
    return picture


def _first_to_open(source: Source, fmt: Format, limits: Limits) -> Picture:
    first: RenditionError | None = None
    for decoder in fmt.decoders:
        if decoder is Decoder.LIBVIPS and not limits.use_vips:
            continue
        try:
            return _OPENERS[decoder](source, fmt, limits)
        except SourceCorrupt as err:
            first = first or err
        except ModuleNotFoundError as err:
            first = first or SourceFormatUnsupported(
                f"{fmt.name} needs {decoder.value}, which is not installed ({err})"
            )
    assert first is not None
    raise first


def wrapper(limits: Limits) -> Wrap:
    """How pixels of Pillow's become a raster of the engine in use."""
    if limits.use_vips:
        from compute.engine.vips_raster import VipsRaster

        return VipsRaster.of
    return PillowRaster.of


# Decoders are imported when first needed: most workers never see a PDF or a video.


def _by_libvips(source: Source, fmt: Format, limits: Limits) -> Picture:
    from compute.engine.vips_raster import VipsPicture

    if fmt.name == "TIFF":
        from compute.engine.tiff import libvips_reads

        if not libvips_reads(source.path):
            raise SourceCorrupt("libvips does not read TIFF files of this kind")
    if fmt.name == "GIF":
        from compute.engine.gif import covers_its_canvas

        if not covers_its_canvas(source.path):
            raise SourceCorrupt("libvips does not read GIF files of this kind")
    return VipsPicture(source.path, fmt.vips_loader, _named_colours(source, fmt))


def _named_colours(source: Source, fmt: Format) -> bytes | None:
    if fmt.name not in {"PNG", "AVIF", "HEIC"}:
        return None
    from compute.engine.named_colours import profile_of

    return profile_of(source.path, fmt.name)


def _by_pillow(source: Source, fmt: Format, limits: Limits) -> Picture:
    if fmt.name == "JPEG 2000":
        from compute.engine.jpeg2000 import Jpeg2000Picture

        return Jpeg2000Picture(source.path, wrapper(limits), fmt.pillow_plugins)
    if fmt.name == "GIF":
        from compute.engine.gif import GifPicture

        return GifPicture(source.path, wrapper(limits), fmt.pillow_plugins)
    if fmt.name == "SGI":
        from compute.engine.sgi import SgiPicture

        return SgiPicture(source.path, wrapper(limits), fmt.pillow_plugins)
    return PillowPicture(source.path, wrapper(limits), fmt.pillow_plugins, _named_colours(source, fmt))


def _by_pillow_heif(source: Source, fmt: Format, limits: Limits) -> Picture:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return _by_pillow(source, fmt, limits)


def _merged(source: Source, fmt: Format, limits: Limits) -> Picture:
    from compute.engine.psd import open_merged

    return open_merged(source.path, wrapper(limits), limits.max_pixels)


def _by_psd_tools(source: Source, fmt: Format, limits: Limits) -> Picture:
    from compute.engine.psd import open_composed

    return open_composed(source.path, wrapper(limits), limits.max_pixels)


def _by_resvg(source: Source, fmt: Format, limits: Limits) -> Picture:
    from compute.engine.svg import SvgPicture

    return SvgPicture(source.path, wrapper(limits))


def _by_pdfium(source: Source, fmt: Format, limits: Limits) -> Picture:
    from compute.engine.pdf import PdfPicture

    return PdfPicture(source.path, wrapper(limits))


def _by_pyav(source: Source, fmt: Format, limits: Limits) -> Picture:
    from compute.engine.video import open_poster

    return open_poster(source.path, wrapper(limits), limits.max_pixels)


def _embedded(source: Source, fmt: Format, limits: Limits) -> Picture:
    if fmt.name in COMPOUND:
        from compute.engine import compound

        return compound.embedded_thumbnail(source.path, wrapper(limits))
    from compute.engine import office

    return office.embedded_thumbnail(source.path, wrapper(limits))


def _preview(source: Source, fmt: Format, limits: Limits) -> Picture:
    from compute.engine.eps import embedded_preview

    return embedded_preview(source.path, wrapper(limits), limits.max_pixels)


_OPENERS: dict[Decoder, Callable[[Source, Format, Limits], Picture]] = {
    Decoder.LIBVIPS: _by_libvips,
    Decoder.PILLOW: _by_pillow,
    Decoder.PILLOW_HEIF: _by_pillow_heif,
    Decoder.MERGED: _merged,
    Decoder.PSD_TOOLS: _by_psd_tools,
    Decoder.RESVG: _by_resvg,
    Decoder.PDFIUM: _by_pdfium,
    Decoder.PYAV: _by_pyav,
    Decoder.EMBEDDED: _embedded,
    Decoder.PREVIEW: _preview,
}
