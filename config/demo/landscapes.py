"""Demo landscapes. Each takes a random generator and returns a picture; the same seed paints the same picture."""

import math
import random

from PIL import Image, ImageChops, ImageDraw

from config.demo.brushes import Colour, clouds, disc, glow, ground, mixed, rgb, ridge, sky, soft


def ridges_at_dawn(rng: random.Random) -> Image.Image:
    size = width, height = 2400, 1500
    canvas = sky(size, [rgb("#27355f"), rgb("#8a6a94"), rgb("#f3a683"), rgb("#ffe3b0")])
    sun = (width * 0.66, height * 0.47)
    glow(canvas, sun, 620, rgb("#fff1c9"), 0.9)
    disc(canvas, sun, 74, rgb("#fffaf0"))
    haze, near = rgb("#e9a58b"), rgb("#171d33")
    for layer in range(7):
        share = (layer / 6) ** 0.8
        line = ridge(rng, width, 230 - 14 * layer, 0.52)
        level = height * (0.5 + 0.075 * layer)
        ground(canvas, line, level, mixed(haze, near, share), mixed(haze, near, max(0.0, share - 0.18)))
    return canvas


def aurora(rng: random.Random) -> Image.Image:
    size = width, height = 1600, 2000
    canvas = sky(size, [rgb("#050a1c"), rgb("#0b1e3d"), rgb("#12405a"), rgb("#1f5f66")])
    _stars(canvas, rng, 900)
    for number, colour in enumerate(("#3df5a7", "#5ee7ff", "#b388ff")):
        canvas.paste(rgb(colour), (0, 0), _curtain(rng, canvas.size, number))
    ground(canvas, ridge(rng, width, 240, 0.5), height * 0.8, rgb("#35566b"), rgb("#162c40"))
    ground(canvas, ridge(rng, width, 150, 0.5), height * 0.9, rgb("#0d1a2b"), rgb("#050a14"))
    return canvas


def dunes(rng: random.Random) -> Image.Image:
    size = width, height = 3000, 1250
    canvas = sky(size, [rgb("#f7d9b0"), rgb("#fbe8cd"), rgb("#fff6e8")])
    disc(canvas, (width * 0.22, height * 0.26), 90, rgb("#ff9b71"))
    light, dark = rgb("#f0b67f"), rgb("#6b2d2a")
    for layer in range(6):
        phase, waves = rng.uniform(0, 6.3), rng.uniform(0.7, 1.5)
        line = [(x, _dune(x / width, phase, waves) * (120 + 20 * layer)) for x in range(0, width + 13, 12)]
        colour = mixed(light, dark, layer / 5)
        ground(
            canvas, line, height * (0.42 + 0.1 * layer), mixed(colour, rgb("#ffe2b8"), 0.28), mixed(colour, dark, 0.35)
        )
    return canvas


def mirror_lake(rng: random.Random) -> Image.Image:
    width, height = 2560, 1440
    shore = height * 58 // 100
    canvas = sky((width, shore), [rgb("#2b5a8c"), rgb("#79a9c9"), rgb("#f6e3c5")])
    cover = clouds(rng, (width, shore), 5).point(lambda value: max(0, min(200, (value - 130) * 3)))
    canvas.paste(rgb("#fdf4e6"), (0, 0), cover)
    for layer, (top, bottom) in enumerate((("#7d93ad", "#c5cdd6"), ("#4a6a80", "#8da5ac"), ("#1f3f3c", "#35594c"))):
        ground(canvas, ridge(rng, width, 210 - 55 * layer, 0.53), shore * (0.52 + 0.17 * layer), rgb(top), rgb(bottom))
    picture = Image.new("RGB", (width, height))
    picture.paste(canvas, (0, 0))
    picture.paste(_water(canvas, height - shore), (0, shore))
    return picture


def forest_in_mist(rng: random.Random) -> Image.Image:
    size = _, height = 1300, 1900
    canvas = sky(size, [rgb("#dfe8e4"), rgb("#c9d8d3"), rgb("#aec4be")])
    far, near = rgb("#a9c0ba"), rgb("#12261f")
    for layer in range(6):
        share = (layer / 5) ** 1.3
        _firs(canvas, rng, height * (0.42 + 0.13 * layer), 170 + 95 * layer, mixed(far, near, share))
        mist = (
            Image.linear_gradient("L")
            .resize(size)
            .point(lambda value, strength=70 - 10 * layer: value * strength // 255)
        )
        canvas.paste(rgb("#d7e3de"), (0, 0), mist)
    return canvas


def _stars(canvas: Image.Image, rng: random.Random, count: int) -> None:
    draw = ImageDraw.Draw(canvas)
    for _ in range(count):
        x, y, radius = (
            rng.uniform(0, canvas.width),
            rng.uniform(0, canvas.height * 0.8),
            rng.choice((0.6, 0.6, 1.0, 1.7)),
        )
        shade = rng.randrange(120, 256)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(shade, shade, min(255, shade + 20)))


def _curtain(rng: random.Random, size: tuple[int, int], number: int) -> Image.Image:
    """A band of light: many thin rays that hang from a wavy line ("L")."""
    width, height = size
    mask = Image.new("L", (width // 4, height // 4))
    draw = ImageDraw.Draw(mask)
    phase, foot = rng.uniform(0, 6.3), height / 4 * (0.52 + 0.08 * number)
    for x in range(width // 4):
        wave = math.sin(x / 47 + phase) * 32 + math.sin(x / 19 + phase * 2) * 12
        length = 90 + 50 * math.sin(x / 31 + phase) + rng.uniform(-18, 18)
        draw.line((x, foot + wave - length * 1.8, x, foot + wave), fill=int(80 + 50 * math.sin(x / 11 + phase)))
    ramp = Image.linear_gradient("L").resize(mask.size)
    faded = Image.composite(mask, Image.new("L", mask.size), ramp)
    return soft(faded.resize((width, height), Image.Resampling.BICUBIC), 26)


def _dune(at: float, phase: float, waves: float) -> float:
    """A crest that is steep on one side, as wind leaves it; between -1 and 1."""
    turn = (at * waves + phase) % 1.0
    saw = turn / 0.72 if turn < 0.72 else (1 - turn) / 0.28
    return -(0.5 - 0.5 * math.cos(math.pi * saw)) + 0.25 * math.sin(at * 9 + phase)


def _water(above: Image.Image, depth: int) -> Image.Image:
    """The picture above, upside down, darker, and shifted line by line as ripples do."""
    flipped = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, above.width, depth))
    water = Image.new("RGB", flipped.size)
    strip = 3
    for y in range(0, depth, strip):
        shift = int(math.sin(y * y / 900) * (1 + y / 60))
        water.paste(ImageChops.offset(flipped.crop((0, y, above.width, y + strip)), shift, 0), (0, y))
    return Image.blend(water, Image.new("RGB", water.size, rgb("#0e2a3f")), 0.32)


def _firs(canvas: Image.Image, rng: random.Random, foot: float, tall: float, colour: Colour) -> None:
    """A row of fir trees whose trunks stand near `foot`."""
    mask = Image.new("L", canvas.size)
    draw = ImageDraw.Draw(mask)
    x = -tall * 0.2
    while x < canvas.width + tall * 0.2:
        _fir(draw, rng, x, foot + rng.uniform(-0.1, 0.1) * tall, tall * rng.uniform(0.7, 1.15))
        x += tall * rng.uniform(0.12, 0.3)
    draw.rectangle((0, min(foot, canvas.height), canvas.width, canvas.height), fill=255)
    canvas.paste(colour, (0, 0), mask)


def _fir(draw: ImageDraw.ImageDraw, rng: random.Random, x: float, foot: float, tall: float) -> None:
    tiers = 9
    for tier in range(tiers):
        top = foot - tall + tall * 0.92 * tier / tiers
        reach = tall * (0.025 + 0.2 * tier / tiers) * rng.uniform(0.85, 1.1)
        draw.polygon([(x, top), (x - reach, top + tall * 0.17), (x + reach, top + tall * 0.17)], fill=255)
    draw.rectangle((x - tall * 0.012, foot - tall * 0.1, x + tall * 0.012, foot + tall * 0.1), fill=255)
