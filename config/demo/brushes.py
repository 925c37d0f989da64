"""What the demo pictures are painted with: gradients, glows, ridges, noise. All cheap: the slow parts run small."""

import random
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Size = tuple[int, int]
Point = tuple[float, float]


def rgb(code: str) -> Colour:
    """ "#ff8800" as (255, 136, 0)."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` (0 to 1) of `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def ramp(stops: Sequence[Colour], steps: int) -> list[Colour]:
    """`steps` colours from the first stop to the last."""
    spans = len(stops) - 1
    positions = [spans * step / (steps - 1) for step in range(steps)]
    return [
        mixed(stops[min(int(at), spans - 1)], stops[min(int(at), spans - 1) + 1], at - min(int(at), spans - 1))
        for at in positions
    ]


def sky(size: Size, stops: Sequence[Colour]) -> Image.Image:
    """A vertical gradient, dithered a little so that it shows no bands."""
    column = Image.new("RGB", (1, 256))
    column.putdata(ramp(stops, 256))
    canvas = column.resize(size, Image.Resampling.BICUBIC)
    grain = _tiled(Image.effect_noise((512, 512), 3), size)
    return ImageChops.add(canvas, Image.merge("RGB", (grain,) * 3), scale=1, offset=-128)


def _tiled(tile: Image.Image, size: Size) -> Image.Image:
    canvas = Image.new(tile.mode, size)
    for x in range(0, size[0], tile.width):
        for y in range(0, size[1], tile.height):
            canvas.paste(tile, (x, y))
    return canvas


def glow(canvas: Image.Image, centre: Point, radius: float, colour: Colour, strength: float = 1.0) -> None:
    """A soft light at `centre` (pixels)."""
    # Pillow's gradient reaches about 180 in the middle of the edges: from there on the light is out.
    small = Image.radial_gradient("L").point(lambda value: int(max(0.0, 1 - value / 178) ** 2 * 255 * strength))
    light = small.resize((int(radius * 2), int(radius * 2)), Image.Resampling.BICUBIC)
    canvas.paste(colour, (int(centre[0] - radius), int(centre[1] - radius)), light)


def disc(canvas: Image.Image, centre: Point, radius: float, colour: Colour) -> None:
    """A circle with a smooth edge."""
    side = int(radius * 2)
    mask = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(mask).ellipse((2, 2, side * 2 - 3, side * 2 - 3), fill=255)
    canvas.paste(
        colour, (int(centre[0] - radius), int(centre[1] - radius)), mask.resize((side, side), Image.Resampling.LANCZOS)
    )


def ridge(rng: random.Random, width: int, height: float, roughness: float) -> list[Point]:
    """A mountain line by midpoint displacement: x from 0 to `width`, y around 0 within about ± `height`."""
    line = [rng.uniform(-height, height) * 0.6, rng.uniform(-height, height) * 0.6]
    reach = height
    while len(line) < width / 5:
        middles = [(a + b) / 2 + rng.uniform(-reach, reach) for a, b in pairwise(line)]
        line = [y for pair in zip(line, middles, strict=False) for y in pair] + [line[-1]]
        reach *= roughness
    return [(width * index / (len(line) - 1), y) for index, y in enumerate(line)]


def ground(canvas: Image.Image, line: Sequence[Point], level: float, top: Colour, bottom: Colour) -> None:
    """Everything below the line, shaded from `top` at the line's highest point to `bottom` at the picture's edge."""
    width, height = canvas.size
    outline = [(x, y + level) for x, y in line]
    first = max(0, int(min(y for _, y in outline)))
    mask = Image.new("L", (width * 2, (height - first) * 2))
    points = [(x * 2, (y - first) * 2) for x, y in outline]
    ImageDraw.Draw(mask).polygon([*points, (width * 2, height * 2), (0, height * 2)], fill=255)
    column = Image.new("RGB", (1, 64))
    column.putdata(ramp((top, bottom), 64))
    shade = column.resize((width, height - first), Image.Resampling.BICUBIC)
    canvas.paste(shade, (0, first), mask.reduce(2))


def clouds(rng: random.Random, size: Size, cells: int, octaves: int = 4) -> Image.Image:
    """Smooth noise ("L"): the sum of ever finer random grids."""
    seed = rng.randrange(2**31)
    total = Image.new("L", size, 128)
    for octave in range(octaves):
        grid = _grid(random.Random(seed + octave), cells * 2**octave, cells * 2**octave * size[1] // size[0] + 2)
        layer = grid.resize(size, Image.Resampling.BICUBIC)
        total = layer if octave == 0 else Image.blend(total, layer, 0.5 / 1.7**octave)
    return total


def _grid(rng: random.Random, columns: int, rows: int) -> Image.Image:
    grid = Image.new("L", (columns + 2, rows))
    grid.putdata([rng.randrange(256) for _ in range((columns + 2) * rows)])
    return grid


def soft(mask: Image.Image, radius: float) -> Image.Image:
    """Blurred at a quarter of the size: for large radii the eye sees no difference, and it costs a sixteenth."""
    small = mask.reduce(4).filter(ImageFilter.GaussianBlur(radius / 4))
    return small.resize(mask.size, Image.Resampling.BICUBIC)
