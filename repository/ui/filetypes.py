"""What kind of file people see in a MIME type: a short label and an icon. Pure."""

from typing import Final

from django.utils.translation import gettext as _

_LABELS: Final = {
    "application/pdf": "PDF",
    "application/postscript": "EPS",
    "application/vnd.adobe.xd": "XD",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.ms-excel.sheet.macroEnabled.12": "Excel",
    "application/vnd.ms-powerpoint": "PowerPoint",
    "application/vnd.ms-powerpoint.presentation.macroEnabled.12": "PowerPoint",
    "application/vnd.ms-word.document.macroEnabled.12": "Word",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/msword": "Word",
    "application/x-indesign": "InDesign",
    "image/svg+xml": "SVG",
    "image/vnd.adobe.photoshop": "PSD",
    "text/plain": "Text",
    "video/quicktime": "MOV",
}
# Formats whose pictures may have see-through parts, which the checkerboard shows.
_SEE_THROUGH: Final = frozenset(
    {
        "image/avif",
        "image/gif",
        "image/heic",
        "image/png",
        "image/svg+xml",
        "image/tiff",
        "image/vnd.adobe.photoshop",
        "image/webp",
        "image/x-icon",
    }
)
_DOCUMENTS: Final = ("officedocument", "msword", "macroEnabled")
_ICONS: Final = {"image": "image", "video": "video", "audio": "sound", "text": "document"}


def label(mime_type: str, name: str) -> str:
    """`JPEG`, `PDF`, `Word`: from the MIME type, else from the extension of the name."""
    known = _LABELS.get(mime_type)
    if known:
        return known
    kind, _slash, subtype = mime_type.partition("/")
    if kind in {"image", "video", "audio"} and not subtype.startswith(("x-", "vnd.")):
        return subtype.removesuffix("+xml").upper()
    extension = name.rpartition(".")[2] if "." in name else ""
    return extension.upper()[:8] or _("File")


def icon(mime_type: str) -> str:
    """The name of a symbol in templates/ui/icons.html."""
    if mime_type == "application/pdf" or any(sign in mime_type for sign in _DOCUMENTS):
        return "document"
    return _ICONS.get(mime_type.partition("/")[0], "file")


def is_see_through(mime_type: str) -> bool:
    return mime_type in _SEE_THROUGH
