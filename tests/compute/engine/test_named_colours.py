"""Colours that a file names by numbers instead of a profile."""

import binascii
import struct

import pytest
from PIL import Image

from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, decoded, encoded, near

P3_RED = (234, 51, 35)  # the sRGB red of full strength, as a screen of Display P3 is told it
RED = (255, 0, 0)
ADOBE = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)


def png(shade: tuple[int, ...], **chunks: bytes) -> bytes:
    return with_chunks(encoded(Image.new("RGB", (20, 20), shade), "PNG"), **chunks)


def with_chunks(content: bytes, **chunks: bytes) -> bytes:
    more = b""
    for name, body in chunks.items():
        whole = name.encode() + body
        more += len(body).to_bytes(4, "big") + whole + binascii.crc32(whole).to_bytes(4, "big")
    return content[:33] + more + content[33:]


def gamma(value: float) -> bytes:
    return struct.pack(">I", round(value * 100_000))


def shown(workshop: Workshop, content: bytes) -> tuple[int, int, int]:
    return colour(decoded(workshop.render(content, fmt="png")), 0.5, 0.5)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "LA", "RGBA", "I;16"])
def test_the_gamma_of_a_png(workshop: Workshop, mode: str) -> None:
    """The light of linear 55 of 255 is that of 128 in sRGB."""
    shades: dict[str, tuple[int, ...] | int] = {
        "L": 55,
        "P": 1,
        "LA": (55, 200),
        "RGBA": (55, 55, 55, 200),
        "I;16": 55 * 257,
    }
    image = Image.new(mode, (20, 20), shades.get(mode, (55, 55, 55)))
    if mode == "P":
        image.putpalette([0, 0, 0, 55, 55, 55])
    content = with_chunks(encoded(image, "PNG"), gAMA=gamma(1))
    made = decoded(workshop.render(content, fmt="png")).convert("RGBA")
    assert near(colour(made, 0.5, 0.5), (128, 128, 128), 3)
    assert made.getchannel("A").getextrema() == ((200, 200) if mode in {"LA", "RGBA"} else (255, 255))


def test_the_primaries_of_a_png(workshop: Workshop) -> None:
    content = png((219, 0, 0), gAMA=gamma(1 / 2.2), cHRM=struct.pack(">8I", *ADOBE))
    assert near(shown(workshop, content), (255, 0, 0), 4)


@pytest.mark.parametrize(
    "chunks",
    [
        {"gAMA": gamma(0.45455)},
        {"gAMA": gamma(1), "sRGB": b"\0"},
        {"gAMA": gamma(0)},
        {"gAMA": b"x"},
        {"gAMA": gamma(1 / 2.2), "cHRM": bytes(32)},
        {"cICP": bytes((1, 13, 0, 1))},
        {"cICP": b""},
        {"cICP": bytes((2, 2, 0, 1))},
    ],
)
def test_what_is_srgb_or_makes_no_sense_stays(workshop: Workshop, chunks: dict[str, bytes]) -> None:
    outcome = workshop.attempt(png((200, 55, 30), **chunks), fmt="png")
    if getattr(outcome, "reason", "") != "SourceCorrupt":  # libraries may refuse a chunk that is too short
        assert shown(workshop, png((200, 55, 30), **chunks)) == (200, 55, 30)


@pytest.mark.parametrize(
    ("numbers", "shade", "expected"),
    [
        ((12, 13), P3_RED, RED),
        ((9, 14), (202, 72, 14), RED),
        ((1, 8), (55, 55, 55), (128, 128, 128)),
        ((9, 16), (148, 148, 148), (255, 255, 255)),  # 203 cd/m²
        ((9, 18), (191, 191, 191), (255, 255, 255)),
    ],
)
def test_colours_of_png_by_their_numbers(
    workshop: Workshop, numbers: tuple[int, int], shade: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert near(shown(workshop, png(shade, cICP=bytes((*numbers, 0, 1)))), expected, 8)


@pytest.mark.parametrize("fmt", ["AVIF", "HEIF"])
def test_colours_of_avif_and_heic_by_their_numbers(workshop: Workshop, fmt: str) -> None:
    if fmt == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    content = bytearray(encoded(Image.new("RGB", (64, 64), P3_RED), fmt, quality=100))
    assert near(shown(workshop, bytes(content)), P3_RED, 6)
    at = content.index(b"colrnclx") + 8
    content[at : at + 4] = struct.pack(">HH", 12, 13)
    assert near(shown(workshop, bytes(content)), RED, 12)
