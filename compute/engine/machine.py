"""The machine metadata rendition: colours and features of a picture, measured on a small raster of it.

There are no tags: they need a trained model, and a made-up one would be worse than none.
"""

import colorsys
import json
from typing import Any

import numpy
from PIL import Image

from compute.engine.geometry import Box, Size
from compute.engine.instructions import Instructions
from compute.engine.raster import Picture
from compute.engine.rendition import Rendition
from compute.engine.saliency import ANALYSED, Floats, cielab, edges, pixels, saliency
from compute.errors import RenditionFormatUnsupported

PALETTE = 16
SAME_COLOUR = 12.0  # CIELAB distance under which two colours of the palette are one
_NAMES = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "gray": (128, 128, 128),
    "silver": (192, 192, 192),
    "red": (220, 30, 30),
    "maroon": (120, 20, 30),
    "orange": (245, 140, 20),
    "brown": (120, 75, 40),
    "beige": (225, 205, 170),
    "yellow": (240, 220, 40),
    "olive": (115, 115, 30),
    "green": (40, 150, 50),
    "lime": (140, 220, 60),
    "teal": (20, 130, 130),
    "cyan": (60, 210, 220),
    "blue": (40, 80, 210),
    "navy": (10, 15, 105),
    "sky blue": (135, 195, 235),
    "purple": (120, 50, 150),
    "magenta": (215, 50, 190),
    "pink": (250, 170, 190),
}


def rendition(picture: Picture, instructions: Instructions) -> Rendition:
    """All sections, or the one that the rendition's name asks for (`….colors.json`, `….features.json`).

    Raises RenditionFormatUnsupported for tags.
    """
    if ".tags." in instructions.name:
        raise RenditionFormatUnsupported("tags need a trained model, which is not part of this engine")
    size = picture.size.fitted(ANALYSED, ANALYSED)
    raster = picture.raster(Box(0, 0, *picture.size), size)
    rgb = raster.rgb_bytes()
    sections: dict[str, Any] = {}
    if ".features." not in instructions.name:
        sections["colors"] = _colours(rgb, size, instructions.threshold)
    if ".colors." not in instructions.name:
        on_black = raster.flattened((0, 0, 0)).rgb_bytes() if raster.has_alpha else rgb
        sections["features"] = _features(rgb, size, picture.size) | {"transparency": on_black != rgb}
    content = json.dumps(sections, indent=2).encode()
    return Rendition(content, "application/json", "utf-8")


def _colours(rgb: bytes, size: Size, threshold: float) -> dict[str, Any]:
    image = Image.frombytes("RGB", size, rgb)
    levels = pixels(rgb, size).astype(numpy.float32)
    mean = levels.reshape(-1, 3).mean(axis=0)
    return {
        "dominant": [_described(colour, share) for colour, share in _palette(image) if share >= threshold],
        "average": _hex(mean),
        "grayscale": bool((levels.max(axis=-1) - levels.min(axis=-1)).mean() < 4),
        "colorfulness": round(_colourfulness(levels), 2),
    }


def _palette(image: Image.Image) -> list[tuple[Floats, float]]:
    """Colours with their share of the picture, the largest first; near ones of the median cut are joined."""
    reduced = image.quantize(PALETTE, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    histogram = reduced.histogram()
    counts = sorted(((count, index) for index, count in enumerate(histogram) if count), reverse=True)
    table = numpy.array(reduced.getpalette() or [0, 0, 0], dtype=numpy.float32).reshape(-1, 3)
    groups: list[tuple[Floats, float]] = []
    for count, index in counts:
        colour, weight = table[index], float(count)
        near = next((at for at, (other, _) in enumerate(groups) if _distance(colour, other) < SAME_COLOUR), None)
        if near is None:
            groups.append((colour, weight))
        else:
            other, total = groups[near]
            groups[near] = ((other * total + colour * weight) / (total + weight), total + weight)
    area = image.width * image.height
    return sorted(((colour, weight / area) for colour, weight in groups), key=lambda group: -group[1])


def _described(colour: Floats, share: float) -> dict[str, Any]:
    red, green, blue = (round(float(level)) for level in colour)
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    name = min(_NAMES, key=lambda known: _distance(colour, numpy.array(_NAMES[known], dtype=numpy.float32)))
    return {
        "hex": _hex(colour),
        "name": name,
        "rgb": [red, green, blue],
        "hsv": [round(hue * 360), round(saturation * 100), round(value * 100)],
        "coverage": round(share, 4),
    }


def _features(rgb: bytes, analysed: Size, whole: Size) -> dict[str, Any]:
    levels = pixels(rgb, analysed)
    lightness = cielab(levels)[..., 0]
    laplacian = edges(lightness)
    return {
        "width": whole.width,
        "height": whole.height,
        "aspectRatio": round(whole.width / whole.height, 4),
        "orientation": _orientation(whole),
        "brightness": round(float(lightness.mean()) / 100, 4),
        "contrast": round(float(lightness.std()) / 50, 4),
        "sharpness": round(float(laplacian.var()), 2),
        "edgeDensity": round(float((laplacian > 20).mean()), 4),
        "entropy": round(_entropy(lightness), 4),
        "perceptualHash": _perceptual_hash(rgb, analysed),
        "focus": _focus(saliency(levels)),
    }


def _orientation(size: Size) -> str:
    if size.width == size.height:
        return "square"
    return "landscape" if size.width > size.height else "portrait"


def _focus(interest: Floats) -> dict[str, float]:
    """The centre of what draws the eye, as parts of width and height."""
    weights = interest**2
    total = float(weights.sum()) or 1.0
    y, x = numpy.mgrid[0 : interest.shape[0], 0 : interest.shape[1]]
    centre_x = (float((weights * (x + 0.5)).sum()) / total / interest.shape[1]) if weights.any() else 0.5
    centre_y = (float((weights * (y + 0.5)).sum()) / total / interest.shape[0]) if weights.any() else 0.5
    return {"x": round(centre_x, 4), "y": round(centre_y, 4)}


def _entropy(lightness: Floats) -> float:
    """Bits for a pixel of a 64-step histogram."""
    counts, _ = numpy.histogram(lightness, bins=64, range=(0, 100))
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * numpy.log2(shares)).sum()) + 0.0


def _perceptual_hash(rgb: bytes, size: Size) -> str:
    """64 bits of the lowest frequencies of a 32 × 32 cosine transform; near pictures differ in few bits."""
    grey = Image.frombytes("RGB", size, rgb).convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    values = numpy.asarray(grey, dtype=numpy.float64)
    steps = numpy.arange(32)
    basis = numpy.cos(numpy.pi / 32 * (steps[None, :] + 0.5) * steps[:, None])
    low = (basis @ values @ basis.T)[:8, :8].flatten()
    bits = low > numpy.median(low[1:])
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def _colourfulness(levels: Floats) -> float:
    """Hasler and Süsstrunk 2003: 0 is grey, above 80 extremely colourful."""
    red, green, blue = numpy.moveaxis(levels, -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    return float(numpy.hypot(rg.std(), yb.std()) + 0.3 * numpy.hypot(rg.mean(), yb.mean()))


def _distance(one: Floats, other: Floats) -> float:
    both = numpy.clip(numpy.round(numpy.stack([one, other])), 0, 255).astype(numpy.uint8)[None]
    first, second = cielab(both)[0]
    return float(numpy.linalg.norm(first - second))


def _hex(colour: Floats) -> str:
    return "#" + "".join(f"{min(255, max(0, round(float(level)))):02x}" for level in colour)
