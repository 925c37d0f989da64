"""Pictures of kinds that few programs write."""

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy
import pytest

from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, decoded, near, photo

SIZE = (3, 2)


def bmp(bits: int, masks: Sequence[int], words: Sequence[int], *, head: int = 124, height: int = 2) -> bytes:
    """Three pixels in each of two rows."""
    row = b"".join(word.to_bytes(bits // 8, "little") for word in words)
    data = row.ljust(-(-len(row) // 4) * 4, b"\0") * 2
    info = struct.pack("<IiiHHIIiiII", head, 3, height, 1, bits, 3, len(data), 3937, 3937, 0, 0)
    info = (info + struct.pack("<4I", *masks)).ljust(head, b"\0")
    return struct.pack("<2sIHHI", b"BM", 14 + len(info) + len(data), 0, 0, 14 + len(info)) + info + data


@pytest.mark.parametrize(
    ("bits", "masks", "words"),
    [
        (16, (0x0F00, 0xF0, 0xF, 0xF000), (0xFF00, 0xF0F0, 0x0000)),
        (16, (0x7C00, 0x3E0, 0x1F, 0x8000), (0xFC00, 0x83E0, 0x0000)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000), (0xFFF00000, 0xC00FFC00, 0x00000000)),
    ],
)
@pytest.mark.parametrize("height", [2, -2])
def test_bmp_with_alpha_in_a_few_bits(
    workshop: Workshop, bits: int, masks: tuple[int, ...], words: tuple[int, ...], height: int
) -> None:
    content = bmp(bits, masks, words, height=height)
    made = decoded(workshop.render(content, fmt="png")).convert("RGBA")
    assert made.size == SIZE
    assert [made.getpixel((x, 1)) for x in range(3)] == [(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 0, 0)]
    assert b"<tiff:ImageWidth>3<" in workshop.render(content, fmt="xmp")
    assert workshop.reason(content[:-3], fmt="png") == "SourceCorrupt"


def test_bmp_whose_alpha_is_never_written_is_opaque(workshop: Workshop) -> None:
    content = bmp(16, (0x7C00, 0x3E0, 0x1F, 0x8000), (0x7C00, 0x3E0, 0x1F))
    made = decoded(workshop.render(content, fmt="png")).convert("RGBA")
    assert [made.getpixel((x, 0)) for x in range(3)] == [(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)]


@pytest.mark.parametrize("masks", [(0xF800, 0x7E0, 0x1F, 0), (0x7C00, 0x3E0, 0x1F, 0), (0, 0, 0, 0)])
def test_other_bmp_are_as_before(workshop: Workshop, masks: tuple[int, ...]) -> None:
    content = bmp(16, masks, (masks[0], masks[1], masks[2]))
    if not any(masks):
        assert workshop.reason(content, fmt="png") == "SourceCorrupt"
        return
    made = decoded(workshop.render(content, fmt="png")).convert("RGB")
    assert [made.getpixel((x, 0)) for x in range(3)] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


@pytest.mark.parametrize("highest", [1, 255, 1023, 65535])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_pam(workshop: Workshop, depth: int, highest: int) -> None:
    head = f"P7\n# a comment\nWIDTH 3\nHEIGHT 2\nDEPTH {depth}\nMAXVAL {highest}\nTUPLTYPE ANY\nENDHDR\n".encode()
    kind = "u1" if highest < 256 else ">u2"
    pixels = numpy.zeros((2, 3, depth), dtype=kind)
    pixels[:, 0] = highest
    made = decoded(workshop.render(head + pixels.tobytes(), fmt="png")).convert("RGBA")
    assert made.size == SIZE
    assert made.getpixel((0, 0)) == (255, 255, 255, 255)
    assert made.getpixel((2, 1)) == (0, 0, 0, 255 if depth in {1, 3} else 0)
    assert b"<tiff:ImageLength>2<" in workshop.render(head + pixels.tobytes(), fmt="xmp")
    assert workshop.reason(head + pixels.tobytes()[:-1], fmt="png") == "SourceCorrupt"
    for broken in (head[:30], head.replace(b"WIDTH 3", b"WIDTH 0"), head.replace(b"WIDTH 3", b"WIDTH 99999999")):
        assert workshop.reason(broken, fmt="png") in {"SourceCorrupt", "SourceUnsupported"}


@pytest.mark.parametrize("order", ["<", ">"])
def test_pfm_in_colour(workshop: Workshop, order: str) -> None:
    """The rows go upwards; linear 0.2140 is the middle of sRGB."""
    light = numpy.array([[[0.214, 0, 0]] * 3, [[5, 5, 5]] * 3], dtype=f"{order}f4")
    head = b"PF\n3 2\n-1.0\n" if order == "<" else b"PF\n3 2\n1.0\n"
    made = decoded(workshop.render(head + light.tobytes(), fmt="png"))
    assert made.getpixel((0, 0)) == (255, 255, 255)
    assert near(colour(made, 0, 1), (127, 0, 0), 1)
    assert workshop.reason(head + light.tobytes()[:-1], fmt="png") == "SourceCorrupt"


@pytest.mark.parametrize("kind", ["rgb24", "rgba", "gray", "rgb48be", "gray16be"])
def test_sgi_as_ffmpeg_packs_it(workshop: Workshop, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.sgi"
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("sgi", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = 64, 48, kind
        frame = av.VideoFrame.from_ndarray(numpy.asarray(photo(64, 48)), format="rgb24").reformat(format=kind)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    expected = photo(64, 48) if kind.startswith("rgb") else photo(64, 48).convert("L")
    content = path.read_bytes()
    for crop in (None, {"x": 40, "y": 30, "w": 24, "h": 18}):
        made = decoded(workshop.render(content, fmt="png", crop=crop))
        assert near(colour(made, 0.95, 0.95), colour(expected, 0.95, 0.95), 3)
    assert workshop.reason(content[: len(content) * 2 // 3], fmt="png") == "SourceCorrupt"
