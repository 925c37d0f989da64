"""Documents: PDF, office, text, SVG; archives; machine metadata."""

import gzip
import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from compute.engine import fonts
from compute.engine.rendition import Rendition
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, decoded, encoded, near, photo, sample

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ODF_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def archive(**members: str | bytes) -> bytes:
    """Members by path; `/` is written `__`, the last `.` as `_dot_`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def pdf(text: str = "Hello page", width: int = 200, height: int = 100) -> bytes:
    stream = f"BT /F1 18 Tf 20 40 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 4 0 R"
        f"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Title(The title)/Author(Ann)/CreationDate(D:20240131120000+01'00')>>",
    ]
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n" + table
    return body + b"trailer<</Size 6/Root 1 0 R/Info 5 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def svg(content: str = '<rect width="40" height="20" fill="#c00"/>', head: str = 'width="40" height="20"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{content}</svg>'.encode()


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_the_first_page_of_a_pdf_is_drawn_as_large_as_asked(workshop: Workshop) -> None:
    made = decoded(workshop.render(pdf(), fmt="png", width=400, height=400))
    assert made.size == (400, 200)
    assert near(colour(made, 0.99, 0.01), (255, 255, 255), 1)
    assert made.convert("L").getextrema()[0] < 60  # type: ignore[operator]


def test_a_pdf_without_a_size_has_one_pixel_a_point(workshop: Workshop) -> None:
    assert decoded(workshop.render(pdf(), fmt="jpeg")).size == (200, 100)


def with_page(more: bytes) -> bytes:
    return pdf().replace(b"/Contents 4 0 R", b"/Contents 4 0 R" + more)


@pytest.mark.parametrize(
    ("box", "size"),
    [(b"50 0 150 100", (100, 100)), (b"150 50 900 900", (50, 50)), (b"300 300 400 400", (200, 100))],
)
def test_a_pdf_shows_its_crop_box_or_all_when_that_lies_outside(
    workshop: Workshop, box: bytes, size: tuple[int, int]
) -> None:
    made = decoded(workshop.render(with_page(b"/CropBox[" + box + b"]"), fmt="png"))
    assert made.size == size
    if size == (200, 100):
        assert made.tobytes() == decoded(workshop.render(pdf(), fmt="png")).tobytes()


@pytest.mark.parametrize("flags", [b"", b"/F 0", b"/F 4"])
def test_annotations_of_a_pdf_are_drawn_whether_they_are_printed_or_not(workshop: Workshop, flags: bytes) -> None:
    square = b"<</Type/Annot/Subtype/Square/Rect[150 50 190 90]/IC[0 1 0]/C[0 1 0]" + flags + b">>"
    made = decoded(workshop.render(with_page(b"/Annots[" + square + b"]"), fmt="png"))
    assert colour(made, 0.85, 0.3) == (0, 255, 0)


def test_the_paper_of_a_pdf_can_be_coloured(workshop: Workshop) -> None:
    made = decoded(workshop.render(pdf(), fmt="png", pdfbgcolor="#ff8000"))
    assert near(colour(made, 0.99, 0.01), (255, 128, 0), 1)


def test_the_text_and_metadata_of_a_pdf(workshop: Workshop) -> None:
    assert workshop.render(pdf("Hello page"), fmt="txt") == b"Hello page\n"
    xml = workshop.render(pdf(), fmt="xmp").decode()
    for part in ("The title", "<rdf:li>Ann</rdf:li>", "2024-01-31T12:00:00+01:00", "<xmpTPg:NPages>1<"):
        assert part in xml


def test_a_broken_pdf_is_corrupt(workshop: Workshop) -> None:
    assert workshop.reason(b"%PDF-1.4 and then nothing", fmt="png") == "SourceCorrupt"
    assert workshop.reason(b"%PDF-1.4 and then nothing", fmt="text") == "SourceCorrupt"


def test_a_pdf_without_pages_does_not_ask_for_the_password_of_the_one_before(workshop: Workshop) -> None:
    locked = pdf().replace(
        b"/Root 1 0 R",
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"00" * 32 + b"> /U <" + b"00" * 32 + b"> >>"
        b" /ID [<00> <00>] /Root 1 0 R",
    )
    assert workshop.reason(locked, fmt="png") == "SourceUnsupported"
    empty = pdf().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[     ]/Count 0")
    assert workshop.reason(empty, fmt="png") == "SourceCorrupt"


def test_a_page_of_kilometres_is_refused_before_it_is_drawn(workshop: Workshop) -> None:
    assert workshop.reason(pdf(width=14_000, height=14_399), fmt="png", width=30_000) == "GenericError"


# --- office -----------------------------------------------------------------------------------------------------------


def test_text_of_a_word_document(workshop: Workshop) -> None:
    document = (
        f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>One </w:t></w:r><w:r><w:t>two</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>'
        f"<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p></w:body></w:document>"
    )
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Report</dc:title><dc:creator>Ann</dc:creator>'
        "<cp:keywords>x, y</cp:keywords></cp:coreProperties>"
    )
    content = archive(word__document_dot_xml=document, docProps__core_dot_xml=core)
    assert workshop.render(content, fmt="text") == b"One two\na\tb\n"
    xml = workshop.render(content, fmt="xmp").decode()
    assert "Report" in xml
    assert "<rdf:li>y</rdf:li>" in xml
    assert "wordprocessingml.document" in xml


def test_text_of_slides_in_their_order(workshop: Workshop) -> None:
    def slide(text: str) -> str:
        return f'<p:sld xmlns:p="p" xmlns:a="{DRAWING}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'

    content = archive(
        ppt__presentation_dot_xml="<p/>",
        ppt__slides__slide10_dot_xml=slide("last"),
        ppt__slides__slide2_dot_xml=slide("second"),
        ppt__slides__slide1_dot_xml=slide("first"),
    )
    assert workshop.render(content, fmt="text").decode().split() == ["first", "second", "last"]


def test_text_of_a_sheet(workshop: Workshop) -> None:
    strings = f'<sst xmlns="{SHEET}"><si><t>name</t></si><si><r><t>a</t></r><r><t>b</t></r></si></sst>'
    rows = (
        f'<worksheet xmlns="{SHEET}"><sheetData><row><c t="s"><v>0</v></c><c><v>12.5</v></c></row>'
        f'<row><c t="s"><v>1</v></c><c t="inlineStr"><is><t>in</t></is></c></row></sheetData></worksheet>'
    )
    content = archive(
        xl__workbook_dot_xml="<w/>", xl__sharedStrings_dot_xml=strings, xl__worksheets__sheet1_dot_xml=rows
    )
    assert workshop.render(content, fmt="text").decode() == "name\t12.5\nab\tin\n"


def test_text_of_an_opendocument(workshop: Workshop) -> None:
    body = f'<o xmlns:text="{ODF_TEXT}"><text:h>Head</text:h><text:p>One <text:span>two</text:span></text:p></o>'
    content = archive(mimetype="application/vnd.oasis.opendocument.text", content_dot_xml=body)
    assert workshop.render(content, fmt="text").decode() == "Head\nOne two\n"


def test_the_thumbnail_in_a_document_is_its_picture(workshop: Workshop) -> None:
    thumbnail = encoded(photo(256, 192))
    content = archive(word__document_dot_xml="<w/>", docProps__thumbnail_dot_jpeg=thumbnail)
    assert decoded(workshop.render(content, fmt="png", width=64)).size == (64, 48)


def test_a_document_without_a_thumbnail_has_no_picture(workshop: Workshop) -> None:
    assert workshop.reason(archive(word__document_dot_xml="<w/>"), fmt="png") == "RenditionFormatUnsupported"


def test_real_slides(workshop: Workshop) -> None:
    content = sample("slides.pptx").read_bytes()
    assert b"Sample Slide" in workshop.render(content, fmt="text")
    assert decoded(workshop.render(content, fmt="png", width=140, height=100)).size == (133, 100)


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_given_as_utf8(workshop: Workshop, encoding: str) -> None:
    outcome = workshop.attempt("Grüße – ça va?".encode(encoding), name="a.txt", fmt="text")
    assert isinstance(outcome, Rendition)
    assert outcome.content == "Grüße – ça va?\n".encode()
    assert (outcome.mimetype, outcome.encoding) == ("text/plain", "utf-8")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_in_utf16_without_a_mark(workshop: Workshop, encoding: str) -> None:
    assert workshop.render("Größe, und mehr".encode(encoding), fmt="text") == "Größe, und mehr\n".encode()


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_japanese_text(workshop: Workshop, encoding: str) -> None:
    text = "日本語のテキストです。\n"
    assert workshop.render(text.encode(encoding), name="a.txt", fmt="text") == text.encode()


def test_text_in_the_encoding_that_it_names(workshop: Workshop) -> None:
    page = '<html><head><meta charset="windows-1251"></head><body>Привет</body></html>'
    assert workshop.render(page.encode("cp1251"), name="a.html", fmt="text") == "Привет\n".encode()
    assert workshop.render(page.replace("windows-1251", "punycode").encode("cp1251"), name="a.html", fmt="text")


def test_rich_text_is_stripped(workshop: Workshop) -> None:
    content = (
        rb"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 Arial;}}{\*\generator Hidden;}{\info{\title Hidden}}\f0 Hello "
        rb"{\b World}\par Gr\'f6\'dfe \u8364? \u-10179?\u-8704? 10\~\{m\}\tab end\par{\pict 0123}}"
    )
    text = workshop.render(content, name="a.rtf", fmt="text").decode()
    assert text == "Hello World\nGröße € \U0001f600 10\u00a0{m}\tend\n"
    assert b"<dc:format>application/rtf<" in workshop.render(content, fmt="xmp")
    japanese = rb"{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b}"
    assert workshop.render(japanese, fmt="text").decode() == "日本\n"


def test_html_is_stripped(workshop: Workshop) -> None:
    page = b"<!doctype html><title>T</title><style>p{}</style><p>One <b>two</b></p><script>x()</script><p>&eacute;</p>"
    assert workshop.render(page, name="a.html", fmt="text").decode() == "T\nOne two\né\n"


def test_pictures_have_no_text_and_texts_no_picture(workshop: Workshop) -> None:
    assert workshop.reason(encoded(photo(8, 8)), fmt="text") == "RenditionFormatUnsupported"
    assert workshop.reason(b"plain words", fmt="png") == "RenditionFormatUnsupported"


def test_a_document_without_words_is_a_generic_error(workshop: Workshop) -> None:
    assert workshop.reason(b"   \n ", name="a.txt", fmt="text") == "GenericError"


# --- SVG --------------------------------------------------------------------------------------------------------------


def test_an_svg_is_drawn_at_the_asked_size(workshop: Workshop) -> None:
    made = decoded(workshop.render(svg(), fmt="png", width=2000, height=500))
    assert made.size == (1000, 500)
    assert near(colour(made, 0.5, 0.5), (204, 0, 0), 1)


def test_an_svg_is_400_wide_when_no_size_is_asked(workshop: Workshop) -> None:
    assert decoded(workshop.render(svg(), fmt="png")).size == (400, 200)
    assert decoded(workshop.render(svg(head='viewBox="0 0 10 30"'), fmt="png")).size == (400, 1200)


@pytest.mark.parametrize(
    "head", ['width="40mm" height="20mm"', 'width="1in" height=".5in"', 'width="30pt" height="15pt"']
)
def test_an_svg_in_the_units_of_drawing_programs(workshop: Workshop, head: str) -> None:
    content = svg('<rect width="40" height="20" fill="#c00"/>', f'{head} viewBox="0 0 40 20"')
    made = decoded(workshop.render(content, fmt="png"))
    assert made.size == (400, 200)
    assert near(colour(made, 0.5, 0.5), (204, 0, 0), 1)


@pytest.mark.parametrize("head", ["", 'width="100%" height="100%"', 'width="0.4" height="0.2" viewBox="0 0 40 20"'])
def test_an_svg_keeps_its_shape_whatever_its_size_is(workshop: Workshop, head: str) -> None:
    content = svg('<rect width="40" height="20" fill="#fff"/><circle cx="10" cy="10" r="10" fill="#c00"/>', head)
    made = decoded(workshop.render(content, fmt="png")).convert("RGB")
    assert made.size == (400, 200)
    assert near(colour(made, 0.25, 0.03), (204, 0, 0), 1)
    assert near(colour(made, 0.48, 0.5), (204, 0, 0), 1)
    assert near(colour(made, 0.75, 0.5), (255, 255, 255), 1)


@pytest.mark.parametrize("family", ["", "Arial, Helvetica, sans-serif", "serif", "Nobody Has This", "monospace"])
def test_the_text_of_an_svg_is_drawn_in_some_font(workshop: Workshop, family: str) -> None:
    text = f'<text x="2" y="16" font-size="16" font-family="{family}">WWW</text>'
    made = decoded(workshop.render(svg(text), fmt="jpeg"))
    assert min(made.convert("L").tobytes()) < 60


def test_where_no_font_is_installed_text_is_drawn_all_the_same(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fonts.families.cache_clear()
    try:
        made = decoded(workshop.render(svg('<text x="2" y="16" font-size="16">WWW</text>'), fmt="jpeg"))
    finally:
        fonts.families.cache_clear()
    assert min(made.convert("L").tobytes()) < 60


def test_a_part_of_an_svg_is_drawn_as_large_as_asked_too(workshop: Workshop) -> None:
    content = svg('<rect width="20" height="20" fill="#c00"/><rect x="20" width="20" height="20" fill="#00c"/>')
    part = {"x": 20, "y": 0, "w": 20, "h": 20}
    made = decoded(workshop.render(content, fmt="png", width=600, crop=part))
    assert made.size == (600, 600)
    assert near(colour(made, 0.01, 0.5), (0, 0, 204), 1)
    assert decoded(workshop.render(content, fmt="png", crop=part)).size == (20, 20)
    assert decoded(workshop.render(content, fmt="png", width=500, height=500, smartCrop=True)).size == (500, 500)
    assert workshop.reason(content, fmt="png", width=9000, crop={"x": 0, "y": 0, "w": 1, "h": 1}) == "GenericError"


def test_a_compressed_svg_and_one_in_utf16(workshop: Workshop) -> None:
    assert decoded(workshop.render(gzip.compress(svg()), fmt="png", width=40)).size == (40, 20)
    text = '<?xml version="1.0" encoding="utf-16"?>' + svg().decode()
    assert decoded(workshop.render(text.encode("utf-16"), fmt="png", width=40)).size == (40, 20)


def test_an_svg_reads_no_other_file(workshop: Workshop) -> None:
    (workshop.folder / "secret.png").write_bytes(encoded(Image.new("RGB", (40, 20), (0, 0, 255)), "PNG"))
    path = (workshop.folder / "secret.png").as_posix()
    links = f'<image href="{path}" width="40" height="20"/><image href="file://{path}" width="40" height="20"/>'
    made = decoded(workshop.render(svg(links), fmt="jpeg", width=40))
    assert near(colour(made, 0.5, 0.5), (255, 255, 255), 2)


def test_scripts_in_an_svg_do_nothing(workshop: Workshop) -> None:
    content = '<script>document.documentElement.remove()</script><rect width="40" height="20" fill="#c00"/>'
    assert near(colour(decoded(workshop.render(svg(content), fmt="png")), 0.5, 0.5), (204, 0, 0), 1)


def test_namespace_entities_of_drawing_programs_are_fine(workshop: Workshop) -> None:
    head = b'<!DOCTYPE svg [<!ENTITY ns_svg "http://www.w3.org/2000/svg">]>'
    content = head + b'<svg xmlns="&ns_svg;" width="40" height="20"><rect width="40" height="20" fill="#c00"/></svg>'
    assert near(colour(decoded(workshop.render(content, fmt="png")), 0.5, 0.5), (204, 0, 0), 1)


# --- zip --------------------------------------------------------------------------------------------------------------


def test_a_zip_of_files_by_url(workshop: Workshop) -> None:
    workshop.shelf.things |= {"https://host/a/one.txt?sig=x": b"1", "https://host/two": b"2"}
    files = ["https://host/a/one.txt?sig=x", {"url": "https://host/two", "path": "/in/two.txt"}]
    with zipfile.ZipFile(io.BytesIO(workshop.render(b"x", fmt="zip", files=files))) as made:
        assert {name: made.read(name) for name in made.namelist()} == {"one.txt": b"1", "in/two.txt": b"2"}


def test_duplicates_in_a_zip_fail_or_the_first_stays(workshop: Workshop) -> None:
    workshop.shelf.things |= {"h/a": b"1", "h/b": b"2"}
    files = [{"url": "h/a", "path": "same"}, {"url": "h/b", "path": "same"}]
    assert workshop.reason(b"x", fmt="zip", files=files) == "GenericError"
    with zipfile.ZipFile(io.BytesIO(workshop.render(b"x", fmt="zip", files=files, duplicate="ignore"))) as made:
        assert made.namelist() == ["same"]
        assert made.read("same") == b"1"


@pytest.mark.parametrize("path", ["../up", "a/../../b", "..\\up", "a\0b"])
def test_paths_that_leave_the_archive_are_refused(workshop: Workshop, path: str) -> None:
    workshop.shelf.things["u"] = b"1"
    assert workshop.reason(b"x", fmt="zip", files=[{"url": "u", "path": path}]) == "GenericError"


def test_a_zip_without_files_or_with_a_missing_one_fails(workshop: Workshop) -> None:
    assert workshop.reason(b"x", fmt="zip") == "GenericError"
    assert workshop.reason(b"x", fmt="zip", files=["https://host/missing"]) == "GenericError"


# --- machine metadata -------------------------------------------------------------------------------------------------


def test_colours_are_counted(workshop: Workshop) -> None:
    picture = Image.new("RGB", (100, 100), (200, 0, 0))
    picture.paste((0, 0, 200), (0, 0, 100, 25))
    colours = json.loads(workshop.render(encoded(picture, "PNG"), fmt="machine-metadata-json"))["colors"]
    assert [(entry["name"], round(entry["coverage"], 2)) for entry in colours["dominant"]] == [
        ("red", 0.75),
        ("blue", 0.25),
    ]
    assert not colours["grayscale"]


@pytest.mark.parametrize(
    ("rgb", "name"),
    [((0, 0, 128), "navy"), ((0, 0, 255), "blue"), ((128, 0, 0), "maroon"), ((255, 165, 0), "orange"),
     ((128, 128, 128), "gray"), ((250, 250, 250), "white"), ((0, 128, 0), "green"), ((25, 25, 25), "black")],
)  # fmt: skip
def test_colours_have_the_names_that_people_know(workshop: Workshop, rgb: tuple[int, int, int], name: str) -> None:
    picture = encoded(Image.new("RGB", (8, 8), rgb), "PNG")
    colours = json.loads(workshop.render(picture, fmt="json", name="x.colors.json"))["colors"]
    assert [(entry["name"], entry["coverage"]) for entry in colours["dominant"]] == [(name, 1.0)]


def test_features_are_measured(workshop: Workshop) -> None:
    features = json.loads(workshop.render(encoded(photo(300, 200)), fmt="machine-metadata-json"))["features"]
    assert (features["width"], features["height"], features["orientation"]) == (300, 200, "landscape")
    assert 0 < features["brightness"] < 1
    assert 0 <= features["focus"]["x"] <= 1
    assert len(features["perceptualHash"]) == 16


@pytest.mark.parametrize(("alpha", "transparent"), [(255, False), (128, True), (0, True)])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparency_is_what_can_be_seen_through(workshop: Workshop, mode: str, alpha: int, transparent: bool) -> None:
    picture = photo(60, 40).convert(mode)
    picture.putalpha(alpha)
    features = json.loads(workshop.render(encoded(picture, "PNG"), fmt="json"))["features"]
    assert features["transparency"] is transparent


def test_the_perceptual_hash_survives_scaling(workshop: Workshop) -> None:
    def fingerprint(picture: Image.Image) -> int:
        sections = json.loads(workshop.render(encoded(picture, quality=80), fmt="machine-metadata-json"))
        return int(sections["features"]["perceptualHash"], 16)

    one, small = fingerprint(photo(800, 600)), fingerprint(photo(800, 600).resize((200, 150)))
    other = fingerprint(photo(800, 600).transpose(Image.Transpose.ROTATE_90))
    assert (one ^ small).bit_count() <= 6
    assert (one ^ other).bit_count() > 12


def test_the_name_chooses_the_section(workshop: Workshop) -> None:
    for section in ("colors", "features"):
        raw = {"fmt": "machine-metadata-json", "name": f"cqdam.machine.metadata.{section}.json"}
        outcome = workshop.render_all(encoded(photo(50, 50)), {0: raw})[0]
        assert isinstance(outcome, Rendition)
        assert isinstance(outcome.content, bytes)
        assert list(json.loads(outcome.content)) == [section]


def test_tags_are_not_made_up(vips_workshop: Workshop) -> None:
    raw = {"fmt": "machine-metadata-json", "name": "cqdam.machine.metadata.tags.json"}
    outcome = vips_workshop.render_all(encoded(photo(50, 50)), {0: raw})[0]
    assert not isinstance(outcome, Rendition)
    assert outcome.reason == "RenditionFormatUnsupported"
