"""Pictures that the tests draw: something to look at in a screenshot, and large enough to take a moment."""

import io
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SKY = ((246, 196, 140), (94, 120, 160))


def photo(path: Path, size: tuple[int, int], seed: int = 1) -> Path:
    path.write_bytes(photo_bytes(size, seed))
    return path


def photo_bytes(size: tuple[int, int], seed: int = 1, kind: str = "JPEG") -> bytes:
    """Hills in the evening; another `seed` makes other hills."""
    buffer = io.BytesIO()
    options = {"quality": 90} if kind == "JPEG" else {}
    _landscape(size, seed).save(buffer, kind, **options)
    return buffer.getvalue()


def _landscape(size: tuple[int, int], seed: int) -> Image.Image:
    width, height = size
    image = _gradient(size)
    draw = ImageDraw.Draw(image)
    sun = width * (0.25 + 0.1 * (seed % 6))
    radius = height / 12
    draw.ellipse((sun - radius, height * 0.3 - radius, sun + radius, height * 0.3 + radius), fill=(255, 236, 200))
    image = image.filter(ImageFilter.GaussianBlur(max(1, width // 400)))
    draw = ImageDraw.Draw(image)
    for layer in range(4):
        draw.polygon(_ridge(size, seed, layer), fill=tuple(round(c * (0.62 - 0.14 * layer)) for c in (150, 120, 130)))
    return image


def _gradient(size: tuple[int, int]) -> Image.Image:
    column = Image.new("RGB", (1, 64))
    for y in range(64):
        mix = y / 63
        column.putpixel((0, y), tuple(round(a * mix + b * (1 - mix)) for a, b in zip(*SKY, strict=True)))
    return column.resize(size, Image.Resampling.BILINEAR)


def _ridge(size: tuple[int, int], seed: int, layer: int) -> list[tuple[float, float]]:
    width, height = size
    base = height * (0.5 + 0.13 * layer)
    points = [(float(width), float(height)), (0.0, float(height))]
    for step in range(65):
        x = step / 64
        wave = math.sin(x * (5 + layer * 3) + seed * 1.7 + layer) + 0.5 * math.sin(x * 19 + seed + layer * 2)
        points.append((x * width, base + wave * height * 0.05))
    return points
