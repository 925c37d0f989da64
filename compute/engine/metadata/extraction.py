"""The metadata rendition: what the file says of itself (XMP, EXIF, IPTC) and what we measure, as one XMP packet."""

import contextlib
import datetime
import hashlib
import mmap
from pathlib import Path

from PIL import Image

from compute.engine.containers import extended_packet
from compute.engine.formats import COMPOUND, Kind
from compute.engine.instructions import Density
from compute.engine.metadata import exif, iptc
from compute.engine.metadata.packet import read_packet, write_packet
from compute.engine.metadata.properties import Properties
from compute.engine.pillow_raster import DECODER_ERRORS, density, reading
from compute.engine.png_chunks import bits_per_pixel, exif_of, late_packet
from compute.engine.rendition import Rendition
from compute.engine.source import Source
from compute.errors import RenditionError, SourceCorrupt

_SCANNED = 64 * 1024 * 1024  # bytes at the start and at the end of a file
_PACKET_MAXIMUM = 16 * 1024 * 1024
_BITS = {"1": 1, "L": 8, "P": 8, "LA": 16, "PA": 16, "RGB": 24, "YCbCr": 24, "LAB": 24, "HSV": 24, "RGBA": 32}
_BITS |= {"RGBX": 32, "CMYK": 32, "I": 32, "F": 32, "I;16": 16, "I;16B": 16, "I;16L": 16}


def rendition(source: Source) -> Rendition:
    """`cqdam.metadata.xml`. Any file has one: what nobody can read has at least its size, hash and type."""
    properties = Properties()
    with contextlib.suppress(ModuleNotFoundError):  # the library of a rarer format
        _describe(source, properties)
    if packet := _embedded_packet(source):
        read_packet(packet, properties)
    _describe_file(source, properties)
    return Rendition(write_packet(properties), "application/rdf+xml", "utf-8")


def _describe(source: Source, properties: Properties) -> None:
    """By the kind of the source; the modules of the rarer kinds are imported when first needed."""
    if source.format is None:
        return
    if source.format.pillow_plugins:
        _describe_image(source, properties)
    elif source.format.name == "PSD":
        _describe_photoshop(source, properties)
    elif source.format.kind in {Kind.VIDEO, Kind.AUDIO}:
        from compute.engine.metadata import media

        media.describe(source.path, properties)
    elif source.format.name in {"PDF", "SVG"} or source.format.kind is Kind.OFFICE:
        from compute.engine.metadata import documents

        by_name = {"PDF": documents.describe_pdf, "SVG": documents.describe_svg}
        by_name |= dict.fromkeys(COMPOUND, documents.describe_legacy_office)
        by_name.get(source.format.name, documents.describe_office)(source.path, properties)


def _describe_file(source: Source, properties: Properties) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    properties.set("dc:format", source.mimetype)
    properties.set("dam:size", source.size)
    properties.set("dam:sha1", _sha1(source.path))
    properties.set("dam:extracted", now)
    properties.set("dam:MIMEtype", source.mimetype)
    properties.set("dam:Fileformat", source.format.name.upper() if source.format else None)


def _describe_image(source: Source, properties: Properties) -> None:
    assert source.format
    if source.format.name == "HEIC":
        import pillow_heif

        pillow_heif.register_heif_opener()
    try:
        with reading(), Image.open(source.path, formats=source.format.pillow_plugins) as image:
            _read_blocks(image, properties)
            _measure(image, properties)
    except SourceCorrupt:  # the picture renditions say what is wrong with it
        if source.format.name == "TIFF":
            _describe_directory(source, properties)


def _describe_directory(source: Source, properties: Properties) -> None:
    """Of a TIFF whose pixels Pillow can't read, but libvips perhaps can."""
    tags = Image.Exif()
    try:
        with reading(), source.path.open("rb") as file:
            tags.load_from_fp(file)
            width, height = int(tags[256]), int(tags[257])
            read_packet(_bytes_of(tags.get(700)), properties)
            properties.offer(exif.properties(tags))
            properties.offer(iptc.properties(_bytes_of(tags.get(33723))))
    except SourceCorrupt:
        return
    dots = tags.get(282), tags.get(283)
    _set_size(properties, width, height, density(dots) if tags.get(296, 2) == 2 else None)
    samples = tags.get(258, 1)
    properties.set("dam:Bitsperpixel", sum(samples) if isinstance(samples, tuple) else int(samples))
    properties.set("dam:Progressive", "no")


def _bytes_of(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _describe_photoshop(source: Source, properties: Properties) -> None:
    from compute.engine.psd import EXIF, IPTC, XMP, read_psd  # with numpy, which photographs do not need

    try:
        psd = read_psd(source.path)
    except RenditionError:
        return
    read_packet(psd.resources.get(XMP, b""), properties)
    if block := psd.resources.get(EXIF):
        tags = Image.Exif()
        with contextlib.suppress(*DECODER_ERRORS):
            tags.load(block)
            properties.offer(exif.properties(tags))
    if block := psd.resources.get(IPTC):
        properties.offer(iptc.properties(block))
    _set_size(properties, *psd.size, psd.density)
    properties.set("dam:Bitsperpixel", psd.depth * psd.channels)
    properties.set("dam:Progressive", "no")
    properties.set("dam:Numberofimages", abs(psd.layers) or 1)


def _read_blocks(image: Image.Image, properties: Properties) -> None:
    """XMP first: where two blocks disagree, it is the one that editors keep up to date."""
    packet = image.info.get("xmp") or late_packet(image)
    if packet:
        packet = packet if isinstance(packet, bytes) else packet.encode()
        read_packet(packet, properties)
        read_packet(extended_packet(getattr(image, "applist", ()), packet), properties)
    properties.offer(exif.properties(exif_of(image)))
    if block := _iptc_block(image):
        properties.offer(iptc.properties(block))


def _iptc_block(image: Image.Image) -> bytes | None:
    if image.format == "TIFF":
        block = image.getexif().get(33723)
        return block if isinstance(block, bytes) else None
    resources = image.info.get("photoshop")
    block = resources.get(1028) if isinstance(resources, dict) else None
    return block if isinstance(block, bytes) else None


def _measure(image: Image.Image, properties: Properties) -> None:
    _set_size(properties, *_stored_size(image), density(image.info.get("dpi")))
    properties.set("dam:Bitsperpixel", _bits_per_pixel(image))
    progressive = bool(image.info.get("progressive") or image.info.get("interlace"))
    properties.set("dam:Progressive", "yes" if progressive else "no")
    properties.set("dam:Numberofimages", getattr(image, "n_frames", 1))


def _set_size(properties: Properties, width: int, height: int, found: Density | None) -> None:
    properties.set("tiff:ImageWidth", width)
    properties.set("tiff:ImageLength", height)
    if found:
        properties.set("dam:Physicalwidthininches", f"{width / found.x:.4f}")
        properties.set("dam:Physicalheightininches", f"{height / found.y:.4f}")
        properties.set("dam:Physicalwidthindpi", round(found.x))
        properties.set("dam:Physicalheightindpi", round(found.y))


def _stored_size(image: Image.Image) -> tuple[int, int]:
    """As in the file: before the orientation is applied, which Pillow does by itself for TIFF."""
    if image.format == "TIFF" and image.getexif().get(274, 1) in {5, 6, 7, 8}:
        return image.height, image.width
    return image.width, image.height


def _bits_per_pixel(image: Image.Image) -> int | None:
    if image.format == "PNG":
        return bits_per_pixel(image)
    samples = exif_of(image).get(258) if image.format == "TIFF" else None
    if samples:
        return sum(samples) if isinstance(samples, tuple) else int(samples)
    return _BITS.get(image.mode)


def _sha1(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()


def _embedded_packet(source: Source) -> bytes | None:
    """The first XMP packet that lies in the file uncompressed (GIF, PDF, EPS, INDD, MP4, …)."""
    if source.format and source.format.name != "GIF" and (source.format.pillow_plugins or source.format.name == "PSD"):
        return None  # it is known where these have it
    size, step = source.size, mmap.ALLOCATIONGRANULARITY
    tail = max(0, size - _SCANNED) // step * step
    windows = {0: min(size, _SCANNED), tail: size - tail}
    with source.path.open("rb") as file:
        found = (_packet_in(file.fileno(), start, length) for start, length in windows.items())
        return next(filter(None, found), None)


def _packet_in(descriptor: int, start: int, length: int) -> bytes | None:
    with mmap.mmap(descriptor, length, access=mmap.ACCESS_READ, offset=start) as content:
        begin = content.find(b"<x:xmpmeta")
        end = content.find(b"</x:xmpmeta>", begin, begin + _PACKET_MAXIMUM) if begin >= 0 else -1
        return content[begin : end + len(b"</x:xmpmeta>")] if end > 0 else None
