"""XMP packets: reading what is embedded in a file, and writing our own.

The shape that is written is in docs/renditions.md: one rdf:Description, simple properties as elements, arrays as
rdf:Seq or rdf:Bag, alternatives by language as rdf:Alt.
"""

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from compute.engine.metadata.properties import NAMESPACES, RDF, Array, Kind, Name, Properties, Value

NAMESPACE_MAXIMUM, DEEPEST = 500, 100
XML = "http://www.w3.org/XML/1998/namespace"
_SKIPPED = {f"{{{RDF}}}about", f"{{{RDF}}}ID", f"{{{RDF}}}nodeID", f"{{{XML}}}lang"}
_ARRAYS: dict[str, Kind] = {f"{{{RDF}}}Seq": "Seq", f"{{{RDF}}}Bag": "Bag", f"{{{RDF}}}Alt": "Alt"}
# What XML 1.0 can't hold, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIX = re.compile(r"(?!xml)[A-Za-z_][\w.-]{0,40}", re.ASCII)


def read_packet(packet: bytes, into: Properties) -> None:
    """Take up the properties of an embedded packet; a broken packet has none."""
    try:
        text = _without_wrapper(packet)
        root: Element = fromstring(text, forbid_dtd=True)
        prefixes = _prefixes(text)
        if len(prefixes) > NAMESPACE_MAXIMUM:
            return
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return
    known = set(into.prefixes.values())
    for uri, prefix in prefixes.items():
        if uri not in into.prefixes and prefix not in known and _PREFIX.fullmatch(prefix):
            into.prefixes[uri] = prefix
            known.add(prefix)
    for description in _top_level(root):
        _read_description(description, into)


def _without_wrapper(packet: bytes) -> bytes:
    """Without the padding and NULs around, which XML parsers refuse."""
    start, end = packet.find(b"<"), packet.rfind(b">")
    return packet[start : end + 1]


def _prefixes(text: bytes) -> dict[str, str]:
    events = iterparse(io.BytesIO(text), events=("start-ns",), forbid_dtd=True)
    return {uri: prefix for _, (prefix, uri) in events if prefix}


def _top_level(root: Element) -> Iterator[Element]:
    tag = f"{{{RDF}}}Description"
    if root.tag == tag:
        yield root
    for rdf in root.iter(f"{{{RDF}}}RDF"):
        yield from (child for child in rdf if child.tag == tag)


def _read_description(description: Element, into: Properties) -> None:
    for tag, text in description.attrib.items():
        if tag not in _SKIPPED and (name := _name(tag)):
            into.keep(name, text)
    for child in description:
        if (name := _name(child.tag)) and not _is_deep(child):
            into.keep(name, _value(child))


def _is_deep(element: Element) -> bool:
    """Deeper than any structure is, and than can be written."""
    level = [element]
    for _ in range(DEEPEST):
        level = [child for parent in level for child in parent]
        if not level:
            return False
    return True


def _name(tag: str) -> Name | None:
    if not tag.startswith("{"):
        return None
    uri, _, local = tag[1:].partition("}")
    return uri, local


def _value(element: Element) -> Value:
    children = list(element)
    if not children:
        resource = element.get(f"{{{RDF}}}resource")
        plain = set(element.attrib) <= _SKIPPED | {f"{{{RDF}}}resource"}
        return (resource or (element.text or "").strip()) if plain else element
    kind = _ARRAYS.get(children[0].tag)
    flat = kind and all(not list(item) and not set(item.attrib) - _SKIPPED for item in children[0])
    if not kind or not flat or (kind == "Alt" and len(children[0]) > 1):
        return element
    return Array(kind, tuple((item.text or "").strip() for item in children[0]))


def write_packet(properties: Properties) -> bytes:
    """UTF-8 XML without the xpacket wrapper: an x:xmpmeta with one rdf:Description."""
    buffer = io.BytesIO()
    writer = _Writer(buffer, properties)
    writer.write()
    return buffer.getvalue()


class _Writer:
    def __init__(self, buffer: io.BytesIO, properties: Properties) -> None:
        from xml.sax.saxutils import XMLGenerator  # brings half of urllib with it: 7 MB when nobody else needs that

        self._properties = properties
        self._xml = XMLGenerator(buffer, "utf-8", short_empty_elements=True)

    def write(self) -> None:
        self._xml.startDocument()
        for uri in dict.fromkeys(self._uris()):
            self._xml.startPrefixMapping(self._prefix(uri), uri)
        self._open(("adobe:ns:meta/", "xmpmeta"))
        self._open((RDF, "RDF"))
        self._open((RDF, "Description"), {(RDF, "about"): ""})
        for name, value in self._properties:
            self._property(name, value)
        for name in ((RDF, "Description"), (RDF, "RDF"), ("adobe:ns:meta/", "xmpmeta")):
            self._close(name)
        self._xml.endDocument()

    def _uris(self) -> list[str]:
        uris = [NAMESPACES["x"], RDF]
        for (uri, _), value in self._properties:
            uris.append(uri)
            if isinstance(value, Element):
                tags = [tag for element in value.iter() for tag in (element.tag, *element.attrib)]
                uris += [name[0] for tag in tags if (name := _name(tag)) and name[0] != XML]
        return uris

    def _prefix(self, uri: str) -> str:
        prefixes = self._properties.prefixes
        if uri not in prefixes:
            prefixes[uri] = f"ns{len(prefixes)}"
        return prefixes[uri]

    def _property(self, name: Name, value: Value) -> None:
        if isinstance(value, Element):
            self._element(value)
            return
        self._open(name)
        if isinstance(value, Array):
            self._array(value)
        else:
            self._text(value)
        self._close(name)

    def _array(self, array: Array) -> None:
        self._open((RDF, array.kind))
        for item in array.items:
            self._open((RDF, "li"), {(XML, "lang"): "x-default"} if array.kind == "Alt" else {})
            self._text(item)
            self._close((RDF, "li"))
        self._close((RDF, array.kind))

    def _element(self, element: Element) -> None:
        name = _name(element.tag)
        if name is None:
            return
        attributes = {known: text for tag, text in element.attrib.items() if (known := _name(tag))}
        self._open(name, attributes)
        self._text((element.text or "").strip() if len(element) else element.text or "")
        for child in element:
            self._element(child)
        self._close(name)

    def _open(self, name: Name, attributes: dict[Name, str] | None = None) -> None:
        from xml.sax.xmlreader import AttributesNSImpl

        cleaned: dict[tuple[str | None, str], str] = {
            key: _FORBIDDEN.sub("", text) for key, text in (attributes or {}).items()
        }
        self._xml.startElementNS(name, None, AttributesNSImpl(cleaned, {}))

    def _close(self, name: Name) -> None:
        self._xml.endElementNS(name, None)

    def _text(self, text: str) -> None:
        self._xml.characters(_FORBIDDEN.sub("", text))
