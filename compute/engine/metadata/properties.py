"""XMP properties as values; pure.

A property has a qualified name (`dc:title`) and a value: text, an ordered (`Seq`) or unordered (`Bag`) array of
texts, an alternative by language (`Alt`), or the XML element of a structure that the file has and that is passed on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMESPACES = {
    "rdf": RDF,
    "x": "adobe:ns:meta/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dam": "http://www.day.com/dam/1.0",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "xmpTPg": "http://ns.adobe.com/xap/1.0/t/pg/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
}


Kind = Literal["Seq", "Bag", "Alt"]


@dataclass(frozen=True)
class Array:
    kind: Kind
    items: tuple[str, ...]


Value = str | Array | Element
Name = tuple[str, str]  # namespace URI, local name


def seq(*items: object) -> Array:
    return Array("Seq", tuple(map(str, items)))


def bag(*items: object) -> Array:
    return Array("Bag", tuple(map(str, items)))


def alt(text: str) -> Array:
    """A text in the default language."""
    return Array("Alt", (text,))


def qualified(name: str) -> Name:
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix], local


class Properties:
    """Properties by name, in the order in which they came; also the prefixes of a file's own namespaces."""

    def __init__(self) -> None:
        self._values: dict[Name, Value] = {}
        self.prefixes: dict[str, str] = {uri: prefix for prefix, uri in NAMESPACES.items()}

    def set(self, name: str, value: Value | int | float | None) -> None:
        """What we have measured ourselves; replaces what the file says."""
        if value is not None:
            self._values[qualified(name)] = str(value) if isinstance(value, (int, float)) else value

    def offer(self, values: Mapping[str, Value | None]) -> None:
        """What an older block of the file says; the XMP packet, which was read before, knows better."""
        for name, value in values.items():
            if value is not None and qualified(name) not in self._values:
                self._values[qualified(name)] = value

    def keep(self, name: Name, value: Value) -> None:
        self._values.setdefault(name, value)

    def get(self, name: str) -> Value | None:
        return self._values.get(qualified(name))

    def __iter__(self) -> Iterator[tuple[Name, Value]]:
        return iter(self._values.items())
