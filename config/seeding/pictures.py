"""Generated pictures: soft fields of colour, as quick to draw as to encode, and never the same for two seeds."""

import io
import random
from pathlib import PurePosixPath

from PIL import Image

from config.seeding.description import PICTURE_FORMATS, Picture


def encoded(picture: Picture, name: str) -> bytes:
    """The file's bytes, in the format of its name."""
    rng = random.Random(picture.seed)
    small = Image.frombytes("RGB", (8, 6), rng.randbytes(8 * 6 * 3))
    target = io.BytesIO()
    image = small.resize((picture.width, picture.height), Image.Resampling.BICUBIC)
    image.save(target, PICTURE_FORMATS[PurePosixPath(name).suffix.lower()])
    return target.getvalue()
