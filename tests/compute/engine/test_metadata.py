"""The metadata rendition."""

import base64
import hashlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from compute.engine.containers import png_text
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import encoded, photo, sample

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dam": "http://www.day.com/dam/1.0",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "my": "http://example.com/my/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}


class Packet:
    """The metadata rendition of a source, read as the repository reads it."""

    def __init__(self, workshop: Workshop, content: bytes, **source: Any) -> None:
        self.xml = workshop.render(content, fmt="xmp", **source)
        root = fromstring(self.xml)
        assert root.tag == "{adobe:ns:meta/}xmpmeta"
        (self._description,) = root.findall(f"{RDF}RDF/{RDF}Description")
        assert self._description.get(f"{RDF}about") == ""

    def element(self, name: str) -> Element | None:
        prefix, _, local = name.partition(":")
        return self._description.find(f"{{{SPACES[prefix]}}}{local}")

    def __getitem__(self, name: str) -> Any:
        """Text, or the list of an array."""
        element = self.element(name)
        if element is None:
            return None
        return [item.text for item in element[0]] if len(element) else element.text


@pytest.mark.parametrize("fmt", ["jpeg", "png", "gif", "tiff", "webp"])
@pytest.mark.parametrize("length", [10, 150_000])
def test_what_write_back_wrote_is_read(workshop: Workshop, fmt: str, length: int) -> None:
    packet = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF[1:-1]}"><rdf:Description rdf:about=""'
        f' xmlns:dc="{SPACES["dc"]}"><dc:source>{"s" * length}</dc:source></rdf:Description></rdf:RDF></x:xmpmeta>'
    )
    xmp = base64.b64encode(packet.encode()).decode()
    written = workshop.render(encoded(photo(64, 48), fmt.upper()), fmt=fmt, xmp=xmp)
    assert Packet(workshop, written)["dc:source"] == "s" * length


def test_extended_xmp_in_pieces_is_left_out(workshop: Workshop) -> None:
    xmp = base64.b64encode(b"<a>" + b"s" * 150_000 + b"</a>").decode()
    written = workshop.render(encoded(photo(64, 48)), fmt="jpeg", xmp=xmp)
    broken = written.replace(b"http://ns.adobe.com/xmp/extension/", b"http://ns.adobe.com/xmp/extensiom/", 1)
    assert Packet(workshop, broken)["tiff:ImageWidth"] == "64"


def test_every_file_has_its_size_hash_and_type(workshop: Workshop) -> None:
    content = b"\x07 nobody knows this \x00\x01"
    packet = Packet(workshop, content, name="thing.xyz", mimetype="application/x-thing")
    assert packet["dam:size"] == str(len(content))
    assert packet["dam:sha1"] == hashlib.sha1(content).hexdigest()
    assert packet["dc:format"] == "application/x-thing"
    assert packet["dam:MIMEtype"] == "application/x-thing"
    assert packet["dam:extracted"].endswith("Z")


def test_a_picture_is_measured(workshop: Workshop) -> None:
    packet = Packet(workshop, encoded(photo(300, 150), dpi=(150, 150), progressive=True))
    assert packet["tiff:ImageWidth"] == "300"
    assert packet["tiff:ImageLength"] == "150"
    assert packet["dc:format"] == "image/jpeg"
    assert packet["dam:Bitsperpixel"] == "24"
    assert packet["dam:Fileformat"] == "JPEG"
    assert packet["dam:Progressive"] == "yes"
    assert packet["dam:Physicalwidthininches"] == "2.0000"


@pytest.mark.parametrize("fmt", ["JPEG", "TIFF", "WEBP", "PNG", "AVIF"])
def test_width_and_height_are_those_of_the_file_and_orientation_is_named(workshop: Workshop, fmt: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 1 if fmt == "AVIF" else 6
    exif[0x010F] = "Maker"
    packet = Packet(workshop, encoded(photo(60, 40), fmt, exif=exif.tobytes()))
    assert (packet["tiff:ImageWidth"], packet["tiff:ImageLength"]) == ("60", "40")
    assert packet["tiff:Make"] == "Maker"
    if fmt != "AVIF":
        assert packet["tiff:Orientation"] == "6"


def test_exif_becomes_properties(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[270] = "A picture"
    exif[315] = "Ann; Bob"
    exif[33432] = "XX Ann"
    exif[306] = "2024:05:06 07:08:09"
    detail = exif.get_ifd(0x8769)
    detail[33434] = IFDRational(1, 250)
    detail[34855] = 400
    detail[36867] = "2024:01:02 03:04:05"
    detail[36881] = "+02:00"
    detail[36868] = "0000:00:00 00:00:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (47.0, 35.0, 30.72)
    place[3], place[4] = "W", (7.0, 30.0, 0.0)
    block = exif.tobytes().replace(b"XX Ann", "© Ann".encode())
    packet = Packet(workshop, encoded(photo(20, 20), exif=block))
    assert packet["dc:description"] == ["A picture"]
    assert packet["dc:creator"] == ["Ann", "Bob"]
    assert packet["dc:rights"] == ["© Ann"]
    assert packet["exif:ExposureTime"] == "1/250"
    assert packet["exif:ISOSpeedRatings"] == ["400"]
    assert packet["exif:DateTimeOriginal"] == "2024-01-02T03:04:05+02:00"
    assert packet["xmp:CreateDate"] == "2024-01-02T03:04:05+02:00"
    assert packet["xmp:ModifyDate"] == "2024-05-06T07:08:09"
    assert packet["exif:GPSLatitude"] == "47,35.512000N"
    assert packet["exif:GPSLongitude"] == "7,30.000000W"


def test_the_embedded_packet_is_kept_and_wins_over_exif(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[270] = "old description"
    exif[271] = "Maker"
    xmp = _packet(
        """
        <dc:description><rdf:Alt>
          <rdf:li xml:lang="x-default">new</rdf:li><rdf:li xml:lang="de">neu</rdf:li>
        </rdf:Alt></dc:description>
        <dc:subject><rdf:Bag><rdf:li>one</rdf:li><rdf:li>two &amp; three</rdf:li></rdf:Bag></dc:subject>
        <xmpMM:History><rdf:Seq>
          <rdf:li rdf:parseType="Resource"><my:action>saved</my:action></rdf:li>
        </rdf:Seq></xmpMM:History>""",
        'my:colour="blue" tiff:ImageWidth="9999"',
    )
    packet = Packet(workshop, encoded(photo(20, 20), exif=exif.tobytes(), xmp=xmp))
    assert packet["dc:description"] == ["new", "neu"]
    assert packet["dc:subject"] == ["one", "two & three"]
    assert packet["my:colour"] == "blue"
    assert packet["tiff:Make"] == "Maker"
    assert packet["tiff:ImageWidth"] == "20", "what is measured wins over what is claimed"
    history = packet.element("xmpMM:History")
    assert history is not None
    assert history.find(f".//{{{SPACES['my']}}}action") is not None
    assert b"xmlns:my=" in packet.xml


def _packet(properties: str, attributes: str = "") -> bytes:
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    return f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="{RDF[1:-1]}"><rdf:Description rdf:about="" {spaces} {attributes}>{properties}
        </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()


def test_a_packet_with_entities_or_broken_xml_is_left_out(workshop: Workshop) -> None:
    for bad in (b"<x:xmpmeta", b"<!DOCTYPE a [<!ENTITY b 'c'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&b;</x:xmpmeta>"):
        assert Packet(workshop, encoded(photo(20, 20), xmp=bad))["tiff:ImageWidth"] == "20"


def test_control_characters_do_not_break_the_packet(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[270] = "a\x01b\x0bc"
    assert Packet(workshop, encoded(photo(20, 20), exif=exif.tobytes()))["dc:description"] == ["abc"]


def test_iptc_becomes_properties(workshop: Workshop) -> None:
    def dataset(number: int, value: bytes) -> bytes:
        return bytes([0x1C, 2, number]) + len(value).to_bytes(2, "big") + value

    iptc = dataset(5, "Tïtle".encode()) + dataset(25, b"sea") + dataset(25, b"sky") + dataset(90, b"Basel")
    iptc += dataset(55, b"20240102") + dataset(60, b"030405+0100") + dataset(80, b"Ann")
    block = b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc + (b"\0" if len(iptc) % 2 else b"")
    body = b"Photoshop 3.0\0" + block
    jpeg = encoded(photo(20, 20))
    content = jpeg[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]
    packet = Packet(workshop, content)
    assert packet["dc:title"] == ["Tïtle"]
    assert packet["dc:subject"] == ["sea", "sky"]
    assert packet["photoshop:City"] == "Basel"
    assert packet["photoshop:DateCreated"] == "2024-01-02T03:04:05+01:00"
    assert packet["dc:creator"] == ["Ann"]


def test_png_metadata_after_the_pixels_is_found(workshop: Workshop) -> None:
    png = encoded(photo(20, 20), "PNG")
    content = png[:-12] + png_text(_packet("", 'my:late="yes"')) + png[-12:]
    assert Packet(workshop, content)["my:late"] == "yes"


def test_a_damaged_picture_still_has_what_can_be_said(workshop: Workshop) -> None:
    content = encoded(photo(200, 200))[:900]
    packet = Packet(workshop, content, name="torn.jpg")
    assert packet["dc:format"] == "image/jpeg"
    assert packet["dam:size"] == "900"


def test_real_files(workshop: Workshop) -> None:
    pdf = Packet(workshop, sample("brochure.pdf").read_bytes(), name="brochure.pdf")
    assert pdf["dc:format"] == "application/pdf"
    portrait = Packet(workshop, Path(sample("portrait-cmyk-orientation.jpg")).read_bytes())
    assert portrait["dam:Bitsperpixel"] == "32"
    assert portrait["tiff:Model"] == "Canon EOS 5D Mark III"
    slides = Packet(workshop, sample("slides.pptx").read_bytes(), name="slides.pptx")
    assert slides["dc:format"].endswith("presentationml.presentation")


@pytest.mark.parametrize("before", [0, 70_000_000, 200_000_000])
def test_a_packet_in_a_file_of_any_format_is_found(vips_workshop: Workshop, before: int) -> None:
    """Video and layout programs put it at the start or at the end."""
    content = b"%!PS-Adobe-3.0\n" + bytes(before) + _packet("", 'my:late="yes"') + b"\n%%EOF"
    assert Packet(vips_workshop, content)["my:late"] == "yes"
