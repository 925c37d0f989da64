"""Pictures out of pictures: size, orientation, colours, transparency, formats."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageOps

from compute.engine.limits import Limits
from compute.engine.raster import Encoding
from compute.engine.rendition import Rendition
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, cutout, decoded, encoded, near, photo, sample

RED, BLUE = (220, 20, 20), (20, 20, 220)
STANDARD = {
    0: {"fmt": "png", "width": 48, "height": 48},
    1: {"fmt": "png", "width": 140, "height": 100},
    2: {"fmt": "png", "width": 319, "height": 319},
    3: {"fmt": "jpeg", "width": 1280, "height": 1280},
    4: {"fmt": "jpeg", "width": 2048, "height": 2048},
}


def test_the_standard_set_fits_its_boxes(workshop: Workshop) -> None:
    made = workshop.render_all(encoded(photo(3000, 2000), quality=90), STANDARD)
    sizes = {index: (one.width, one.height) for index, one in made.items() if isinstance(one, Rendition)}
    assert sizes == {0: (48, 32), 1: (140, 93), 2: (319, 213), 3: (1280, 853), 4: (2048, 1365)}
    for one in made.values():
        assert isinstance(one, Rendition)
        assert isinstance(one.content, bytes)
        picture = decoded(one.content)
        assert picture.size == (one.width, one.height)
        assert near(colour(picture, 0.1, 0.1), RED)
        assert near(colour(picture, 0.9, 0.9), BLUE)


def test_nothing_is_enlarged(workshop: Workshop) -> None:
    made = workshop.render_all(encoded(photo(100, 50)), STANDARD)
    assert {(one.width, one.height) for index, one in made.items() if isinstance(one, Rendition) and index > 1} == {
        (100, 50)
    }


def test_without_a_size_a_rendition_has_the_size_of_its_source(workshop: Workshop) -> None:
    assert decoded(workshop.render(encoded(photo(123, 77)), fmt="png")).size == (123, 77)


def test_maxima_cap_what_width_and_height_ask_for(workshop: Workshop) -> None:
    content = encoded(photo(1000, 500))
    assert decoded(workshop.render(content, fmt="png", width=800, maxHeight=100)).size == (200, 100)
    assert decoded(workshop.render(content, fmt="png", maxWidth=5000)).size == (1000, 500)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_an_orientation_is_applied_exactly_once(workshop: Workshop, orientation: int, fmt: str) -> None:
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = photo(400, 200).transpose(back[orientation]) if orientation > 1 else photo(400, 200)
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = decoded(workshop.render(encoded(stored, fmt, exif=exif.tobytes()), fmt="jpeg", width=100))
    assert made.size == (100, 50)
    assert near(colour(made, 0.1, 0.1), RED, 40)
    assert near(colour(made, 0.9, 0.9), BLUE, 40)
    assert made.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_tiff_of_any_mode(workshop: Workshop, orientation: int, mode: str) -> None:
    content = encoded(photo(90, 60).convert("L").convert(mode), "TIFF", tiffinfo={0x0112: orientation})
    expected = ImageOps.exif_transpose(decoded(content)).convert("L")
    made = decoded(workshop.render(content, fmt="png")).convert("L")
    assert made.size == expected.size
    corners = [(x, y) for x in (5, made.width - 5) for y in (5, made.height - 5)]
    for at in corners:
        assert made.getpixel(at) == pytest.approx(expected.getpixel(at), abs=45)  # arithmetic, or a profile for CMYK


@pytest.mark.parametrize("size", [(333, 77), (334, 78), (1001, 701), (99, 1003)])
@pytest.mark.parametrize("width", [5, 11, 40])
def test_a_jpeg_that_is_decoded_at_scale_is_whole_and_no_more(
    workshop: Workshop, size: tuple[int, int], width: int
) -> None:
    content = encoded(Image.new("RGB", size, (250, 250, 250)), quality=95)
    crop = {"x": 8, "y": 8, "w": size[0] - 8, "h": size[1] - 8}
    for more in (None, crop):
        low, _ = decoded(workshop.render(content, fmt="png", width=width, crop=more)).convert("L").getextrema()
        assert low == pytest.approx(250, abs=2)


def test_an_orientation_that_does_not_exist_is_ignored(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[0x0112] = 23
    assert decoded(workshop.render(encoded(photo(40, 20), exif=exif.tobytes()), fmt="png")).size == (40, 20)


def test_an_embedded_profile_is_converted_to_srgb_and_left_out(workshop: Workshop) -> None:
    """In a profile with swapped red and green, what is stored as red is meant as green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = with_swapped_primaries(profile)
    content = encoded(Image.new("RGB", (64, 64), (230, 30, 30)), icc_profile=swapped, quality=95)
    made = decoded(workshop.render(content, fmt="png", width=32))
    red, green, _ = colour(made, 0.5, 0.5)
    assert green > 200
    assert red < 80
    assert "icc_profile" not in made.info


def with_swapped_primaries(profile: bytes) -> bytes:
    table = bytearray(profile)
    tags = {bytes(table[at : at + 4]): at for at in range(132, 132 + 12 * int.from_bytes(table[128:132], "big"), 12)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    table[red + 4 : red + 12], table[green + 4 : green + 12] = table[green + 4 : green + 12], table[red + 4 : red + 12]
    return bytes(table)


def test_a_broken_profile_is_ignored(workshop: Workshop) -> None:
    content = encoded(Image.new("RGB", (64, 64), (230, 30, 30)), icc_profile=b"no profile at all" * 20, quality=95)
    assert near(colour(decoded(workshop.render(content, fmt="png")), 0.5, 0.5), (230, 30, 30))


def test_cmyk_becomes_srgb(workshop: Workshop) -> None:
    cmyk = Image.new("CMYK", (64, 64), (0, 0, 0, 0))
    cmyk.paste((0, 255, 255, 0), (0, 0, 32, 64))
    made = decoded(workshop.render(encoded(cmyk, quality=95), fmt="jpeg"))
    assert made.mode == "RGB"
    red, green, blue = colour(made, 0.25, 0.5)
    assert red > 190
    assert green < 90
    assert blue < 90
    assert near(colour(made, 0.75, 0.5), (255, 255, 255), 6)


def test_both_engines_agree_on_a_real_cmyk_profile(tmp_path: Path) -> None:
    content = sample("cmyk-icc.jpg").read_bytes()
    pixels = [
        colour(decoded(Workshop(tmp_path, Limits(use_vips=vips)).render(content, fmt="png")), 0.5, 0.5)
        for vips in (True, False)
    ]
    assert near(pixels[0], pixels[1], 4)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_gif_is_transparent_where_its_first_frame_is_not(workshop: Workshop, mode: str) -> None:
    content = bytearray(encoded(Image.new("RGB", (20, 10), (220, 20, 20)).convert(mode), "GIF"))
    content[6:10] = struct.pack("<HH", 60, 40)
    frame = content.index(b"\x2c", 13 + 3 * 2 ** ((content[10] & 7) + 1))
    content[frame + 1 : frame + 5] = struct.pack("<HH", 30, 20)
    for crop in (None, {"x": 20, "y": 10, "w": 30, "h": 20}):
        made = decoded(workshop.render(bytes(content), fmt="png", crop=crop)).convert("RGBA")
        assert made.getchannel("A").getbbox() == ((30, 20, 50, 30) if crop is None else (10, 10, 30, 20))
    assert colour(decoded(workshop.render(bytes(content), fmt="jpeg")), 0.1, 0.1) == (255, 255, 255)
    expected = (220, 20, 20) if mode == "RGB" else (80, 80, 80)
    assert near(colour(decoded(workshop.render(bytes(content), fmt="jpeg")), 0.67, 0.62), expected)


@pytest.mark.parametrize("fmt", ["png", "webp", "gif", "tiff", "avif"])
def test_transparency_is_kept_where_the_format_has_it(workshop: Workshop, fmt: str) -> None:
    made = decoded(workshop.render(encoded(cutout(), "PNG"), fmt=fmt, width=150)).convert("RGBA")
    corner, middle = made.getpixel((2, 2)), made.getpixel((75, 50))
    assert isinstance(corner, tuple)
    assert isinstance(middle, tuple)
    assert corner[3] == 0
    assert middle[3] == 255
    assert near(middle[:3], (10, 200, 10), 24)


def test_gif_shows_what_is_half_opaque_and_no_less(workshop: Workshop) -> None:
    picture = Image.new("RGBA", (256, 8), (200, 0, 0, 0))
    picture.putalpha(Image.linear_gradient("L").rotate(90).resize((256, 8)))
    shown = decoded(workshop.render(encoded(picture, "PNG"), fmt="gif")).convert("RGBA")
    opaque = [x for x in range(256) if shown.getpixel((x, 4))[3]]  # type: ignore[index]
    assert len(opaque) == pytest.approx(128, abs=3)
    assert near(colour(shown, opaque[10] / 256, 0.5), (200, 0, 0), 3)


def test_edges_of_transparent_pictures_do_not_darken(workshop: Workshop) -> None:
    """Transparent pixels are black: scaled without premultiplying they would bleed into the edge."""
    made = decoded(workshop.render(encoded(cutout(600, 400), "PNG"), fmt="png", width=60)).convert("RGBA")
    edge = [pixel for pixel in made.get_flattened_data() if isinstance(pixel, tuple) and 40 < pixel[3] < 220]
    assert edge
    assert all(near(pixel[:3], (10, 200, 10), 30) for pixel in edge)


def test_jpeg_lies_on_white_or_on_the_asked_background(workshop: Workshop) -> None:
    content = encoded(cutout(), "PNG")
    assert near(colour(decoded(workshop.render(content, fmt="jpg")), 0.01, 0.01), (255, 255, 255), 3)
    assert near(colour(decoded(workshop.render(content, fmt="jpg", pdfbgcolor="#204060")), 0.01, 0.01), (32, 64, 96), 4)


def test_an_asked_background_also_fills_formats_with_transparency(workshop: Workshop) -> None:
    made = decoded(workshop.render(encoded(cutout(), "PNG"), fmt="png", pdfbgcolor="0"))
    assert near(colour(made, 0.01, 0.01), (0, 0, 0), 1)
    assert made.convert("RGBA").getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_read(workshop: Workshop, mode: str) -> None:
    grey = photo(80, 60).convert("L")
    picture = grey.convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else None
    picture = picture or photo(80, 60).convert(mode)
    made = decoded(workshop.render(encoded(picture, "PNG"), fmt="png", width=40)).convert("L")
    expected = picture.convert("L") if picture.mode != "I;16" else grey
    assert abs(_mean(made) - _mean(expected)) < 8


def _mean(image: Image.Image) -> float:
    histogram = image.histogram()
    return sum(level * count for level, count in enumerate(histogram)) / sum(histogram)


@pytest.mark.parametrize(
    ("fmt", "mode", "options"),
    [
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "RGB", {"compression": "jpeg"}),
        ("TIFF", "RGB", {"compression": "tiff_adobe_deflate"}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "CMYK", {}),
        ("TIFF", "F", {}),
        ("BMP", "RGB", {}),
        ("BMP", "P", {}),
        ("TGA", "RGBA", {}),
        ("SGI", "RGB", {}),
        ("PPM", "RGB", {}),
        ("PPM", "L", {}),
        ("JPEG2000", "RGB", {}),
        ("ICO", "RGBA", {}),
        ("GIF", "P", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("AVIF", "RGB", {}),
        ("JPEG", "L", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("PNG", "RGB", {}),
    ],
)
def test_formats_in(workshop: Workshop, fmt: str, mode: str, options: dict[str, object]) -> None:
    content = encoded(photo(64, 64).convert(mode), fmt, **options)
    name = "picture.tga" if fmt == "TGA" else "picture"
    made = decoded(workshop.render(content, name=name, fmt="png", width=32, height=32))
    assert made.size == (32, 32)


def test_heic_in(workshop: Workshop) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(photo(64, 64)).save(buffer, quality=90)
    made = decoded(workshop.render(buffer.getvalue(), fmt="jpeg", width=32))
    assert made.size == (32, 32)
    assert near(colour(made, 0.1, 0.1), RED, 40)


def test_sixteen_bits_keep_their_tones(workshop: Workshop) -> None:
    deep = Image.new("I;16", (16, 16), 0x8080)
    assert near(colour(decoded(workshop.render(encoded(deep, "TIFF"), fmt="png")), 0.5, 0.5), (128, 128, 128), 1)


def test_the_first_page_and_the_first_frame_are_shown(workshop: Workshop) -> None:
    pages = [Image.new("RGB", (20, 20), shade) for shade in ((200, 0, 0), (0, 200, 0), (0, 0, 200))]
    for fmt in ("TIFF", "GIF", "WEBP"):
        content = encoded(pages[0], fmt, save_all=True, append_images=pages[1:])
        made = decoded(workshop.render(content, fmt="png"))
        assert near(colour(made, 0.5, 0.5), (200, 0, 0), 8)
        assert getattr(made, "n_frames", 1) == 1


@pytest.mark.parametrize("fmt", ["png", "jpeg", "gif", "webp", "tiff", "avif"])
def test_formats_out(workshop: Workshop, fmt: str) -> None:
    outcome = workshop.attempt(encoded(photo(64, 48)), fmt=fmt, width=32)
    assert isinstance(outcome, Rendition)
    assert outcome.mimetype == f"image/{fmt}"
    assert isinstance(outcome.content, bytes)
    made = decoded(outcome.content)
    assert made.format == fmt.upper()
    assert made.size == (32, 24)


def test_web_renditions_carry_no_metadata(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    content = encoded(
        photo(64, 48), exif=exif.tobytes(), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", comment=b"hello"
    )
    for fmt in ("jpeg", "png", "webp"):
        made = decoded(workshop.render(content, fmt=fmt, width=32))
        assert not dict(made.getexif())
        assert not {"xmp", "comment", "icc_profile"} & set(made.info)


def test_encoding_has_defaults_by_format() -> None:
    assert Encoding("jpeg").effective_quality == 85
    assert Encoding("jpeg", quality=40).effective_quality == 40


@pytest.mark.parametrize("depth", [8, 16])
def test_photoshop_files_are_shown_flattened(workshop: Workshop, depth: int) -> None:
    """A PSD without layers: header, three empty sections, and the uncompressed planes of the picture."""
    planes = b"".join(channel.tobytes() for channel in photo(64, 48).split())
    if depth == 16:
        planes = bytes(level for value in planes for level in (value, value))
    header = b"8BPS\0\x01" + bytes(6) + b"\0\x03" + (48).to_bytes(4, "big") + (64).to_bytes(4, "big")
    content = header + depth.to_bytes(2, "big") + b"\0\x03" + bytes(12) + b"\0\0" + planes
    made = decoded(workshop.render(content, fmt="png", width=32))
    assert made.size == (32, 24)
    assert near(colour(made, 0.1, 0.1), RED)
    assert near(colour(made, 0.9, 0.9), BLUE)
