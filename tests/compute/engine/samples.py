"""Pictures and files that the tests draw themselves; and the real ones in SAMPLES_DIR, when it is there."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

SAMPLES = Path(os.environ["SAMPLES_DIR"]) if os.environ.get("SAMPLES_DIR") else None


def sample(name: str) -> Path:
    """One of the real files; skips the test where they are not."""
    if SAMPLES is None or not (SAMPLES / name).exists():
        pytest.skip("SAMPLES_DIR is not set")
    return SAMPLES / name


def all_samples() -> Iterator[Path]:
    return iter(sorted(SAMPLES.iterdir()) if SAMPLES else [])


def photo(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Gradients with a red corner at the top left and a blue one at the bottom right: orientation can be seen."""
    image = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge(
        "RGB", (image, image.transpose(Image.Transpose.FLIP_TOP_BOTTOM), Image.new("L", image.size, 90))
    )
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 4, height // 4), fill=(220, 20, 20))
    draw.rectangle((width - width // 4, height - height // 4, width, height), fill=(20, 20, 220))
    return picture.convert(mode)


def cutout(width: int = 300, height: int = 200) -> Image.Image:
    """An opaque green disc on transparent ground."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((20, 20, width - 20, height - 20), fill=(10, 200, 10, 255))
    return image


def encoded(image: Image.Image, fmt: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def decoded(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def colour(image: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """RGB at a point given as parts of width and height."""
    at = (min(image.width - 1, int(x * image.width)), min(image.height - 1, int(y * image.height)))
    pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def near(one: tuple[int, ...], other: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))
