"""Documents of older programs: Word, PowerPoint and Excel before 2007, EPS."""

import base64
import struct

import pytest
from PIL import Image

from tests.compute.engine import compound_files as made
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, decoded, encoded, near, photo

SUMMARY = "\x05SummaryInformation"
RED = (220, 20, 20)


def red_bitmap(width: int = 64, height: int = 48) -> bytes:
    """A DIB."""
    return encoded(Image.new("RGB", (width, height), RED), "DIB")


# --- text -------------------------------------------------------------------------------------------------------------


def test_text_of_a_word_document_in_two_encodings(workshop: Workshop) -> None:
    content = made.word([b"One caf\xe9\r", "two – drei\rcell\x07", b'\x13 HYPERLINK "x" \x14shown\x15 end'])
    assert workshop.render(content, name="a.doc", fmt="text").decode() == "One café\ntwo – drei\ncell\tshown end\n"


def test_a_field_within_a_field_leaves_the_outer_result(workshop: Workshop) -> None:
    content = made.word([b"a \x13 IF \x13 PAGE \x141\x15 = 1 \x14yes \x13 DATE \x14today\x15\x15 b"])
    assert workshop.render(content, fmt="text").decode() == "a yes today b\n"


def test_text_of_slides_without_that_of_their_master(workshop: Workshop) -> None:
    records = made.record(
        0x03E8,
        made.record(0x0FF0, made.record(0x0FA0, "Click to edit".encode("utf-16-le")), container=True, instance=1)
        + made.record(0x0FF0, made.record(0x0FA0, "First – title".encode("utf-16-le")), container=True),
        container=True,
    )
    records += made.record(0x03F8, made.record(0x0FA8, b"Click to edit"), container=True)
    notes_master = made.record(0x03F1, bytes(8)) + made.record(0x0FA8, b"Click to edit")
    records += made.record(0x03F0, notes_master, container=True)
    records += made.record(0x03EE, made.record(0x0FA8, b"One\rtwo\x0bthree"), container=True)
    text = workshop.render(made.slides(records), name="a.ppt", fmt="text").decode()
    assert text == "First – title\nOne\ntwo\nthree\n"


def test_text_of_sheets(workshop: Workshop) -> None:
    def packed(value: int, *, hundredths: bool = False) -> int:
        return value << 2 & 0xFFFFFFFF | 2 | hundredths

    long = "wide – " * 20
    # The last text runs over the end of its record, where its encoding is said anew.
    wide = long.encode("utf-16-le")
    strings = struct.pack("<II", 3, 3) + b"\x04\0\0name" + b"\x02\0\x08\x01\0ab" + bytes(4)
    strings += struct.pack("<HB", len(long), 1) + wide[:100]
    content = made.sheet(
        (0xFC, strings),
        (0x3C, b"\x01" + wide[100:]),
        (0xFD, struct.pack("<HHHI", 0, 0, 0, 0)),
        (0x203, struct.pack("<HHHd", 0, 1, 0, 12.5)),
        (0xFD, struct.pack("<HHHI", 1, 0, 0, 1)),
        (0x27E, struct.pack("<HHHI", 1, 1, 0, packed(-7))),
        (0xBD, struct.pack("<HHHIHIH", 1, 2, 0, packed(3), 0, packed(150, hundredths=True), 3)),
        (0x06, struct.pack("<HHH6sH8x", 2, 0, 0, b"\0" * 6, 0xFFFF)),
        (0x207, b"\x06\0\0result"),
        (0xFD, struct.pack("<HHHI", 2, 1, 0, 2)),
    )
    text = workshop.render(content, name="a.xls", fmt="text").decode()
    assert text == f"name\t12.5\nab\t-7\t3\t1.5\nresult\t{long.strip()}\n"


@pytest.mark.parametrize(
    "content",
    [
        made.word([b"secret"], protected=True),
        made.slides(made.record(0x0FA8, b"secret"), EncryptedSummary=b"x"),
        made.sheet((0x2F, bytes(54)), (0x204, bytes(8))),
        made.compound({"EncryptedPackage": b"secret", "EncryptionInfo": b"x"}),
    ],
)
def test_a_document_under_a_password_is_unsupported(workshop: Workshop, content: bytes) -> None:
    assert workshop.reason(content, fmt="text") == "SourceUnsupported"


def test_documents_of_the_years_before_are_unsupported(workshop: Workshop) -> None:
    old = made.compound({"WordDocument": struct.pack("<HH", 0xA5DC, 104)})
    assert workshop.reason(old, fmt="text") == "RenditionFormatUnsupported"


@pytest.mark.parametrize("cut", [10, 600, 1500, 4000])
def test_a_document_that_is_cut_off_is_corrupt(workshop: Workshop, cut: int) -> None:
    content = made.word([b"words"])[:cut]
    assert workshop.reason(content, name="a.doc", fmt="text") in {"SourceCorrupt", "SourceFormatUnsupported"}
    assert b"dam:size" in workshop.render(content, name="a.doc", fmt="xmp")


# --- properties and thumbnails ----------------------------------------------------------------------------------------


def test_properties_of_an_old_document(workshop: Workshop) -> None:
    xml = workshop.render(made.word([b"x"], more={SUMMARY: made.summary(b"Caf\xe9")}), fmt="xmp").decode()
    assert "Café" in xml
    assert "<dc:format>application/msword<" in xml


@pytest.mark.parametrize(
    "thumbnail",
    [
        (8, red_bitmap()),
        (3, bytes(8) + made.metafile(made.stretched_bitmap(red_bitmap()))),
        (0xC001, encoded(Image.new("RGB", (64, 48), RED))),
    ],
)
def test_the_thumbnail_of_an_old_document_is_its_picture(workshop: Workshop, thumbnail: tuple[int, bytes]) -> None:
    content = made.slides(made.record(0x0FA8, b"x"), **{SUMMARY: made.summary(b"T", thumbnail)})
    picture = decoded(workshop.render(content, fmt="png", width=32))
    assert picture.size == (32, 24)
    assert near(colour(picture, 0.5, 0.5), RED)


def test_a_metafile_that_draws_is_no_thumbnail(workshop: Workshop) -> None:
    line = (0x0325, struct.pack("<h4h", 2, 0, 0, 9, 9))
    for records in ([line], [made.stretched_bitmap(red_bitmap()), line], []):
        drawing = (3, bytes(8) + made.metafile(*records))
        content = made.slides(b"", **{SUMMARY: made.summary(b"T", drawing)})
        assert workshop.reason(content, fmt="png") == "RenditionFormatUnsupported"


def test_an_old_document_without_a_thumbnail_has_no_picture(workshop: Workshop) -> None:
    assert workshop.reason(made.word([b"x"]), fmt="png") == "RenditionFormatUnsupported"


# --- EPS --------------------------------------------------------------------------------------------------------------

SCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 48\n%%EndComments\nshowpage\n"


def binary_eps(*, metafile: bytes = b"", tiff: bytes = b"") -> bytes:
    at = 30 + len(SCRIPT)
    where = (30, len(SCRIPT), at if metafile else 0, len(metafile), at + len(metafile) if tiff else 0, len(tiff))
    return b"\xc5\xd0\xd3\xc6" + struct.pack("<6IH", *where, 0xFFFF) + SCRIPT + metafile + tiff


def epsi(width: int, height: int, depth: int, rows: bytes) -> bytes:
    text = b"".join(b"%" + line.hex().encode() + b"\n" for line in (rows[at : at + 7] for at in range(0, len(rows), 7)))
    preview = b"%%%%BeginPreview: %d %d %d 9\n%s%%%%EndPreview\n" % (width, height, depth, text)
    return SCRIPT.replace(b"showpage", preview + b"showpage")


@pytest.mark.parametrize(
    "content",
    [
        binary_eps(tiff=encoded(Image.new("RGB", (64, 48), RED), "TIFF")),
        binary_eps(metafile=b"\xd7\xcd\xc6\x9a".ljust(22, b"\0") + made.metafile(made.stretched_bitmap(red_bitmap()))),
        SCRIPT
        + b"<x:xmpmeta><xmpGImg:image>"
        + base64.b64encode(encoded(Image.new("RGB", (64, 48), RED))).replace(b"A", b"&#xA;A")
        + b"</xmpGImg:image></x:xmpmeta>",
    ],
)
def test_the_preview_of_an_eps_is_its_picture(workshop: Workshop, content: bytes) -> None:
    picture = decoded(workshop.render(content, name="a.eps", fmt="png"))
    assert picture.size == (64, 48)
    assert near(colour(picture, 0.5, 0.5), RED)


def test_an_interchange_preview_is_ink_on_white(workshop: Workshop) -> None:
    picture = decoded(workshop.render(epsi(10, 2, 1, b"\xf8\x00\x00\x40"), fmt="png")).convert("L")
    assert list(picture.tobytes()) == [0] * 5 + [255] * 5 + [255] * 9 + [0]
    grey = decoded(workshop.render(epsi(3, 1, 4, b"\x0f\x80"), fmt="png")).convert("L")
    assert list(grey.tobytes()) == [255, 0, 119]


def test_a_broken_preview_is_corrupt(workshop: Workshop) -> None:
    assert workshop.reason(epsi(100, 100, 8, b"\0" * 20), fmt="png") == "SourceCorrupt"
    assert workshop.reason(binary_eps(tiff=b"no picture"), fmt="png") == "SourceCorrupt"
    assert workshop.reason(epsi(999_999, 999_999, 8, b"\0"), fmt="png") == "SourceUnsupported"


def test_a_metafile_preview_that_draws_can_not_be_shown(workshop: Workshop) -> None:
    content = binary_eps(metafile=made.metafile((0x041B, bytes(8))))
    assert workshop.reason(content, fmt="png") == "RenditionFormatUnsupported"


def test_the_real_photoshop_photo_of_an_eps_is_small_but_there(workshop: Workshop) -> None:
    content = binary_eps(tiff=encoded(photo(300, 200), "TIFF", compression="packbits"))
    assert decoded(workshop.render(content, fmt="jpeg", width=1280, height=1280)).size == (300, 200)
