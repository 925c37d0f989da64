"""What instructions change in a picture besides its size."""

import base64

import pytest
from PIL import Image

from compute.engine.rendition import Rendition
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, cutout, decoded, encoded, near, photo

RED, BLUE = (220, 20, 20), (20, 20, 220)
PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/x"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def test_crop_is_in_pixels_of_the_upright_source(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = photo(400, 200).transpose(Image.Transpose.ROTATE_90)
    content = encoded(turned, exif=exif.tobytes(), quality=95)
    made = decoded(workshop.render(content, fmt="png", crop={"x": 300, "y": 150, "w": 100, "h": 50}))
    assert made.size == (100, 50)
    assert near(colour(made, 0.5, 0.5), BLUE)


def test_crop_without_scaling_is_exact(workshop: Workshop) -> None:
    source = photo(320, 240)
    made = decoded(workshop.render(encoded(source, "PNG"), fmt="png", crop={"x": 13, "y": 57, "w": 101, "h": 31}))
    assert made.convert("RGB").tobytes() == source.crop((13, 57, 114, 88)).tobytes()


def test_crop_comes_before_the_size(workshop: Workshop) -> None:
    crop = {"x": 0, "y": 0, "w": 200, "h": 100}
    assert decoded(workshop.render(encoded(photo(800, 400)), fmt="png", crop=crop, width=100)).size == (100, 50)


def test_crop_beyond_the_edge_is_clipped_and_outside_fails(workshop: Workshop) -> None:
    content = encoded(photo(100, 100))
    assert decoded(workshop.render(content, fmt="png", crop={"x": 80, "y": 80, "w": 50, "h": 50})).size == (20, 20)
    assert workshop.reason(content, fmt="png", crop={"x": 500, "y": 0, "w": 5, "h": 5}) == "GenericError"


def test_renditions_with_and_without_crop_come_from_one_job(workshop: Workshop) -> None:
    made = workshop.render_all(
        encoded(photo(400, 400), quality=95),
        {0: {"fmt": "png", "width": 50}, 1: {"fmt": "png", "crop": {"x": 0, "y": 0, "w": 80, "h": 80}, "width": 40}},
    )
    pictures = [decoded(one.content) for _, one in sorted(made.items()) if isinstance(one, Rendition)]  # type: ignore[arg-type]
    assert near(colour(pictures[0], 0.9, 0.9), BLUE)
    assert near(colour(pictures[1], 0.9, 0.9), RED)


def test_smart_crop_finds_what_stands_out(workshop: Workshop) -> None:
    picture = Image.new("RGB", (900, 300), (120, 130, 140))
    picture.paste((240, 120, 20), (760, 100, 860, 200))
    made = decoded(workshop.render(encoded(picture), fmt="png", width=150, height=150, smartCrop=True))
    assert made.size == (150, 150)
    assert any(near(colour(made, x / 20, 0.5), (240, 120, 20), 40) for x in range(20))


def test_smart_crop_of_an_even_picture_is_its_middle(workshop: Workshop) -> None:
    even = encoded(Image.new("RGB", (300, 100), (9, 9, 9)))
    assert decoded(workshop.render(even, fmt="png", width=50, height=50, smartCrop=True)).size == (50, 50)


def test_quality_and_progressive(workshop: Workshop) -> None:
    content = encoded(photo(400, 300), quality=95)
    fine, coarse = (workshop.render(content, fmt="jpg", quality=quality) for quality in (95, 20))
    assert len(coarse) < len(fine)
    assert decoded(workshop.render(content, fmt="jpg", interlace=True)).info.get("progressive")
    assert not decoded(fine).info.get("progressive")


def test_interlaced_png_and_compression_level(vips_workshop: Workshop) -> None:
    content = encoded(photo(400, 300), "PNG")
    assert decoded(vips_workshop.render(content, fmt="png", interlace=True)).info.get("interlace") == 1
    stored, packed = (len(vips_workshop.render(content, fmt="png", compressionLevel=level)) for level in (0, 9))
    assert packed < stored


def test_jpeg_size_beats_quality(workshop: Workshop) -> None:
    content = encoded(photo(800, 600), quality=95)
    made = workshop.render(content, fmt="jpg", quality=95, jpegSize=9000)
    assert len(made) <= 9000
    assert len(workshop.render(content, fmt="jpg", jpegSize=10)) > 10  # as small as it gets


@pytest.mark.parametrize("fmt", ["jpeg", "png", "tiff"])
def test_dpi_sets_the_density_alone(workshop: Workshop, fmt: str) -> None:
    made = decoded(workshop.render(encoded(photo(100, 80)), fmt=fmt, dpi={"xdpi": 300, "ydpi": 150}))
    assert made.size == (100, 80)
    x, y = made.info["dpi"]
    assert float(x) == pytest.approx(300, abs=1)
    assert float(y) == pytest.approx(150, abs=1)


def test_convert_to_dpi_keeps_the_physical_size(workshop: Workshop) -> None:
    content = encoded(photo(600, 300), dpi=(300, 300))
    made = decoded(workshop.render(content, fmt="jpeg", convertToDpi=150))
    assert made.size == (300, 150)
    assert float(made.info["dpi"][0]) == pytest.approx(150, abs=1)


def test_a_source_without_density_counts_as_72_dpi(workshop: Workshop) -> None:
    assert decoded(workshop.render(encoded(photo(144, 72), "PNG"), fmt="png", convertToDpi=36)).size == (72, 36)


def test_a_watermark_lies_in_the_middle(workshop: Workshop) -> None:
    workshop.shelf.things["https://host/mark.png"] = encoded(Image.new("RGBA", (40, 20), (255, 255, 0, 255)), "PNG")
    content = encoded(Image.new("RGB", (200, 100), (0, 0, 120)), "PNG")
    made = decoded(workshop.render(content, fmt="png", watermark={"image": "https://host/mark.png", "scale": 0.5}))
    assert near(colour(made, 0.5, 0.5), (255, 255, 0), 3)
    assert near(colour(made, 0.5 + 11 / 200, 0.5), (0, 0, 120), 3)
    assert near(colour(made, 0.5 + 8 / 200, 0.5), (255, 255, 0), 3)


def test_a_watermark_larger_than_the_rendition_is_fitted(workshop: Workshop) -> None:
    workshop.shelf.things["mark"] = encoded(Image.new("RGB", (4000, 400), (255, 255, 0)), "PNG")
    content = encoded(Image.new("RGB", (200, 100), (0, 0, 120)), "PNG")
    made = decoded(workshop.render(content, fmt="jpeg", width=100, watermark={"image": "mark"}))
    assert near(colour(made, 0.02, 0.5), (255, 255, 0), 30)
    assert near(colour(made, 0.5, 0.1), (0, 0, 120), 20)


def test_a_half_transparent_watermark_lets_the_picture_through(workshop: Workshop) -> None:
    workshop.shelf.things["mark"] = encoded(Image.new("RGBA", (50, 50), (255, 255, 255, 128)), "PNG")
    made = decoded(
        workshop.render(encoded(Image.new("RGB", (50, 50), (0, 0, 0)), "PNG"), fmt="png", watermark={"image": "mark"})
    )
    assert near(colour(made, 0.5, 0.5), (128, 128, 128), 3)


def test_a_watermark_on_transparency_keeps_the_rest_transparent(workshop: Workshop) -> None:
    workshop.shelf.things["mark"] = encoded(Image.new("RGB", (20, 20), (255, 255, 0)), "PNG")
    made = decoded(workshop.render(encoded(cutout(), "PNG"), fmt="png", watermark={"image": "mark"})).convert("RGBA")
    assert made.getpixel((1, 1))[3] == 0  # type: ignore[index]


def test_a_watermark_that_is_missing_or_no_picture_is_a_generic_error(workshop: Workshop) -> None:
    workshop.shelf.things["text"] = b"not a picture"
    for image in ("nowhere", "text"):
        assert workshop.reason(encoded(photo(10, 10)), fmt="png", watermark={"image": image}) == "GenericError"


@pytest.mark.parametrize("fmt", ["jpeg", "png"])
def test_write_back_changes_the_packet_and_no_pixel(workshop: Workshop, fmt: str) -> None:
    old = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><old/></x:xmpmeta>'
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    options = {"xmp": old, "exif": exif.tobytes()} if fmt == "jpeg" else {}
    source = encoded(photo(64, 48), fmt.upper(), **options)
    made = workshop.render(source, fmt=fmt, xmp=base64.b64encode(PACKET).decode())
    assert PACKET in made
    assert b"<old/>" not in made
    assert decoded(made).tobytes() == decoded(source).tobytes()
    if fmt == "jpeg":
        assert decoded(made).getexif()[0x010F] == "Camera"


@pytest.mark.parametrize("fmt", ["jpeg", "webp", "tiff", "png"])
def test_write_back_of_a_scaled_rendition_embeds_the_packet(workshop: Workshop, fmt: str) -> None:
    made = workshop.render(encoded(photo(64, 48)), fmt=fmt, width=32, xmp=base64.b64encode(PACKET).decode())
    assert PACKET in made


def test_write_back_of_what_is_no_xml_is_a_generic_error(workshop: Workshop) -> None:
    xmp = base64.b64encode(b"no xml").decode()
    assert workshop.reason(encoded(photo(8, 8)), fmt="jpeg", xmp=xmp) == "GenericError"
    assert workshop.reason(encoded(photo(8, 8)), fmt="webp", xmp=xmp) == "GenericError"
