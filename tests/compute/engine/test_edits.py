"""What instructions change in a picture besides its size."""

import base64
import hashlib
import io

import pytest
from PIL import Image, ImageOps

from compute.engine.containers import gif_with_packet
from compute.engine.rendition import Rendition
from compute.errors import SourceCorrupt
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


def test_smart_crop_looks_inside_the_crop_alone(workshop: Workshop) -> None:
    picture = Image.new("RGB", (900, 300), (120, 130, 140))
    picture.paste((20, 60, 220), (30, 100, 130, 200))
    picture.paste((240, 120, 20), (500, 150, 580, 230))
    crop = {"x": 300, "y": 50, "w": 600, "h": 200}
    made = workshop.render_all(
        encoded(picture, "PNG"),
        {
            0: {"fmt": "png", "width": 100, "height": 100, "smartCrop": True},
            1: {"fmt": "png", "width": 100, "height": 100, "smartCrop": True, "crop": crop, "maxWidth": 80},
        },
    )
    whole, part = (decoded(one.content) for _, one in sorted(made.items()) if isinstance(one, Rendition))  # type: ignore[arg-type]
    assert part.size == (80, 80)
    assert any(near(colour(whole, x / 20, 0.5), (20, 60, 220), 40) for x in range(20))
    assert any(near(colour(part, x / 20, 0.7), (240, 120, 20), 40) for x in range(20))


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


@pytest.mark.parametrize("per_inch", [72, 96, 150, 300])
def test_whole_densities_of_png_which_counts_pixels_a_metre(workshop: Workshop, per_inch: int) -> None:
    content = encoded(photo(3000, 10), "PNG", dpi=(per_inch, per_inch))
    assert decoded(workshop.render(content, fmt="png", convertToDpi=2 * per_inch)).size == (6000, 20)


def test_no_density_is_72_dpi_to_the_pixel(workshop: Workshop) -> None:
    assert decoded(workshop.render(encoded(photo(3000, 10), "PNG"), fmt="png", convertToDpi=144)).size == (6000, 20)


@pytest.mark.parametrize("fmt", ["png", "tiff", "jpeg"])
@pytest.mark.parametrize("source", ["GIF", "WEBP", "TIFF"])
def test_no_density_is_invented(workshop: Workshop, source: str, fmt: str) -> None:
    made = decoded(workshop.render(encoded(photo(30, 20), source), fmt=fmt))
    assert round(made.info.get("dpi", (72, 72))[0]) in {1, 72}  # 1: Pillow says so of TIFF when the file says nothing


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fmt", ["jpeg", "png", "gif", "webp", "tiff", "avif"])
def test_an_orientation_is_applied_once_whatever_is_made(workshop: Workshop, fmt: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(photo(64, 48), exif=exif.tobytes(), quality=95)
    made = ImageOps.exif_transpose(decoded(workshop.render(content, fmt=fmt)))
    expected = ImageOps.exif_transpose(decoded(content))
    assert made.size == expected.size
    for at in ((0.05, 0.05), (0.95, 0.05), (0.05, 0.95), (0.95, 0.95)):
        assert near(colour(made, *at), colour(expected, *at), 40)
    assert made.getexif().get(0x0112, 1) == 1


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


def test_write_back_leaves_a_turned_photo_as_it_is_and_says_its_size(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = workshop.attempt(
        encoded(photo(64, 48), exif=exif.tobytes()), fmt="jpeg", xmp=base64.b64encode(PACKET).decode()
    )
    assert isinstance(made, Rendition)
    assert isinstance(made.content, bytes)
    picture = decoded(made.content)
    assert picture.size == (made.width, made.height) == (64, 48)
    assert picture.getexif()[0x0112] == 6


@pytest.mark.parametrize("fmt", ["jpeg", "png", "gif"])
def test_a_truncated_picture_is_not_passed_on_with_another_packet(workshop: Workshop, fmt: str) -> None:
    content = encoded(photo(320, 240), fmt.upper())
    xmp = base64.b64encode(PACKET).decode()
    assert workshop.reason(content[: len(content) // 2], fmt=fmt, xmp=xmp) == "SourceCorrupt"


def test_write_back_keeps_every_frame_of_a_gif(workshop: Workshop) -> None:
    frames = [Image.new("RGB", (20, 10), (shade, 90, 20)) for shade in (0, 120, 240)]
    source = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=70, loop=0, comment=b"kept")
    once = workshop.render(source, fmt="gif", xmp=base64.b64encode(b"<old/>").decode())
    content = workshop.render(once, fmt="gif", xmp=base64.b64encode(PACKET).decode())
    made = Image.open(io.BytesIO(content))
    assert (made.n_frames, made.info["duration"], made.info["loop"]) == (3, 70, 0)  # type: ignore[attr-defined]
    assert (content.count(PACKET), content.count(b"<old/>"), content.count(b"kept")) == (1, 0, 1)
    for number, frame in enumerate(frames):
        made.seek(number)
        assert near(colour(made, 0.5, 0.5), colour(frame, 0.5, 0.5), 2)


@pytest.mark.parametrize("content", [b"GIF89a", b"GIF89a\1\0\1\0\x80\0\0" + b"\0" * 6 + b"\x99"])
def test_write_back_of_a_broken_gif_is_a_corrupt_source(content: bytes) -> None:
    with pytest.raises(SourceCorrupt):
        gif_with_packet(content, b"<a/>")


def test_a_packet_that_no_segment_holds_is_written_as_extended_xmp(workshop: Workshop) -> None:
    long = PACKET.replace(b"image/x", b"x" * 200_000)
    source = encoded(photo(64, 48), "JPEG", xmp=PACKET)
    for width in (None, 32):
        made = workshop.render(source, fmt="jpeg", xmp=base64.b64encode(long).decode(), width=width)
        digest = hashlib.md5(long, usedforsecurity=False).hexdigest().upper().encode()
        assert decoded(made).info["xmp"].count(digest) == 1
        head = b"http://ns.adobe.com/xmp/extension/\0" + digest + len(long).to_bytes(4, "big")
        portions = {int.from_bytes(rest[:4], "big"): rest[4:] for rest in made.split(head)[1:]}
        assert list(portions) == [0, 65_000, 130_000, 195_000]
        assert all(long[at : at + 65_000] in portion for at, portion in portions.items())
        assert PACKET not in made
        # A shorter one takes the place of all of it.
        again = workshop.render(made, fmt="jpeg", xmp=base64.b64encode(PACKET).decode())
        assert PACKET in again
        assert digest not in again


def test_base64_may_have_broken_lines_and_no_padding(workshop: Workshop) -> None:
    wrapped = base64.encodebytes(PACKET + b" ").decode().rstrip("\n=")
    assert "\n" in wrapped
    assert PACKET in workshop.render(encoded(photo(8, 8)), fmt="jpeg", xmp=wrapped)


@pytest.mark.parametrize("fmt", ["jpeg", "webp", "tiff", "png", "gif", "avif"])
def test_write_back_of_a_scaled_rendition_embeds_the_packet(workshop: Workshop, fmt: str) -> None:
    made = workshop.render(encoded(photo(64, 48)), fmt=fmt, width=32, xmp=base64.b64encode(PACKET).decode())
    assert PACKET in made


def test_write_back_of_what_is_no_xml_is_a_generic_error(workshop: Workshop) -> None:
    xmp = base64.b64encode(b"no xml").decode()
    assert workshop.reason(encoded(photo(8, 8)), fmt="jpeg", xmp=xmp) == "GenericError"
    assert workshop.reason(encoded(photo(8, 8)), fmt="webp", xmp=xmp) == "GenericError"
