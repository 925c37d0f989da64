"""Demo patterns and a cut-out with transparency. The same seed draws the same picture."""

import random

from PIL import Image, ImageChops, ImageDraw

from config.demo.brushes import clouds, ramp, rgb, soft

PAPER, INK = rgb("#f4ecdf"), rgb("#22313f")


def contours(rng: random.Random) -> Image.Image:
    """A map of nowhere: height bands with fine lines between them."""
    heights = clouds(rng, (2000, 2000), 4)
    stops = [rgb(code) for code in ("#17384a", "#2a6f77", "#7fb08a", "#e2d8a1", "#c98a55", "#7b3f35")]
    bands = 18
    palette = ramp(stops, bands)
    banded = heights.point(lambda value: min(bands - 1, max(0, (value - 40) * bands // 176)))
    banded = banded.convert("L")
    edges = ImageChops.difference(banded, ImageChops.offset(banded, 2, 2)).point(lambda value: 90 if value else 0)
    picture = banded.copy()
    picture.putpalette([part for colour in palette for part in colour])
    map_ = picture.convert("RGB")
    map_.paste(rgb("#fff8e7"), (0, 0), edges)
    return map_


def tiles(rng: random.Random) -> Image.Image:
    """Quarter circles on a grid (Truchet tiles), in five inks."""
    side, columns, rows = 150, 12, 8
    inks = [rgb(code) for code in ("#d1495b", "#edae49", "#00798c", "#30638e", "#f4ecdf")]
    canvas = Image.new("RGB", (side * columns, side * rows), PAPER)
    quarter = _quarter(side)
    turned = [quarter.rotate(90 * turn) for turn in range(4)]
    for column in range(columns):
        for row in range(rows):
            ground, shape = rng.sample(inks, 2)
            box = (column * side, row * side)
            canvas.paste(ground, (*box, box[0] + side, box[1] + side))
            canvas.paste(shape, box, rng.choice(turned))
    return canvas


def balloon(rng: random.Random) -> Image.Image:
    """A hot-air balloon on nothing: edges, ropes and shadow are partly transparent."""
    big = Image.new("RGBA", (2048, 2048))
    draw = ImageDraw.Draw(big)
    stripes = [rgb("#d1495b"), rgb("#f4ecdf"), rgb("#edae49"), rgb("#f4ecdf"), rgb("#00798c")]
    envelope = Image.new("L", big.size)
    shape = ImageDraw.Draw(envelope)
    shape.ellipse((384, 128, 1664, 1408), fill=255)
    shape.polygon([(547, 1194), (1501, 1194), (1130, 1610), (918, 1610)], fill=255)
    cloth = Image.new("RGB", big.size, stripes[0])
    cloth_draw = ImageDraw.Draw(cloth)
    for index, reach in enumerate((640, 500, 340, 170, 60)):
        cloth_draw.ellipse((1024 - reach, 60, 1024 + reach, 1800), fill=stripes[index])
    shade = soft(ImageChops.offset(envelope, -260, -160), 160)
    cloth.paste(INK, (0, 0), ImageChops.invert(shade).point(lambda value: value * 2 // 5))
    for x in (930, 1000, 1048, 1118):
        draw.line((x, 1600, 960 + (x - 930) * 128 // 188, 1760), fill=(*INK, 200), width=8)
    draw.rounded_rectangle((950, 1750, 1098, 1880), 24, fill=(*rgb("#8a5a3b"), 255))
    draw.rounded_rectangle((938, 1740, 1110, 1772), 14, fill=(*rgb("#6b4329"), 255))
    big.paste(cloth, (0, 0), envelope)
    return big.reduce(2)


def _quarter(side: int) -> Image.Image:
    """Two nested quarter rings around one corner ("L"), drawn large and reduced for smooth edges."""
    large = Image.new("L", (side * 4, side * 4))
    draw = ImageDraw.Draw(large)
    for reach, fill in ((4.0, 255), (2.6, 0), (1.3, 255)):
        radius = side * reach
        draw.ellipse((-radius, -radius, radius, radius), fill=fill)
    return large.reduce(4)
