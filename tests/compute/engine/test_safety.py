"""Hostile and damaged files end with a reason, quickly."""

import io
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from compute.engine.limits import Limits
from compute.engine.raster import within_size
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import encoded, photo, sample
from tests.compute.engine.test_documents import archive, svg
from tests.server import ROOT

pytestmark = pytest.mark.timeout(60)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of any size whose pixels pack to next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(20_000, 20_000), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1)])
def test_a_pixel_bomb_is_refused_by_its_header(workshop: Workshop, size: tuple[int, int]) -> None:
    assert workshop.reason(png_claiming(*size), fmt="png", width=48) in {"SourceUnsupported", "SourceCorrupt"}


def test_the_limit_of_pixels_is_a_setting(make_workshop: Callable[[Limits], Workshop]) -> None:
    content = encoded(photo(100, 100))
    assert make_workshop(Limits(max_pixels=9_999)).reason(content, fmt="png") == "SourceUnsupported"
    assert make_workshop(Limits(max_pixels=10_000)).render(content, fmt="png")


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "TGA", "SGI", "PPM", "AVIF"])
def test_a_truncated_picture_is_corrupt_and_not_half_grey(workshop: Workshop, fmt: str) -> None:
    content = encoded(photo(300, 300), fmt)
    assert workshop.reason(content[: len(content) * 2 // 3], name=f"a.{fmt.lower()}", fmt="png") == "SourceCorrupt"


JPEGS: list[dict[str, Any]] = [
    {},
    {"subsampling": 0},
    {"progressive": True},
    {"restart_marker_rows": 1},
    {"restart_marker_blocks": 1},
]


@pytest.mark.parametrize("missing", [1, 2])
@pytest.mark.parametrize("options", JPEGS)
def test_a_jpeg_that_lacks_its_end_marker_alone_is_shown(
    workshop: Workshop, options: dict[str, Any], missing: int
) -> None:
    content = encoded(photo(300, 300), **options)
    for raw in ({}, {"width": 40}, {"crop": {"x": 8, "y": 8, "w": 200, "h": 292}}):
        assert workshop.render(content[:-missing], fmt="png", **raw) == workshop.render(content, fmt="png", **raw)


@pytest.mark.parametrize("options", JPEGS)
def test_a_jpeg_that_lacks_more_is_corrupt(workshop: Workshop, options: dict[str, Any]) -> None:
    content = encoded(photo(300, 300), **options)
    lengths = [len(content) - less for less in (4, 6, 20, 100, 500)]
    if "progressive" in options:  # between scans, where a picture of less detail would be whole
        lengths += [match.start() for match in re.finditer(rb"\xff[\xc4\xda]", content)][4:]
    if "restart_marker_rows" in options:
        lengths += [match.start() + at for match in re.finditer(rb"\xff[\xd0-\xd7]", content) for at in range(3)]
    for length in lengths:
        assert workshop.reason(content[:length], fmt="png") == "SourceCorrupt", length


@pytest.mark.parametrize("length", [1, 4, 12, 40])
def test_a_few_bytes_of_a_picture_are_corrupt_or_unknown(workshop: Workshop, length: int) -> None:
    for fmt in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"):
        reason = workshop.reason(encoded(photo(30, 30), fmt)[:length], fmt="png")
        assert reason in {"SourceCorrupt", "SourceFormatUnsupported", "RenditionFormatUnsupported"}


def test_an_xml_bomb_in_an_svg_is_refused(workshop: Workshop) -> None:
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    content = f"<!DOCTYPE svg [{entities}]>".encode() + svg("<text>&a11;</text>")
    assert workshop.reason(content, fmt="png") == "SourceUnsupported"


def test_an_external_entity_is_refused(workshop: Workshop) -> None:
    content = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>")
    assert workshop.reason(content, fmt="png") == "SourceUnsupported"


def test_an_svg_that_asks_for_too_many_pixels_is_refused(workshop: Workshop) -> None:
    assert workshop.reason(svg(), fmt="png", width=60_000) == "GenericError"


def test_an_svg_that_uses_itself_ends(workshop: Workshop) -> None:
    levels = "".join(f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 2 + "</g>" for n in range(1, 12))
    content = svg(
        f'<g id="g0"><rect width="4" height="2"/></g>{levels}<use href="#g11"/><g id="me"><use href="#me"/></g>'
    )
    assert workshop.render(content, fmt="png", width=20)


def test_a_zip_bomb_in_a_document_is_refused(workshop: Workshop) -> None:
    bomb = archive(word__document_dot_xml=b"<w>" + bytes(130 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert workshop.reason(bomb, fmt="text") == "SourceUnsupported"


def test_an_xml_bomb_in_a_document_is_refused(workshop: Workshop) -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w>&b;</w>'
    assert workshop.reason(archive(word__document_dot_xml=bomb), fmt="text") == "SourceUnsupported"


def test_a_thumbnail_that_is_no_picture_is_corrupt(workshop: Workshop) -> None:
    content = archive(word__document_dot_xml="<w/>", docProps__thumbnail_dot_jpeg=b"no picture")
    assert workshop.reason(content, fmt="png") == "SourceCorrupt"


def test_a_damaged_archive_is_corrupt(workshop: Workshop) -> None:
    content = bytearray(archive(word__document_dot_xml="<w>" + "text " * 500 + "</w>"))
    content[60:90] = bytes(30)
    assert workshop.reason(bytes(content), name="a.docx", fmt="text") in {"SourceCorrupt", "RenditionFormatUnsupported"}


def test_a_mislabelled_file_is_taken_for_what_it_is(workshop: Workshop) -> None:
    assert workshop.render(encoded(photo(30, 30), "PNG"), name="a.jpg", mimetype="image/jpeg", fmt="png")
    assert (
        workshop.reason(b"MZ\x90\0 program", name="a.jpg", mimetype="image/jpeg", fmt="png")
        == "SourceFormatUnsupported"
    )


def test_postscript_is_not_run(workshop: Workshop) -> None:
    assert workshop.reason(b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage", name="a.eps", fmt="png") == "SourceFormatUnsupported"
    assert b"application/postscript" in workshop.render(b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage", name="a.eps", fmt="xmp")


def test_an_animation_of_many_frames_costs_one_frame(workshop: Workshop) -> None:
    frames = [Image.new("L", (500, 500), shade % 256) for shade in range(100)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert workshop.render(content, fmt="png", width=48)


def test_a_real_truncated_photo_is_corrupt(workshop: Workshop) -> None:
    assert workshop.reason(sample("truncated.jpg").read_bytes(), fmt="jpeg") == "SourceCorrupt"


def test_a_real_pixel_bomb_is_refused_and_still_described(workshop: Workshop) -> None:
    content = sample("blank-16384x16384.png").read_bytes()
    assert workshop.reason(content, fmt="png", width=48) == "SourceUnsupported"
    assert b"<tiff:ImageWidth>16384<" in workshop.render(content, fmt="xmp")


def test_a_huge_photo_within_the_limits_is_made(workshop: Workshop) -> None:
    assert workshop.render(sample("huge-9643x10328.jpg").read_bytes(), fmt="jpeg", width=2048, height=2048)


def test_the_search_for_a_file_size_ends_at_the_best_quality_that_fits() -> None:
    tried: list[int] = []

    def at(quality: int, /) -> bytes:
        tried.append(quality)
        return bytes(quality * 10)

    assert len(within_size(505, at)) == 500
    assert len(tried) <= 8
    assert len(within_size(1, at)) == 10


def test_a_nested_archive_is_just_an_archive(workshop: Workshop) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as outer:
        outer.writestr("inner.zip", archive(a="1"))
    assert workshop.reason(buffer.getvalue(), fmt="png") == "RenditionFormatUnsupported"
    assert b"<dc:format>application/zip<" in workshop.render(buffer.getvalue(), fmt="xmp")


def test_what_takes_time_by_its_square_is_refused_or_read_once(vips_workshop: Workshop) -> None:
    """Each of these took minutes."""
    attributes = " ".join(f'a{number}="x"' for number in range(200_000)).encode()
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" ' + attributes + b"/>"
    assert vips_workshop.reason(drawing, fmt="png") == "SourceUnsupported"
    assert b"<dc:format>image/svg+xml<" in vips_workshop.render(drawing, fmt="xmp")
    entity = b'<!DOCTYPE svg [<!ENTITY a "' + b"a" * 199 + b'">]><svg xmlns="http://www.w3.org/2000/svg"><desc>'
    assert vips_workshop.reason(entity + b"&a;" * 400_000 + b"</desc></svg>", fmt="png") == "SourceUnsupported"
    blocks = b"8BIM\0\1\0\0\0\0\0\0" * 1_000_000
    header = b"8BPS\0\1" + bytes(6) + b"\0\3\0\0\0\1\0\0\0\1\0\x08\0\3" + bytes(4)
    photoshop = header + len(blocks).to_bytes(4, "big") + blocks + bytes(4) + b"\0\0" + bytes(3)
    assert vips_workshop.render(photoshop, fmt="png")
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' + b"<rdf:Description/>" * 400_000
    packet = b'%PDF-1.4\n<x:xmpmeta xmlns:x="adobe:ns:meta/">' + rdf + b"</rdf:RDF></x:xmpmeta>"
    assert vips_workshop.render(packet, fmt="xmp")
    preview = b"%!PS-Adobe-3.0 EPSF-3.0\n" + b"%%BeginPreview: 9 9 1 9\n" * 400_000
    assert vips_workshop.reason(preview, name="a.eps", fmt="png") == "SourceFormatUnsupported"


def test_a_packet_that_can_not_be_passed_on_is_left_out(vips_workshop: Workshop) -> None:
    head = b'%PDF-1.4\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    head += b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    many = b"".join(b'<p%d:b xmlns:p%d="u%d">x</p%d:b>' % ((number,) * 4) for number in range(5000))
    deep = b'<a:b xmlns:a="a">' * 50_000 + b"</a:b>" * 50_000
    for content in (many, deep):
        packet = head + b"<rdf:Description>" + content + b"</rdf:Description></rdf:RDF></x:xmpmeta>"
        assert b"<dc:format>application/pdf<" in vips_workshop.render(packet, fmt="xmp")


def test_a_photograph_needs_no_numpy(tmp_path: Path) -> None:
    """It is a quarter of what a process that only sees photographs has in memory."""
    (tmp_path / "photo.jpg").write_bytes(encoded(photo(300, 200)))
    program = """
import sys
from pathlib import Path
from compute.engine.engine import Engine
from compute.engine.limits import Limits
from compute.engine.source import Source
from tests.compute.engine.conftest import Shelf, Silence

engine = Engine(Limits(), Shelf(), Silence())
engine.warm_up()
file = Path(sys.argv[1])
wanted = {0: {"fmt": "xmp"}, 1: {"fmt": "png", "width": 48}, 2: {"fmt": "jpeg", "width": 200}}
made = dict(engine.render(Source(file, file.stat().st_size, "image/jpeg", file.name), wanted, file.parent))
print(sorted(made), "numpy" in sys.modules)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "photo.jpg")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[0, 1, 2] False"
