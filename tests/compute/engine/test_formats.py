"""What a file is taken for."""

from pathlib import Path

import pytest

from compute.engine.formats import FORMATS
from compute.engine.source import Source
from tests.compute.engine.samples import all_samples, encoded, photo
from tests.compute.engine.test_documents import archive, pdf, svg


def identified(folder: Path, content: bytes, name: str = "file", mimetype: str | None = None) -> tuple[str | None, str]:
    path = folder / "source"
    path.write_bytes(content)
    source = Source(path, len(content), mimetype, name)
    return (source.format.name if source.format else None), source.mimetype


def office(part: str, main: str) -> bytes:
    types = f'<Types><Override PartName="/{part}" ContentType="application/{main}.main+xml"/></Types>'
    return archive(**{part: "x", "[Content_Types].xml": types})


def damaged(content: bytes) -> bytes:
    """In what follows the name of the last member, its packed content."""
    at = content.index(b"[Content_Types].xml") + 19
    return content[:at] + b"\xff" * 8 + content[at + 8 :]


def asf(*streams: int) -> bytes:
    rest = bytes.fromhex("4d5bcf11a8fd00805f5c442b")
    body = b"".join(number.to_bytes(4, "little") + rest for number in streams)
    head = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(8)
    return head + (6000 + len(body)).to_bytes(8, "little") + bytes(5976) + body


SOUND, PICTURES = 0xF8699E40, 0xBC19EFC0
ADTS = b"\xff\xf1\x50\x80\x01\x1f\xfc\0"


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (encoded(photo(4, 4)), "wrong.png", "JPEG"),
        (encoded(photo(4, 4), "TIFF"), "", "TIFF"),
        (encoded(photo(4, 4), "TGA"), "a.tga", "TGA"),
        (encoded(photo(4, 4), "PPM"), "a", "PNM"),
        (encoded(photo(4, 4), "BMP"), "a", "BMP"),
        (encoded(photo(4, 4), "ICO"), "a", "ICO"),
        (pdf(), "a.txt", "PDF"),
        (b"junk before\n%PDF-1.7\n", "a", "PDF"),
        (svg(), "a.xml", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- c --><svg:svg xmlns:svg='x'/>", "a", "SVG"),
        (b"<?xml version='1.0'?><rdf/>", "a.xml", "XML"),
        (b"<html><body><svg></svg></body></html>", "a.html", "HTML"),
        (archive(word__document_dot_xml="x"), "a.zip", "DOCX"),
        (archive(a="x"), "a.docx", "ZIP"),
        (office("word/document.xml", "vnd.ms-word.document.macroEnabled"), "a", "DOCM"),
        (office("xl/workbook.xml", "vnd.ms-excel.sheet.macroEnabled"), "a", "XLSM"),
        (office("ppt/presentation.xml", "vnd.ms-powerpoint.presentation.macroEnabled"), "a", "PPTM"),
        (office("word/document.xml", "vnd.openxmlformats-officedocument.wordprocessingml.template"), "a", "DOTX"),
        (office("ppt/presentation.xml", "vnd.openxmlformats-officedocument.presentationml.slideshow"), "a", "PPSX"),
        (office("word/document.xml", "something"), "a", "DOCX"),
        (damaged(office("word/document.xml", "vnd.ms-word.document.macroEnabled")), "a", "DOCX"),
        (asf(SOUND), "a.wmv", "WMA"),
        (asf(SOUND, PICTURES), "a.wma", "WMV"),
        (asf(), "a.wma", "WMV"),
        (ADTS * 3, "a", "AAC"),
        (b"\x0b\x77" + bytes(40), "a", "AC3"),
        (archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "a", "ODS"),
        (archive(mimetype="application/vnd.oasis.opendocument.text-template"), "a", "ODT"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a", "HEIC"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "a", "AVIF"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0isomM4A ", "a", "M4A"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "a", "MP4"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", "a", "WebM"),
        (b"\0\0\0\x18ftyp3gp5\0\0\0\0isom3gp5", "a.mp4", "3GP"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", "a.cr3", None),
        ((b"G" + bytes(187)) * 5, "a", "MPEG"),
        ((bytes(4) + b"G" + bytes(187)) * 5, "a", "MPEG"),
        (b"let a: string;\n", "a.ts", "Text"),
        (b"OggS" + bytes(24) + b"\x80theora", "a.ogg", "Ogg video"),
        (b"OggS" + bytes(24) + b"OpusHead", "a.ogv", "Ogg"),
        (b"<!--" + b"x" * 5000 + b"--><svg/>", "a.svg", "SVG"),
        (b"a,b\n1,2\n", "a.csv", "CSV"),
        (b"{}", "a.json", "JSON"),
        (b"words", "", "Text"),
        ("wörter".encode("latin-1"), "", "Text"),
        ("words".encode("utf-16"), "", "Text"),
        (b"\0\1\2\3", "a.jpg", None),
    ],
)
def test_content_decides(tmp_path: Path, content: bytes, name: str, expected: str | None) -> None:
    assert identified(tmp_path, content, name)[0] == expected


@pytest.mark.parametrize(
    ("content", "declared", "expected"),
    [
        (encoded(photo(4, 4)), "image/png", "image/jpeg"),
        (b"h1 {}", "text/css", "text/css"),
        (b"let a", "application/javascript", "application/javascript"),
        (b"no picture", "image/jpeg", "text/plain"),
        (b"\0\1\2", "application/x-thing", "application/x-thing"),
        (b"\0\1\2", "image/jpeg", "application/octet-stream"),
        (b"\0\1\2", None, "application/octet-stream"),
        (archive(a="x"), "application/vnd.adobe.indesign-idml-package", "application/vnd.adobe.indesign-idml-package"),
        (archive(a="x"), "application/x-zip-compressed", "application/zip"),
        (archive(a="x"), "application/octet-stream", "application/zip"),
        (archive(a="x"), "image/x-thing", "application/zip"),
    ],
)
def test_a_declared_type_is_believed_where_content_can_not_say(
    tmp_path: Path, content: bytes, declared: str | None, expected: str
) -> None:
    assert identified(tmp_path, content, mimetype=declared)[1] == expected


def test_the_table_names_each_thing_once() -> None:
    for column in ("name", "mimetype"):
        values = [getattr(entry, column) for entry in FORMATS]
        assert len(values) == len(set(values))


def test_real_files_are_what_their_names_say() -> None:
    for path in all_samples():
        extension = path.suffix[1:]
        found = Source(path, path.stat().st_size, None, "").format
        if path.stat().st_size and extension != "md":
            assert found is not None, path.name
            assert extension in found.extensions
