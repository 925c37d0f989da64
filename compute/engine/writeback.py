"""XMP write-back: the source itself with a new packet, its pixels untouched. JPEG, PNG, GIF; others are re-encoded."""

import io
from collections.abc import Callable
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image

from compute.engine.containers import gif_with_packet, jpeg_with_packet, png_with_packet
from compute.engine.instructions import Instructions
from compute.engine.pillow_raster import reading
from compute.engine.rendition import Rendition
from compute.engine.source import Source
from compute.errors import GenericError

_WRAPPER = (b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', b'\n<?xpacket end="w"?>')


def checked_packet(xmp: bytes) -> bytes:
    """The packet in its wrapper. Raises GenericError when it is no XML."""
    body = xmp[xmp.find(b"<") :] if b"<" in xmp else b""
    try:
        fromstring(xmp.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as err:
        raise GenericError(f"xmp is no well-formed XML: {err}") from err
    if body.startswith(b"<?xpacket"):
        return xmp
    if body.startswith(b"<?xml"):
        body = body[body.find(b"?>") + 2 :].lstrip()
    return _WRAPPER[0] + body + _WRAPPER[1]


def lossless(source: Source, wanted: Instructions) -> bool:
    """Whether nothing but the packet is to change."""
    same = source.format is not None and _WRITERS.get(source.format.name, ("", None))[0] == wanted.fmt
    changes = (
        wanted.width, wanted.height, wanted.max_width, wanted.max_height, wanted.quality, wanted.jpeg_size,
        wanted.compression_level, wanted.dpi, wanted.convert_to_dpi, wanted.crop, wanted.watermark, wanted.background,
    )  # fmt: skip
    return same and all(change is None for change in changes) and not wanted.interlace and not wanted.smart_crop


def rendition(source: Source, xmp: bytes) -> Rendition:
    """The source with the packet in place of its own, as it is turned. Raises SourceCorrupt, GenericError."""
    assert source.format
    write = _WRITERS[source.format.name][1]
    content = write(source.path.read_bytes(), checked_packet(xmp))
    with reading(), Image.open(io.BytesIO(content), formats=source.format.pillow_plugins) as image:
        return Rendition(content, source.format.mimetype, None, *image.size)


_WRITERS: dict[str, tuple[str, Callable[[bytes, bytes], bytes]]] = {
    "JPEG": ("jpeg", jpeg_with_packet),
    "PNG": ("png", png_with_packet),
    "GIF": ("gif", gif_with_packet),
}
