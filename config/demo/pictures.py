"""The demo pictures as files: encoded, with the metadata that a photographer's programs would write (EXIF, XMP)."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from config.demo import landscapes, patterns

ARTIST = "AEMulator"
TAKEN = "2024:06:21 04:50:00"
UPRIGHT, TURNED_LEFT = 1, 6  # EXIF orientations: as stored; to be turned clockwise before it is shown


@dataclass(frozen=True)
class Picture:
    """`orientation` TURNED_LEFT stores the picture lying on its side, as a camera held upright does."""

    folder: str
    name: str
    title: str
    keywords: tuple[str, ...]
    paint: Callable[[random.Random], Image.Image]
    orientation: int = UPRIGHT

    def encoded(self) -> bytes:
        """The file's bytes, the same in each run."""
        image = self.paint(random.Random(self.name))
        target = io.BytesIO()
        if self.name.endswith(".png"):
            text = PngImagePlugin.PngInfo()
            text.add_itxt("XML:com.adobe.xmp", self._xmp())
            image.save(target, "PNG", compress_level=6, pnginfo=text, icc_profile=_srgb(), dpi=(144, 144))
        else:
            if self.orientation == TURNED_LEFT:
                image = image.transpose(Image.Transpose.ROTATE_90)
            profile, exif, xmp = _srgb(), self._exif(), self._xmp().encode()
            image.save(target, "JPEG", quality=88, icc_profile=profile, exif=exif, xmp=xmp, dpi=(300, 300))
        return target.getvalue()

    def _exif(self) -> Image.Exif:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = self.orientation
        exif[ExifTags.Base.ImageDescription] = self.title
        exif[ExifTags.Base.Artist] = ARTIST
        exif[ExifTags.Base.Copyright] = "Public domain (CC0)"
        exif[ExifTags.Base.Make] = ARTIST
        exif[ExifTags.Base.Model] = "Procedural Camera"
        exif[ExifTags.Base.Software] = "AEMulator"
        exif[ExifTags.Base.DateTime] = TAKEN
        details = exif.get_ifd(ExifTags.IFD.Exif)
        details[ExifTags.Base.DateTimeOriginal] = TAKEN
        details[ExifTags.Base.ISOSpeedRatings] = 100
        return exif

    def _xmp(self) -> str:
        words = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in self.keywords)
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="AEMulator">'
            f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(self.title)}</rdf:li></rdf:Alt></dc:title>'
            f"<dc:creator><rdf:Seq><rdf:li>{ARTIST}</rdf:li></rdf:Seq></dc:creator>"
            f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>"
            "</rdf:Description></rdf:RDF></x:xmpmeta>"
            '<?xpacket end="w"?>'
        )


def _srgb() -> bytes:
    """The sRGB profile without its time of creation (bytes 24 to 35), so that a picture is the same in each run."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]


FOLDERS = {"landscapes": "Landscapes", "patterns": "Patterns"}
PICTURES = (
    Picture("landscapes", "ridges-at-dawn.jpg", "Ridges at dawn", ("mountains", "dawn"), landscapes.ridges_at_dawn),
    Picture("landscapes", "aurora.jpg", "Aurora over the range", ("night", "aurora"), landscapes.aurora),
    Picture("landscapes", "dunes.jpg", "Dunes", ("desert", "panorama"), landscapes.dunes),
    Picture("landscapes", "mirror-lake.jpg", "Mirror lake", ("lake", "reflection"), landscapes.mirror_lake),
    Picture(
        "landscapes", "forest-in-mist.jpg", "Forest in mist", ("forest", "mist"), landscapes.forest_in_mist, TURNED_LEFT
    ),
    Picture("patterns", "contours.jpg", "Contours of nowhere", ("map", "abstract"), patterns.contours),
    Picture("patterns", "tiles.png", "Quarter circles", ("tiles", "geometric"), patterns.tiles),
    Picture("patterns", "balloon.png", "Balloon, cut out", ("balloon", "transparent"), patterns.balloon),
)
