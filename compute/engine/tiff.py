"""Which TIFF files libvips shows as they are meant; Pillow has the others."""

from pathlib import Path

from PIL import Image, TiffImagePlugin

from compute.engine.pillow_raster import reading
from compute.errors import SourceCorrupt

_COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANES, _TILES, _EXTRA, _SAMPLE_FORMAT = 259, 262, 277, 284, 322, 338, 339
_SUBSAMPLING = 530
_LZMA, _ZSTD = 34925, 50000
_JPEG = frozenset((6, 7))
_YCBCR, _RGB = 6, 2


def libvips_reads(path: Path) -> bool:
    """Not what it is built without, raw YCbCr, measurements in place of grey levels, and channels beside the colours,
    which it takes for transparency.
    """
    try:
        with reading(), Image.open(path, formats=("TIFF",)) as image:
            if not isinstance(image, TiffImagePlugin.TiffImageFile):
                return True
            tags = image.tag_v2
            compression, samples = tags.get(_COMPRESSION, 1), tags.get(_SAMPLES, 1)
            return not (
                compression in {_LZMA, _ZSTD}
                or (_TILES in tags and tags.get(_PLANES) == 2)
                or (tags.get(_PHOTOMETRIC) == _YCBCR and compression not in _JPEG and tags.get(_SUBSAMPLING) == (1, 1))
                or (samples == 1 and tags.get(_SAMPLE_FORMAT, (1,))[0] != 1)
                or (tags.get(_PHOTOMETRIC) == _RGB and samples == 4 and tags.get(_EXTRA) in {0, (0,)})
            )
    except SourceCorrupt:
        return True  # Pillow reads fewer kinds
