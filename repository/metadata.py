"""The metadata rendition: RDF/XML, as the core workers and custom metadata workers write it, made JCR properties. Pure.

A text becomes a String, rdf:Seq and rdf:Bag a String[], rdf:Alt the text of its default language; properties of
known names become Long, Decimal or Date, if they can be read as such. A structure becomes a child node, an array of
structures a child node with children `1`, `2`, …, as AEM keeps XMP in the repository.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from repository import values
from repository.errors import InvalidName, InvalidValue, MetadataError
from repository.paths import NodeName
from repository.tree import NodeSpec
from repository.values import Properties, Value

MAX_PROPERTIES: Final = 2000
MAX_TEXT: Final = 64 * 1024  # characters; longer ones are embedded thumbnails and the like
MAX_DEPTH: Final = 6

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_ARRAYS: Final = {f"{_RDF}Seq", f"{_RDF}Bag", f"{_RDF}Alt"}
_PREFIXES: Final = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/bj/": "xmpBJ",
    "http://ns.adobe.com/xap/1.0/t/pg/": "xmpTPg",
    "http://ns.adobe.com/xap/1.0/g/": "xmpG",
    "http://ns.adobe.com/xap/1.0/g/img/": "xmpGImg",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://ns.adobe.com/pdfx/1.3/": "pdfx",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://creativecommons.org/ns#": "cc",
    "http://www.day.com/dam/1.0": "dam",
    "http://www.day.com/jcr/cq/1.0": "cq",
}
_KNOWN: Final = frozenset(_PREFIXES.values())
# What the repository keeps itself, and no file may say.
_RESERVED: Final = frozenset({"jcr", "rep", "oak", "sling", "nt", "mix", "rdf", "x", "xml"})

_LONGS: Final = frozenset(
    {"dam:size", "dam:Bitsperpixel", "dam:Numberofimages", "dam:Physicalwidthindpi", "dam:Physicalheightindpi"}
    | {"tiff:ImageWidth", "tiff:ImageLength", "tiff:Orientation", "exif:PixelXDimension", "exif:PixelYDimension"}
    | {"dam:Numberoftextualcomments", "exif:ColorSpace", "photoshop:ColorMode", "xmp:Rating", "xmpTPg:NPages"}
)
_DECIMALS: Final = frozenset({"dam:Physicalwidthininches", "dam:Physicalheightininches"})
_DATES: Final = frozenset(
    {"xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate", "photoshop:DateCreated", "exif:DateTimeOriginal"}
    | {"dc:modified", "exif:DateTimeDigitized", "dam:extracted", "stEvt:when", "xmpMM:when"}
)
# Spellings of the Asset Compute SDK, and those that AEM keeps.
_RENAMED: Final = {"tiff:imageWidth": "tiff:ImageWidth", "tiff:imageHeight": "tiff:ImageLength"}
_NAME = re.compile(r"\{([^}]*)\}(.+)")


@dataclass
class Metadata:
    """`children` are the structures."""

    properties: Properties = field(default_factory=dict)
    children: dict[str, NodeSpec] = field(default_factory=dict)

    def spec(self) -> NodeSpec:
        return NodeSpec("nt:unstructured", self.properties, children=self.children)


def parse(xml: bytes) -> Metadata:
    """The properties of all top-level descriptions. MetadataError if it is not RDF/XML."""
    metadata = Metadata()
    reader = _Reader(xml)
    for description in reader.descriptions():
        reader.take(description, metadata, depth=0)
    return metadata


class _Reader:
    def __init__(self, xml: bytes) -> None:
        self._prefixes: dict[str, str] = {}
        self._root = self._read(xml)
        self._left = MAX_PROPERTIES

    def descriptions(self) -> Iterator[Element]:
        rdf = self._root if self._root.tag == f"{_RDF}RDF" else self._root.find(f".//{_RDF}RDF")
        if rdf is None:
            raise MetadataError("The metadata has no rdf:RDF element")
        yield from rdf.findall(f"{_RDF}Description")

    def take(self, description: Element, into: Metadata, depth: int) -> None:
        """Properties of a description, written as attributes or elements."""
        for tag, text in description.attrib.items():
            self._keep(tag, text, into)
        for element in description:
            self._take_element(element, into, depth)

    def _take_element(self, element: Element, into: Metadata, depth: int) -> None:
        items = _items(element)
        structures = [structure for item in items or [element] if (structure := _structure(item)) is not None]
        if structures:
            self._keep_structures(element.tag, structures, into, depth, is_array=items is not None)
        elif items is None:
            self._keep(element.tag, element.get(f"{_RDF}resource") or element.text or "", into)
        elif element[0].tag == f"{_RDF}Alt":
            self._keep(element.tag, _default_language(items), into)
        else:
            self._keep(element.tag, [_text(item) for item in items], into)

    def _keep(self, tag: str, written: str | list[str], into: Metadata) -> None:
        name = self._name(tag)
        if name is None or self._left <= 0 or len("".join(written)) > MAX_TEXT:
            return
        value = _value(name, written.strip() if isinstance(written, str) else written)
        if value is not None:
            into.properties[name] = value
            self._left -= 1

    def _keep_structures(
        self, tag: str, structures: list[Element], into: Metadata, depth: int, *, is_array: bool
    ) -> None:
        name = self._name(tag)
        if name is None or depth >= MAX_DEPTH:
            return
        parts = [part.spec() for structure in structures if (part := self._part(structure, depth))]
        if not parts:
            return
        numbered = {str(number): part for number, part in enumerate(parts, start=1)}
        into.children[name] = NodeSpec("nt:unstructured", children=numbered) if is_array else parts[0]

    def _part(self, structure: Element, depth: int) -> Metadata | None:
        part = Metadata()
        self.take(structure, part, depth + 1)
        return part if part.properties or part.children else None

    def _name(self, tag: str) -> str | None:
        """`dc:title`; None for what is no property, or not a file's to say."""
        match = _NAME.fullmatch(tag)
        if match is None or tag == _LANG:
            return None
        own = self._prefixes.get(match[1])
        prefix = _PREFIXES.get(match[1]) or (own if own not in _KNOWN else None)
        if not prefix or prefix in _RESERVED:
            return None
        try:
            return NodeName(_RENAMED.get(f"{prefix}:{match[2]}", f"{prefix}:{match[2]}"))
        except InvalidName:
            return None

    def _read(self, xml: bytes) -> Element:
        root: Element | None = None
        try:
            for event, found in iterparse(io.BytesIO(xml), events=("start", "start-ns"), forbid_dtd=True):
                if event == "start-ns":
                    self._prefixes.setdefault(found[1], found[0])
                elif root is None:
                    root = found
        except (ParseError, DefusedXmlException, ValueError, LookupError) as err:
            raise MetadataError(f"The metadata is not XML that can be read: {err}") from err
        if root is None:
            raise MetadataError("The metadata is empty")
        return root


def merge(present: Mapping[str, Value], extracted: Properties) -> Properties:
    """What of the extracted properties to write: people's words (dc:*, cq:*) stay where there are some."""
    return {
        name: value
        for name, value in extracted.items()
        if name not in present or name == "dc:format" or not name.startswith(("dc:", "cq:"))
    }


def _items(element: Element) -> list[Element] | None:
    if len(element) != 1 or element[0].tag not in _ARRAYS:
        return None
    return element[0].findall(f"{_RDF}li")


def _structure(element: Element) -> Element | None:
    """The element that holds the fields, if this is a structure."""
    if element.get(f"{_RDF}parseType") == "Resource":
        return element
    if len(element) == 1 and element[0].tag == f"{_RDF}Description":
        return element[0]
    fields = [tag for tag in element.attrib if not tag.startswith(_RDF) and tag != _LANG]
    return element if fields else None


def _default_language(items: list[Element]) -> str:
    default = next((item for item in items if item.get(_LANG) == "x-default"), items[0] if items else None)
    return "" if default is None else _text(default)


def _text(item: Element) -> str:
    return (item.get(f"{_RDF}resource") or item.text or "").strip()


def _value(name: str, written: str | list[str]) -> Value | None:
    type_name = "Long" if name in _LONGS else "Decimal" if name in _DECIMALS else "Date" if name in _DATES else "String"
    for candidate in (type_name, "String"):
        try:
            return values.typed(candidate, written)
        except InvalidValue:
            continue
    return None
