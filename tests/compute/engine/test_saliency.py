"""Where people look: subjects of many kinds, beside the middle, before many backgrounds."""

from collections.abc import Callable

import numpy
import pytest
from PIL import Image, ImageDraw

from compute.engine.geometry import Size
from compute.engine.saliency import best_box

WIDTH, HEIGHT = 256, 128
AT = (32, 84, 224)  # the middle of the subject, from the left
REACH = 12  # pixels of the subject to each side
Draw = Callable[[Image.Image, int], None]


def noise(level: int, spread: int) -> Image.Image:
    values = numpy.random.default_rng(7).normal(level, spread, (HEIGHT, WIDTH, 1)).clip(0, 255).astype(numpy.uint8)
    return Image.fromarray(values.repeat(3, axis=2))


def gradient(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    steps = numpy.linspace(0, 1, WIDTH)[None, :, None]
    row = numpy.array(left) * (1 - steps) + numpy.array(right) * steps
    return Image.fromarray(row.repeat(HEIGHT, axis=0).astype(numpy.uint8))


def face(image: Image.Image, x: int) -> None:
    draw = ImageDraw.Draw(image)
    draw.ellipse((x - 12, 36, x + 12, 62), fill=(50, 35, 25))
    draw.ellipse((x - 11, 42, x + 11, 74), fill=(224, 172, 135))
    for eye in (x - 5, x + 5):
        draw.ellipse((eye - 2, 54, eye + 2, 57), fill=(30, 30, 30))
    draw.arc((x - 5, 60, x + 5, 69), 20, 160, fill=(150, 50, 50))


def ball(colour: tuple[int, int, int]) -> Draw:
    return lambda image, x: ImageDraw.Draw(image).ellipse((x - 10, 54, x + 10, 74), fill=colour)


def words(image: Image.Image, x: int) -> None:
    ImageDraw.Draw(image).text((x - 12, 58), "SALE", fill=(20, 20, 20))


def texture(image: Image.Image, x: int) -> None:
    image.paste(noise(128, 60).crop((0, 0, 24, 24)), (x - 12, 52))


PICTURES: dict[str, tuple[Callable[[], Image.Image], Draw]] = {
    "a face before leaves": (lambda: noise(90, 25), face),
    "a face before a wall": (lambda: Image.new("RGB", (WIDTH, HEIGHT), (200, 205, 210)), face),
    "a face before a backdrop": (lambda: gradient((20, 20, 30), (240, 240, 235)), face),
    "something bright on texture": (lambda: noise(90, 40), ball((255, 240, 80))),
    "something dark before a sunset": (lambda: gradient((250, 200, 120), (40, 60, 150)), ball((20, 20, 20))),
    "something red before a backdrop": (lambda: gradient((10, 10, 10), (255, 255, 255)), ball((200, 30, 30))),
    "words on paper": (lambda: Image.new("RGB", (WIDTH, HEIGHT), (245, 245, 245)), words),
    "texture on what is smooth": (lambda: Image.new("RGB", (WIDTH, HEIGHT), (128, 128, 128)), texture),
}


@pytest.mark.parametrize("at", AT)
@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("part", [128, 64])
def test_the_subject_is_inside(picture: str, at: int, turned: bool, part: int) -> None:
    ground, draw = PICTURES[picture]
    image, shape = ground(), Size(part, HEIGHT)
    draw(image, at)
    if turned:
        image, shape = image.transpose(Image.Transpose.TRANSPOSE), shape.transposed
    box = best_box(image.tobytes(), Size(*image.size), Size(*image.size), shape)
    start = box.y if turned else box.x
    assert start <= at - REACH + 2
    assert start + part >= at + REACH - 2


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 3)])
def test_the_smallest_pictures_have_a_box_too(size: tuple[int, int]) -> None:
    whole = Size(*size)
    box = best_box(bytes(whole.area * 3), whole, whole, Size(1, 1))
    assert box.size == Size(min(whole), min(whole))
    assert (box.x, box.y) == ((whole.width - box.width) // 2, (whole.height - box.height) // 2)
