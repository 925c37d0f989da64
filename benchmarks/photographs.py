"""Photograph-like JPEGs of a given size: soft shapes, texture and grain, so that they weigh what photographs weigh."""

import random
from pathlib import Path

from PIL import Image, ImageChops

BASES = 4  # pictures that are really painted; the others are these, shifted
QUALITY = 90


def make(folder: Path, count: int, width: int, height: int) -> list[Path]:
    """`count` different files of about 2 to 3 bits a pixel, the same in each run."""
    bases = [_paint(random.Random(seed), width, height) for seed in range(BASES)]
    files = []
    for number in range(count):
        file = folder / f"photo-{width}x{height}-{number:03}.jpg"
        shifted = ImageChops.offset(bases[number % BASES], 16 * number, 16 * number)
        shifted.save(file, "JPEG", quality=QUALITY)
        files.append(file)
    return files


def _paint(rng: random.Random, width: int, height: int) -> Image.Image:
    return Image.merge("RGB", [_band(rng, width, height) for _ in range(3)])


def _band(rng: random.Random, width: int, height: int) -> Image.Image:
    shapes = _noise(rng, 12, 9).resize((width, height), Image.Resampling.BICUBIC)
    texture = _noise(rng, width // 24, height // 24).resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((width * 2 // 3, height * 2 // 3), 40).resize((width, height), Image.Resampling.BICUBIC)
    return Image.blend(Image.blend(shapes, texture, 0.25), grain, 0.14)


def _noise(rng: random.Random, width: int, height: int) -> Image.Image:
    return Image.frombytes("L", (width, height), rng.randbytes(width * height))
