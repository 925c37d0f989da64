"""Photoshop files that Pillow can't read (16 bits a channel, exotic modes), flattened by psd-tools."""

from pathlib import Path

from psd_tools import PSDImage

from compute.engine.geometry import Size
from compute.engine.pillow_raster import HeldPicture, Wrap, reading
from compute.errors import SourceCorrupt, SourceUnsupported


def open_psd(path: Path, wrap: Wrap, max_pixels: int) -> HeldPicture:
    with reading():
        document = PSDImage.open(path)
        size = Size(document.width, document.height)
        if size.area > max_pixels:
            raise SourceUnsupported(f"the source has {size.width}×{size.height} pixels; the limit is {max_pixels}")
        image = document.composite()
    if image is None:
        raise SourceCorrupt("the PSD has no layer that can be shown")
    return HeldPicture(image, wrap)
