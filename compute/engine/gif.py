"""GIF whose first frame leaves a part of the canvas free: it is transparent, where the libraries make it black."""

from pathlib import Path

from PIL import Image, ImageFile

from compute.engine.geometry import Box, Size
from compute.engine.pillow_raster import PillowPicture, in_eight_bits, reading
from compute.errors import SourceCorrupt


def covers_its_canvas(path: Path) -> bool:
    try:
        with reading(), Image.open(path, formats=("GIF",)) as image:
            return _frame(image) == (0, 0, *image.size)
    except SourceCorrupt:
        return True  # as far as anybody knows


class GifPicture(PillowPicture):
    def _decoded(self, box: Box, size: Size) -> Image.Image:
        with self._opened() as image:
            frame = _frame(image)
            image.load()
            shown: Image.Image = image
            if frame != (0, 0, *image.size):
                shown = Image.new("RGBA", image.size)
                shown.paste(image.convert("RGBA").crop(frame), frame[:2])
            if box.size != self._stored:
                shown = shown.crop((box.x, box.y, box.x + box.width, box.y + box.height))
            return in_eight_bits(shown)


def _frame(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, of an image that is not decoded yet."""
    tiles = image.tile if isinstance(image, ImageFile.ImageFile) else []
    return tiles[0].extents or (0, 0, *image.size) if tiles else (0, 0, *image.size)
