"""The zip rendition: files named by URL, fetched one after another into an archive."""

import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from compute.engine.instructions import Instructions, Member
from compute.engine.rendition import Fetcher, Rendition
from compute.errors import GenericError, RenditionTooLarge

# Deflating these again costs time and wins nothing.
_PACKED = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".mp4", ".mov", ".webm", ".zip", ".gz", ".pdf"}


def rendition(
    instructions: Instructions, fetcher: Fetcher, folder: Path, limit: int, progress: Callable[[], None]
) -> Rendition:
    """Members keep the `path` that was asked for, or the name in their URL.

    Raises GenericError for no files, an unsafe path, a duplicate (unless `duplicate` is `ignore`: then the first
    stays) or a file that can't be fetched; RenditionTooLarge over the limit on output bytes.
    """
    if not instructions.files:
        raise GenericError("the zip rendition names no files")
    own = Path(tempfile.mkdtemp(prefix="zip-", dir=folder))  # a request may ask for several archives
    target = own / "archive.zip"
    taken: set[str] = set()
    with zipfile.ZipFile(target, "w") as archive:
        for member in instructions.files:
            name = _name(member)
            if name in taken:
                if instructions.ignore_duplicates:
                    continue
                raise GenericError(f"the zip rendition has two files at {name}")
            taken.add(name)
            fetcher.save(member.url, own / "member", progress)
            _add(archive, name, own / "member")
            if target.stat().st_size > limit:
                raise RenditionTooLarge(f"the archive has more than {limit} bytes")
    return Rendition(target, "application/zip")


def _add(archive: zipfile.ZipFile, name: str, file: Path) -> None:
    packed = PurePosixPath(name.lower()).suffix in _PACKED
    archive.write(file, name, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)
    file.unlink()


def _name(member: Member) -> str:
    path = member.path or unquote(urlsplit(member.url).path.rpartition("/")[2])
    parts = PurePosixPath(path.replace("\\", "/").lstrip("/")).parts
    if not parts or ".." in parts or any("\0" in part for part in parts):
        raise GenericError(f"the zip rendition has an unsafe path: {path!r}")
    return "/".join(parts)
