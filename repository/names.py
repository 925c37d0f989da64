"""Names of assets and folders: what AEM refuses, what its clients put instead, what a name says of its type. Pure."""

import mimetypes
import re
from typing import Final

from repository.errors import InvalidName
from repository.paths import NodeName
from repository.texts import _

# AEM's content validator: none of these in the name of an asset.
INVALID_ASSET_CHARACTERS: Final = r"*/:[\]|#%{}?&"
DEFAULT_MIME_TYPE: Final = "application/octet-stream"

_INVALID_ASSET = re.compile(f"[{re.escape(INVALID_ASSET_CHARACTERS)}]")
_INVALID_FOLDER = re.compile(r"[.%;#+?^{}\s\"&/:\[\]|*\\]")

# By extension: what Python's table lacks or calls by another name than AEM and the rendition workers do.
_MIME_TYPES: Final = {
    "aac": "audio/aac",
    "ac3": "audio/ac3",
    "ai": "application/postscript",
    "arw": "image/x-sony-arw",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "cr2": "image/x-canon-cr2",
    "cr3": "image/x-canon-cr3",
    "csv": "text/csv",
    "dng": "image/x-adobe-dng",
    "docm": "application/vnd.ms-word.document.macroEnabled.12",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
    "eps": "application/postscript",
    "epub": "application/epub+zip",
    "glb": "model/gltf-binary",
    "gltf": "model/gltf+json",
    "gz": "application/gzip",
    "heic": "image/heic",
    "heif": "image/heif",
    "ico": "image/x-icon",
    "idml": "application/vnd.adobe.indesign-idml-package",
    "indd": "application/x-indesign",
    "j2k": "image/jp2",
    "jfif": "image/jpeg",
    "jp2": "image/jp2",
    "jxl": "image/jxl",
    "m4a": "audio/mp4",
    "m4v": "video/x-m4v",
    "md": "text/markdown",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "nef": "image/x-nikon-nef",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ogg": "audio/ogg",
    "orf": "image/x-olympus-orf",
    "otf": "font/otf",
    "pef": "image/x-pentax-pef",
    "potx": "application/vnd.openxmlformats-officedocument.presentationml.template",
    "ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
    "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "psb": "image/vnd.adobe.photoshop",
    "psd": "image/vnd.adobe.photoshop",
    "raf": "image/x-fuji-raf",
    "rtf": "application/rtf",
    "rw2": "image/x-panasonic-rw2",
    "svg": "image/svg+xml",
    "tga": "image/x-tga",
    "ttf": "font/ttf",
    "webm": "video/webm",
    "webp": "image/webp",
    "wma": "audio/x-ms-wma",
    "wmv": "video/x-ms-wmv",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xd": "application/vnd.adobe.xd",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
}
_MIME_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(?:; ?[\w.+-]+=[\w.+-]+)*", re.ASCII)
_KNOWN = mimetypes.MimeTypes()  # Python's own table only: the answer must not depend on the machine's /etc/mime.types


def asset_name(text: str) -> NodeName:
    """The name of an asset, or InvalidName: AEM's forbidden characters, and what no node may be called."""
    invalid = _INVALID_ASSET.search(text)
    if invalid:
        raise InvalidName(
            _("The name %(name)r contains %(found)r; asset names cannot contain %(refused)s"),
            name=text,
            found=invalid[0],
            refused=" ".join(INVALID_ASSET_CHARACTERS),
        )
    return NodeName(text)


def folder_name(text: str) -> NodeName:
    """The name of a folder as clients give it; what only the UI avoids (dots, blanks, capitals) is allowed."""
    return asset_name(text)


def suggested_asset_name(text: str) -> str:
    """What AEM's UI and aem-upload make of a file's name: forbidden characters become `-`; all else stays."""
    return _INVALID_ASSET.sub("-", text.replace("\\", "/").rpartition("/")[2].strip())


def suggested_folder_name(title: str) -> str:
    """What they make of a folder's title: `Sub #1 & co` becomes `sub--1---co`. The title itself goes to jcr:title."""
    return _INVALID_FOLDER.sub("-", title.strip()).lower()


def mime_type(name: str) -> str:
    """By the extension, in any case; application/octet-stream when it says nothing."""
    ending = extension(name)
    return _MIME_TYPES.get(ending) or _KNOWN.types_map[1].get(f".{ending}") or DEFAULT_MIME_TYPE


def is_mime_type(text: str) -> bool:
    """Whether a client's text can be sent back as a Content-Type."""
    return len(text) < 256 and _MIME_TYPE.fullmatch(text) is not None


def extension(name: str) -> str:
    """The lower-case extension without the dot, or empty."""
    return name.rpartition(".")[2].lower() if "." in name else ""
