"""Watermarks: a PNG laid over the middle of a rendition, composed by Pillow."""

import io

from PIL import Image

from compute.engine.geometry import Size
from compute.engine.instructions import Watermark
from compute.engine.pillow_raster import reading
from compute.engine.raster import Raster
from compute.engine.rendition import Fetcher
from compute.errors import GenericError, RenditionError

LARGEST_FILE = 32 * 1024 * 1024
LARGEST_AREA = 50_000_000


class Watermarks:
    """Fetches each watermark once for a job."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._images: dict[str, Image.Image] = {}

    def apply(self, watermark: Watermark, raster: Raster) -> Raster:
        """Its own size times `scale`; one that is larger than the rendition is first fitted inside.

        Raises GenericError when the image can't be fetched or read.
        """
        image = self._image(watermark.url)
        fitted = Size(*image.size).fitted(raster.size.width, raster.size.height)
        size = fitted.scaled(watermark.scale, watermark.scale)
        x, y = (raster.size.width - size.width) // 2, (raster.size.height - size.height) // 2
        return raster.stamped(image.resize(size, Image.Resampling.LANCZOS), x, y)

    def _image(self, url: str) -> Image.Image:
        if url not in self._images:
            try:
                self._images[url] = _read(self._fetcher.fetch(url, LARGEST_FILE))
            except RenditionError as err:
                raise GenericError(f"the watermark can't be used: {err}") from err
        return self._images[url]


def _read(content: bytes) -> Image.Image:
    with reading(), Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
        if image.width * image.height > LARGEST_AREA:
            raise GenericError(f"it has {image.width}×{image.height} pixels")
        return image.convert("RGBA")
