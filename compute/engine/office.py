"""Office documents are ZIP archives with XML in them: their text, their properties, and the thumbnail they carry."""

import io
import zipfile
from pathlib import Path

from compute.engine.pillow_raster import PillowPicture, Wrap
from compute.errors import RenditionFormatUnsupported, SourceCorrupt

THUMBNAIL_MAXIMUM = 16 * 1024 * 1024
_THUMBNAILS = (
    "docProps/thumbnail.jpeg",
    "docProps/thumbnail.jpg",
    "docProps/thumbnail.png",
    "Thumbnails/thumbnail.png",
)


def embedded_thumbnail(path: Path, wrap: Wrap) -> PillowPicture:
    """The preview that the program which saved the document put into it.

    Raises RenditionFormatUnsupported when there is none: drawing pages would need that program.
    """
    with open_archive(path) as archive:
        name = next((name for name in _THUMBNAILS if name in archive.NameToInfo), None)
        if name is None:
            raise RenditionFormatUnsupported("the document has no thumbnail, and pages of it can't be drawn here")
        return PillowPicture(io.BytesIO(read_member(archive, name, THUMBNAIL_MAXIMUM)), wrap, ("JPEG", "PNG"))


def open_archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as err:
        raise SourceCorrupt(f"the archive can't be read: {err}") from err


def read_member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A member of at most `limit` bytes, counted while it is unpacked: what the directory says may be a lie."""
    try:
        with archive.open(name) as member:
            content = member.read(limit + 1)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, KeyError, EOFError) as err:
        raise SourceCorrupt(f"{name} in the archive can't be unpacked: {err}") from err
    if len(content) > limit:
        raise SourceCorrupt(f"{name} in the archive unpacks to more than {limit} bytes")
    return content
