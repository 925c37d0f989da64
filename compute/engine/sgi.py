"""SGI by Pillow, and by FFmpeg what is packed in a way that Pillow does not follow."""

from pathlib import Path

from PIL import Image

from compute.engine.geometry import Box, Size
from compute.engine.pillow_raster import DECODER_ERRORS, PillowPicture


class SgiPicture(PillowPicture):
    def _decoded(self, box: Box, size: Size) -> Image.Image:
        try:
            return super()._decoded(box, size)
        except DECODER_ERRORS:
            if (image := self._by_ffmpeg()) is None:
                raise
        return image.crop((box.x, box.y, box.x + box.width, box.y + box.height))

    def _by_ffmpeg(self) -> Image.Image | None:
        try:
            from compute.engine.video import still
        except ModuleNotFoundError:
            return None
        with self._opened() as image:
            alpha = image.mode == "RGBA"
        return still(self._file, "sgi_pipe", self._stored, alpha=alpha) if isinstance(self._file, Path) else None
