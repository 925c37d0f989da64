"""SVG by resvg, which runs no scripts.

Links to anything but data: URIs are taken out, and hostile entities refused, before it sees the XML.
"""

import gzip
import io
import math
import re
import zlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

import resvg_py
from defusedxml.common import DefusedXmlException, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser
from PIL import Image

from compute.engine.fonts import families
from compute.engine.geometry import Box, Size
from compute.engine.instructions import Colour, Density
from compute.engine.pillow_raster import Wrap, drawn_part, reading
from compute.engine.raster import SVG_WIDTH, Raster
from compute.errors import SourceCorrupt, SourceUnsupported

SVG_MAXIMUM = 32 * 1024 * 1024  # bytes of markup
DPI = 96  # of millimetres, inches and points, as in CSS
EXACT_FROM, LONGEST = 200, 100_000  # pixels of the shorter and of the longer side
ENTITY_MAXIMUM = 200
ATTRIBUTE_MAXIMUM = 1000
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
HEAD = 256 * 1024  # bytes in which entities are declared
_ENTITY = re.compile(rb"<!ENTITY\s+([^\s%]{1,100})\s+[\"']([^\"']{0,1000})")
_SERIF = re.compile(r"(?<![\w-])serif(?![\w-])")
_UNITS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


class SvgPicture:
    scalable = True
    density: Density | None = None
    paper: Colour | None = None

    def __init__(self, path: Path, wrap: Wrap) -> None:
        """Raises SourceCorrupt for broken XML, SourceUnsupported for hostile entities or too many bytes."""
        self._wrap = wrap
        self._drawing = Drawing(read_svg(path))
        self.size = self._drawing.in_small_pixels()

    def raster(self, box: Box, size: Size) -> Raster:
        whole = self.size.scaled(size.width / box.width, size.height / box.height)
        return drawn_part(self._wrap, self._drawing.drawn(*whole), box, self.size, size)


class Drawing:
    """The markup of an SVG, made harmless."""

    def __init__(self, root: Element) -> None:
        _disarm(root)
        # Loading the system's fonts costs more than drawing most pictures.
        self._families = families() if any(_local(element) == "text" for element in root.iter()) else None
        if self._families:
            _name_serif(root, self._families.serif)
        self._root = root
        self._svg = tostring(root, encoding="unicode")
        # One that says nothing is as wide and high as what is drawn.
        found = declared_size(root) or _in_shape(root, self.drawn(SVG_WIDTH).size)
        assert found
        self._width, self._height = found

    def drawn(self, width: int, height: int | None = None) -> Image.Image:
        """Without a height as its shape wants it."""
        fonts: dict[str, Any] = {"skip_system_fonts": True}
        if self._families:
            sans, serif, monospace, files = self._families
            fonts = {"font_family": serif, "sans_serif_family": sans, "monospace_family": monospace}
            # The serif family stands in for those that nobody has.
            fonts |= {"serif_family": sans, "cursive_family": sans, "fantasy_family": sans, "font_files": [*files]}
        try:
            png = resvg_py.svg_to_bytes(svg_string=self._svg, width=width, height=height, dpi=DPI, **fonts)
        except (ValueError, RuntimeError) as err:
            raise SourceCorrupt(f"the SVG can't be drawn: {err}") from err
        return _png_image(bytes(png))

    def in_small_pixels(self) -> Size:
        """The size, enlarged when rounding it would change the shape of a small drawing."""
        shorter, longer = sorted((self._width, self._height))
        factor = EXACT_FROM / shorter
        if (self._width.is_integer() and self._height.is_integer()) or factor <= 1 or longer * factor > LONGEST:
            return Size(max(1, round(self._width)), max(1, round(self._height)))
        enlarged = Size(round(self._width * factor), round(self._height * factor))
        if _view_box(self._root) is None:
            self._root.set("viewBox", f"0 0 {self._width:g} {self._height:g}")
        self._root.set("width", str(enlarged.width))
        self._root.set("height", str(enlarged.height))
        self._svg = tostring(self._root, encoding="unicode")
        return enlarged


def declared_size(root: Element) -> tuple[float, float] | None:
    """CSS pixels: width and height, or one of them and the view box, or the view box at `SVG_WIDTH`."""
    return _in_shape(root, _view_box(root))


def _in_shape(root: Element, shape: tuple[float, float] | None) -> tuple[float, float] | None:
    width, height = _css_pixels(root.get("width")), _css_pixels(root.get("height"))
    if width and height:
        return width, height
    if shape is None:
        return None
    ratio = shape[1] / shape[0]
    if width or height:
        return width or (height or 0) / ratio, height or (width or 0) * ratio
    return float(SVG_WIDTH), SVG_WIDTH * ratio


def read_svg(path: Path) -> Element:
    """The root. Raises SourceCorrupt for broken XML, SourceUnsupported for hostile entities or too many bytes."""
    return _parsed(_markup(path))


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


def _expanded(markup: bytes) -> int:
    """Characters that all uses of its entities give."""
    plain = markup.replace(b"\0", b"")  # of UTF-16
    return sum(plain.count(b"&" + name + b";") * len(value) for name, value in _ENTITY.findall(plain[:HEAD]))


def _parsed(markup: bytes) -> Element:
    if _expanded(markup) > SVG_MAXIMUM:
        raise SourceUnsupported(f"the SVG has entities that make it larger than {SVG_MAXIMUM} bytes")
    try:
        parser = _Parser()
        parser.feed(markup)
        root: Element = parser.close()
    except DefusedXmlException as err:
        raise SourceUnsupported("the SVG declares XML entities that are nested, long or external") from err
    except (ParseError, ValueError, LookupError) as err:
        raise SourceCorrupt(f"the SVG is not well-formed XML: {err}") from err
    if _local(root) != "svg":
        raise SourceCorrupt("the XML is no SVG")
    return root


def _disarm(root: Element) -> None:
    """Take out what would read other files: links of images and uses that point outside.

    Raises SourceUnsupported for what takes resvg minutes: it compares each attribute with all others.
    """
    for element in root.iter():
        if len(element.attrib) > ATTRIBUTE_MAXIMUM:
            raise SourceUnsupported(f"the SVG has an element with more than {ATTRIBUTE_MAXIMUM} attributes")
        for name in ("href", _XLINK_HREF):
            link = element.get(name, "").strip()
            if link and not link.startswith(("#", "data:")):
                del element.attrib[name]


def _name_serif(root: Element, family: str) -> None:
    """The generic serif family by the name of a font."""
    for element in root.iter():
        for name in ("font-family", "style"):
            if "serif" in (value := element.get(name, "")):
                element.set(name, _SERIF.sub(f"'{family}'", value))
        if _local(element) == "style" and element.text:
            element.text = _SERIF.sub(f"'{family}'", element.text)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _css_pixels(value: str | None) -> float | None:
    match = re.fullmatch(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|)\s*", value or "")
    if not match:
        return None
    length = float(match[1]) * _UNITS[match[2]]
    return length if 0 < length < 1e6 else None


def _view_box(root: Element) -> tuple[float, float] | None:
    try:
        _, _, width, height = (float(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip()))
    except ValueError:
        return None
    return (width, height) if 0 < width < math.inf and 0 < height < math.inf else None
