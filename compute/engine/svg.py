"""SVG by resvg, which runs no scripts.

Links to anything but data: URIs are taken out, and hostile entities refused, before it sees the XML.
"""

import gzip
import io
import math
import re
import zlib
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, tostring

import resvg_py
from defusedxml.common import DefusedXmlException, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser
from PIL import Image

from compute.engine.geometry import Box, Size
from compute.engine.instructions import Colour, Density
from compute.engine.pillow_raster import Wrap, drawn_part, reading
from compute.engine.raster import SVG_WIDTH, Raster
from compute.errors import SourceCorrupt, SourceUnsupported

SVG_MAXIMUM = 32 * 1024 * 1024  # bytes of markup
ENTITY_MAXIMUM = 200
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_UNITS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


class SvgPicture:
    scalable = True
    density: Density | None = None
    paper: Colour | None = None

    def __init__(self, path: Path, wrap: Wrap) -> None:
        """Raises SourceCorrupt for broken XML, SourceUnsupported for hostile entities or too many bytes."""
        self._wrap = wrap
        root = read_svg(path)
        self.size = svg_size(root)
        _disarm(root)
        self._svg = tostring(root, encoding="unicode")
        # Loading the system's fonts costs more than drawing most pictures.
        self._has_text = any(element.tag.rpartition("}")[2] == "text" for element in root.iter())

    def raster(self, box: Box, size: Size) -> Raster:
        whole = self.size.scaled(size.width / box.width, size.height / box.height)
        try:
            png = resvg_py.svg_to_bytes(
                svg_string=self._svg, width=whole.width, height=whole.height, skip_system_fonts=not self._has_text
            )
        except (ValueError, RuntimeError) as err:
            raise SourceCorrupt(f"the SVG can't be drawn: {err}") from err
        return drawn_part(self._wrap, _png_image(bytes(png)), box, self.size, size)


def read_svg(path: Path) -> Element:
    """The root. Raises SourceCorrupt for broken XML, SourceUnsupported for hostile entities or too many bytes."""
    return _parsed(_markup(path))


def svg_size(root: Element) -> Size:
    width, height = _intrinsic(root)
    return Size(max(1, round(width)), max(1, round(height)))


def _png_image(png: bytes) -> Image.Image:
    with reading():
        return Image.open(io.BytesIO(png), formats=("PNG",)).convert("RGBA")


def _markup(path: Path) -> bytes:
    content = path.read_bytes()[: SVG_MAXIMUM + 1]
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path) as file:
                content = file.read(SVG_MAXIMUM + 1)
        except (OSError, EOFError, zlib.error) as err:
            raise SourceCorrupt(f"the compressed SVG can't be read: {err}") from err
    if len(content) > SVG_MAXIMUM:
        raise SourceUnsupported(f"the SVG is larger than {SVG_MAXIMUM} bytes")
    return content


class _Parser(DefusedXMLParser):
    """Takes the short, flat entities that drawing programs declare for namespaces, and no others."""

    def __init__(self) -> None:
        super().__init__(forbid_dtd=False, forbid_entities=True, forbid_external=True)

    def defused_entity_decl(  # noqa: PLR0917 - the signature of the base
        self,
        name: str,
        is_parameter_entity: bool,
        value: str | None,
        base: str | None,
        sysid: str | None,
        pubid: str | None,
        notation_name: str | None,
    ) -> None:
        if is_parameter_entity or value is None or len(value) > ENTITY_MAXIMUM or "&" in value or "%" in value:
            raise EntitiesForbidden(name, value, base, sysid, pubid, notation_name)


def _parsed(markup: bytes) -> Element:
    try:
        parser = _Parser()
        parser.feed(markup)
        root: Element = parser.close()
    except DefusedXmlException as err:
        raise SourceUnsupported("the SVG declares XML entities that are nested, long or external") from err
    except (ParseError, ValueError, LookupError) as err:
        raise SourceCorrupt(f"the SVG is not well-formed XML: {err}") from err
    if root.tag.rpartition("}")[2] != "svg":
        raise SourceCorrupt("the XML is no SVG")
    return root


def _disarm(root: Element) -> None:
    """Take out what would read other files: links of images and uses that point outside."""
    for element in root.iter():
        for name in ("href", _XLINK_HREF):
            link = element.get(name, "").strip()
            if link and not link.startswith(("#", "data:")):
                del element.attrib[name]


def _intrinsic(root: Element) -> tuple[float, float]:
    """CSS pixels: width and height, or one of them and the view box, or the view box at `SVG_WIDTH`."""
    width, height = _css_pixels(root.get("width")), _css_pixels(root.get("height"))
    if width and height:
        return width, height
    box_width, box_height = _view_box(root)
    ratio = box_height / box_width
    if width or height:
        return (width, width * ratio) if width else ((height or 0) / ratio, height or 0)
    return float(SVG_WIDTH), SVG_WIDTH * ratio


def _css_pixels(value: str | None) -> float | None:
    match = re.fullmatch(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|)\s*", value or "")
    if not match:
        return None
    length = float(match[1]) * _UNITS[match[2]]
    return length if 0 < length < 1e6 else None


def _view_box(root: Element) -> tuple[float, float]:
    try:
        _, _, width, height = (float(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip()))
    except ValueError:
        return float(SVG_WIDTH), float(SVG_WIDTH)
    usable = 0 < width < math.inf and 0 < height < math.inf
    return (width, height) if usable else (float(SVG_WIDTH), float(SVG_WIDTH))
