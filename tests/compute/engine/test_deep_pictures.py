"""TIFF and JPEG 2000 of the unusual kinds: measurements, deep colours, other compressions, more channels."""

import io
import struct
import zlib
from pathlib import Path

import av
import numpy
import pytest
from PIL import Image, ImageCms

from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, decoded, encoded, near, photo
from tests.compute.engine.test_pictures import with_swapped_primaries

RED, BLUE, WHITE = (220, 20, 20), (20, 20, 220), (255, 255, 255)


def has_corners(content: bytes) -> bool:
    made = decoded(content)
    return near(colour(made, 0.1, 0.1), RED, 15) and near(colour(made, 0.9, 0.9), BLUE, 15)


@pytest.mark.parametrize("compression", ["zstd", "lzma", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressions_of_tiff(workshop: Workshop, compression: str) -> None:
    assert has_corners(workshop.render(encoded(photo(64, 48), "TIFF", compression=compression), fmt="png"))


def test_ycbcr_that_is_not_compressed(workshop: Workshop) -> None:
    assert has_corners(workshop.render(encoded(photo(64, 48, "YCbCr"), "TIFF"), fmt="png"))


def test_a_channel_beside_the_colours_of_a_tiff_is_no_transparency(workshop: Workshop) -> None:
    picture = photo(64, 48)
    beside = Image.merge("RGBX", [*picture.split(), Image.new("L", picture.size, 40)])
    made = workshop.render(encoded(beside, "TIFF"), fmt="png")
    assert decoded(made).mode == "RGB"
    assert has_corners(made)


@pytest.mark.parametrize(("darkest", "lightest"), [(0.0, 1.0), (250.0, 4800.0), (-3.0, 7.0)])
def test_measurements_are_shown_from_the_least_to_the_most(workshop: Workshop, darkest: float, lightest: float) -> None:
    values = numpy.linspace(darkest, lightest, 64, dtype=numpy.float32)
    made = decoded(workshop.render(encoded(Image.fromarray(numpy.tile(values, (48, 1))), "TIFF"), fmt="png"))
    assert near(colour(made, 0, 0.5), (0, 0, 0), 2)
    assert near(colour(made, 0.5, 0.5), (128, 128, 128), 4)
    assert near(colour(made, 1, 0.5), WHITE, 2)


@pytest.mark.parametrize("order", ["<", ">"])
def test_measurements_of_64_bits(workshop: Workshop, order: str) -> None:
    values = numpy.tile(numpy.linspace(-3, 7, 64), (48, 1)).astype(f"{order}f8")
    tags = [(256, 64), (257, 48), (258, 64), (259, 1), (262, 1), (273, 200), (277, 1), (278, 48), (279, 64 * 48 * 8)]
    entries = [struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in [*tags, (339, 3)]]
    mark = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(f"{order}IH", 8, len(entries)) + b"".join(entries) + bytes(4)
    made = decoded(workshop.render((mark + directory).ljust(200, b"\0") + values.tobytes(), fmt="png"))
    assert near(colour(made, 0, 0.5), (0, 0, 0), 2)
    assert near(colour(made, 0.5, 0.5), (128, 128, 128), 4)
    assert near(colour(made, 1, 0.5), WHITE, 2)


def test_grey_of_32_bits(workshop: Workshop) -> None:
    values = numpy.linspace(0, 2**32 - 1, 64).astype(numpy.uint32).view(numpy.int32)
    signed = encoded(Image.fromarray(numpy.tile(values, (48, 1))), "TIFF")
    entry = struct.pack("<HHI", 339, 3, 1)
    content = signed.replace(entry + b"\2", entry + b"\1")
    assert content != signed
    made = decoded(workshop.render(content, fmt="png"))
    assert near(colour(made, 0, 0.5), (0, 0, 0), 2)
    assert near(colour(made, 0.5, 0.5), (128, 128, 128), 4)
    assert near(colour(made, 1, 0.5), WHITE, 2)


@pytest.mark.parametrize(("mode", "levels"), [("L", (0, 100)), ("I;16", (3, 232))])
def test_a_grey_level_of_a_png_may_be_transparent(workshop: Workshop, mode: str, levels: tuple[int, int]) -> None:
    values = numpy.full((10, 20), levels[0] * 256 + levels[1], dtype=numpy.uint8 if mode == "L" else numpy.uint16)
    values[:, :10] += 1
    content = encoded(Image.fromarray(values), "PNG")
    chunk = b"tRNS" + bytes(levels)
    content = content[:33] + struct.pack(">I", 2) + chunk + struct.pack(">I", zlib.crc32(chunk)) + content[33:]
    made = decoded(workshop.render(content, fmt="png"))
    assert made.convert("RGBA").getchannel("A").getbbox() == (0, 0, 10, 10)
    expected = levels[1] + 1 if mode == "L" else levels[0]
    assert near(colour(made, 0.2, 0.5), (expected,) * 3, 1)


def jpeg2000(path: Path, bits: str) -> bytes:
    """A white and a black half, red in the corner, in a container that has no profile."""
    levels = numpy.zeros((48, 64, 3), dtype=numpy.uint8)
    levels[:, :32] = 255
    levels[:24, :32] = (255, 0, 0)
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("jpeg2000")
        stream.width, stream.height, stream.pix_fmt = 64, 48, bits
        frame = av.VideoFrame.from_ndarray(levels, format="rgb24").reformat(format=bits)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize("bits", ["rgb24", "gbrp10le", "gbrp12le", "rgb48le"])
def test_jpeg_2000_of_any_depth(workshop: Workshop, tmp_path: Path, bits: str) -> None:
    made = decoded(workshop.render(jpeg2000(tmp_path / "a.jp2", bits), fmt="png"))
    assert near(colour(made, 0.1, 0.9), WHITE, 2)
    assert near(colour(made, 0.1, 0.1), (255, 0, 0), 2)
    assert near(colour(made, 0.9, 0.9), (0, 0, 0), 2)


def test_the_profile_in_a_jpeg_2000_is_applied(workshop: Workshop) -> None:
    profile = with_swapped_primaries(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    plain = encoded(Image.new("RGB", (64, 48), (230, 30, 30)), "JPEG2000")
    at = plain.index(b"jp2h") - 4
    old = plain.index(b"colr") - 4
    new = struct.pack(">I", 11 + len(profile)) + b"colr\2\0\0" + profile
    length = int.from_bytes(plain[at : at + 4], "big") + len(new) - 15
    content = plain[:at] + length.to_bytes(4, "big") + plain[at + 4 : old] + new + plain[old + 15 :]
    without, applied = (decoded(workshop.render(each, fmt="png")) for each in (plain, content))
    assert near(colour(without, 0.5, 0.5), (230, 30, 30), 2)
    assert near(colour(applied, 0.5, 0.5), (30, 230, 30), 12)


@pytest.mark.parametrize(("mode", "depth", "bits"), [("I;16", 16, 16), ("RGBA", 8, 32), ("P", 1, 1), ("1", 1, 1)])
def test_bits_of_a_png_are_those_in_the_file(workshop: Workshop, mode: str, depth: int, bits: int) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (8, 8)).save(buffer, "PNG", **({"bits": depth} if mode == "P" else {}))
    assert f"<dam:Bitsperpixel>{bits}<".encode() in workshop.render(buffer.getvalue(), fmt="xmp")


def test_metadata_of_a_tiff_that_pillow_does_not_open(workshop: Workshop) -> None:
    """Photographs of 32 bits: three channels of floats."""
    tags: list[tuple[int, int, int, int]] = [
        (256, 3, 1, 4), (257, 3, 1, 2), (258, 3, 3, 200), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 300),
        (274, 3, 1, 1), (277, 3, 1, 3), (278, 3, 1, 2), (279, 4, 1, 96), (315, 2, 4, 0x006E6E41), (339, 3, 3, 206),
    ]  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    head = (b"II*\0\x08\0\0\0" + directory).ljust(200, b"\0")
    content = (head + struct.pack("<6H", 32, 32, 32, 3, 3, 3)).ljust(300, b"\0") + struct.pack("<24f", *[0.5] * 24)
    xmp = workshop.render(content, fmt="xmp").decode()
    for expected in ("<tiff:ImageWidth>4<", "<tiff:ImageLength>2<", "<dam:Bitsperpixel>96<", "<rdf:li>Ann<"):
        assert expected in xmp
