"""Photoshop files: which channels are the picture, and what the file says of itself."""

import io
import struct
from collections.abc import Iterable

import pytest
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Resource

from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, decoded, near, photo

RED, BLUE = (220, 20, 20), (20, 20, 220)
RGB, CMYK = 3, 4


def packed(row: bytes) -> bytes:
    """PackBits without any packing."""
    return b"".join(bytes([len(row[at : at + 128]) - 1]) + row[at : at + 128] for at in range(0, len(row), 128))


def psd(
    planes: Iterable[Image.Image],
    mode: int = RGB,
    *,
    depth: int = 8,
    large: bool = False,
    layers: int = 0,
    resources: dict[int, bytes] | None = None,
) -> bytes:
    channels = list(planes)
    width, height = channels[0].size
    rows = [
        packed(plane.crop((0, y, width, y + 1)).tobytes() if depth == 8 else deep(plane, y))
        for plane in channels
        for y in range(height)
    ]
    blocks = b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(block)) + block + bytes(len(block) & 1)
        for number, block in (resources or {}).items()
    )
    length = "Q" if large else "I"
    info = struct.pack(f">{length}h", 4, layers) + bytes(2) if layers else b""
    return b"".join(
        [
            b"8BPS" + struct.pack(">H6xHIIHH", 2 if large else 1, len(channels), height, width, depth, mode),
            bytes(4),
            struct.pack(">I", len(blocks)) + blocks,
            struct.pack(f">{length}", len(info)) + info,
            b"\0\1" + b"".join(struct.pack(">I" if large else ">H", len(row)) for row in rows) + b"".join(rows),
        ]
    )


def deep(plane: Image.Image, y: int) -> bytes:
    row = plane.crop((0, y, plane.width, y + 1)).tobytes()
    return bytes(level for value in row for level in (value, value))


def selection() -> Image.Image:
    """Nothing of the left half."""
    image = Image.new("L", (64, 48), 255)
    image.paste(0, (0, 0, 32, 48))
    return image


def has_corners(content: bytes) -> bool:
    made = decoded(content)
    return near(colour(made, 0.1, 0.1), RED, 40) and near(colour(made, 0.9, 0.9), BLUE, 60)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_spot_colours_and_saved_selections_are_not_shown(workshop: Workshop, depth: int, large: bool) -> None:
    planes = [*photo(64, 48).split(), selection(), selection()]
    made = workshop.render(psd(planes, depth=depth, large=large), fmt="png")
    assert decoded(made).mode == "RGB"
    assert has_corners(made)


def test_an_ink_beside_cmyk_is_not_shown(workshop: Workshop) -> None:
    inks = [plane.point(lambda level: 255 - level) for plane in photo(64, 48, "CMYK").split()]
    content = psd([*inks, selection()], CMYK, resources={1053: struct.pack(">I", 7)})
    made = decoded(workshop.render(content, fmt="png"))
    assert made.mode == "RGB"
    red, green, blue = colour(made, 0.1, 0.1)
    assert red > 180
    assert max(green, blue) < 90


@pytest.mark.parametrize("resources", [{1053: struct.pack(">I", 1)}, {1006: b"\x07Alpha 1"}])
def test_one_saved_selection_is_no_transparency(workshop: Workshop, resources: dict[int, bytes]) -> None:
    made = workshop.render(psd([*photo(64, 48).split(), selection()], resources=resources), fmt="png")
    assert decoded(made).mode == "RGB"
    assert has_corners(made)


@pytest.mark.parametrize("layers", [-1, 0])
def test_transparency_is_kept(workshop: Workshop, layers: int) -> None:
    made = decoded(workshop.render(psd([*photo(64, 48).split(), selection()], layers=layers), fmt="png"))
    assert made.mode == "RGBA"
    assert made.getchannel("A").getpixel((5, 5)) == 0
    assert made.getchannel("A").getpixel((60, 40)) == 255


def test_colours_that_were_mixed_with_white_are_separated(workshop: Workshop) -> None:
    half = Image.new("L", (64, 48), 128)
    mixed = [plane.point(lambda level: (level * 128 + 255 * 127) // 255) for plane in photo(64, 48).split()]
    made = decoded(workshop.render(psd([*mixed, half], layers=-1), fmt="png"))
    assert near(colour(made, 0.1, 0.1), RED, 6)
    assert near(colour(made, 0.9, 0.9), BLUE, 6)


@pytest.mark.parametrize(("depth", "large"), [(8, False), (16, False), (8, True)])
def test_metadata_of_every_kind_of_photoshop_file(workshop: Workshop, depth: int, large: bool) -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    packet = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about="" '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Headline="Layers"/></rdf:RDF></x:xmpmeta>'
    )
    tags = Image.Exif()
    tags[0x010F] = "Camera"
    resources = {
        1005: struct.pack(">IHHIHH", 300 << 16, 1, 1, 300 << 16, 1, 1),
        1028: b"\x1c\x02\x5a\x00\x05Basel",
        1058: tags.tobytes().removeprefix(b"Exif\0\0"),
        1060: packet.encode(),
    }
    content = psd(photo(64, 48).split(), depth=depth, large=large, resources=resources)
    xmp = workshop.render(content, fmt="xmp").decode()
    for expected in (
        "<tiff:ImageWidth>64<",
        "<tiff:ImageLength>48<",
        f"<dam:Bitsperpixel>{depth * 3}<",
        "<dam:Physicalwidthindpi>300<",
        "<photoshop:Headline>Layers<",
        "<photoshop:City>Basel<",
        "<tiff:Make>Camera<",
    ):
        assert expected in xmp


def test_a_file_without_a_flattened_picture_is_composed_of_its_layers(workshop: Workshop) -> None:
    document = PSDImage.new("RGB", (64, 48))
    document.create_pixel_layer(photo(64, 48).convert("RGBA"), name="photo")
    document.image_resources[Resource.VERSION_INFO].data.has_composite = False
    buffer = io.BytesIO()
    document.save(buffer)
    assert has_corners(workshop.render(buffer.getvalue(), fmt="png"))


def test_damaged_and_exotic_photoshop_files(workshop: Workshop) -> None:
    whole = psd(photo(64, 48).split())
    assert workshop.reason(whole[:-500], fmt="png") == "SourceCorrupt"
    assert workshop.reason(whole[:60], fmt="png") == "SourceCorrupt"
    assert workshop.reason(whole[:24] + b"\0\5" + whole[26:], fmt="png") == "SourceUnsupported"
    assert workshop.reason(whole[:14] + b"\0\7\xff\xff\0\7\xff\xff" + whole[22:], fmt="png") == "SourceUnsupported"
