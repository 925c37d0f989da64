"""The one table of formats: what a source is, who decodes it, and what can be made of it.

A source is known by its content; its name and declared type decide only where content can't (plain text, TGA).
"""

import enum
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


class Kind(enum.Enum):
    """What a source is made of, and so which renditions it has."""

    IMAGE = "image"
    DOCUMENT = "document"
    OFFICE = "office"
    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    ARCHIVE = "archive"


class Decoder(enum.Enum):
    """Who turns a source into pixels."""

    LIBVIPS = "libvips"
    PILLOW = "Pillow"
    PILLOW_HEIF = "pillow-heif"
    MERGED = "the flattened picture inside the file"
    PSD_TOOLS = "psd-tools"
    RESVG = "resvg"
    PDFIUM = "pdfium"
    PYAV = "PyAV"
    EMBEDDED = "the thumbnail inside the file"
    PREVIEW = "the preview inside the file"


@dataclass(frozen=True)
class Format:
    """`decoders` in the order in which they are tried; none: there are no pixels in it."""

    name: str
    kind: Kind
    mimetype: str
    extensions: tuple[str, ...]
    decoders: tuple[Decoder, ...] = ()
    vips_loader: str = ""
    pillow_plugins: tuple[str, ...] = ()


_VIPS = (Decoder.LIBVIPS, Decoder.PILLOW)
_PILLOW = (Decoder.PILLOW,)
_OOXML = "application/vnd.openxmlformats-officedocument."
_MACRO = "macroEnabled.12"
_ODF = "application/vnd.oasis.opendocument."

FORMATS: tuple[Format, ...] = (
    Format("JPEG", Kind.IMAGE, "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), _VIPS, "jpegload", ("JPEG", "MPO")),
    Format("PNG", Kind.IMAGE, "image/png", ("png", "apng"), _VIPS, "pngload", ("PNG",)),
    Format("GIF", Kind.IMAGE, "image/gif", ("gif",), _VIPS, "gifload", ("GIF",)),
    Format("WebP", Kind.IMAGE, "image/webp", ("webp",), _VIPS, "webpload", ("WEBP",)),
    Format("TIFF", Kind.IMAGE, "image/tiff", ("tif", "tiff"), _VIPS, "tiffload", ("TIFF",)),
    Format("AVIF", Kind.IMAGE, "image/avif", ("avif",), _VIPS, "heifload", ("AVIF",)),
    Format("HEIC", Kind.IMAGE, "image/heic", ("heic", "heif"), (Decoder.PILLOW_HEIF,), pillow_plugins=("HEIF",)),
    Format("BMP", Kind.IMAGE, "image/bmp", ("bmp", "dib"), _PILLOW, pillow_plugins=("MASKED", "BMP", "DIB")),
    Format("PSD", Kind.IMAGE, "image/vnd.adobe.photoshop", ("psd", "psb"), (Decoder.MERGED, Decoder.PSD_TOOLS)),
    Format("JPEG 2000", Kind.IMAGE, "image/jp2", ("jp2", "j2k", "jpx", "j2c"), _PILLOW, pillow_plugins=("JPEG2000",)),
    Format("ICO", Kind.IMAGE, "image/x-icon", ("ico", "cur"), _PILLOW, pillow_plugins=("ICO", "CUR")),
    Format("TGA", Kind.IMAGE, "image/x-tga", ("tga", "targa"), _PILLOW, pillow_plugins=("TGA",)),
    Format("SGI", Kind.IMAGE, "image/x-sgi", ("sgi", "rgb", "rgba", "bw"), _PILLOW, pillow_plugins=("SGI",)),
    Format(
        "PNM",
        Kind.IMAGE,
        "image/x-portable-anymap",
        ("pnm", "ppm", "pgm", "pbm", "pam", "pfm"),
        _PILLOW,
        pillow_plugins=("PAM", "COLOUR PFM", "PPM"),
    ),
    Format("SVG", Kind.IMAGE, "image/svg+xml", ("svg", "svgz"), (Decoder.RESVG,)),
    Format("PDF", Kind.DOCUMENT, "application/pdf", ("pdf", "ai"), (Decoder.PDFIUM,)),
    Format("EPS", Kind.IMAGE, "application/postscript", ("eps", "ps"), (Decoder.PREVIEW,)),
    Format("DOCX", Kind.OFFICE, f"{_OOXML}wordprocessingml.document", ("docx",), (Decoder.EMBEDDED,)),
    Format("PPTX", Kind.OFFICE, f"{_OOXML}presentationml.presentation", ("pptx",), (Decoder.EMBEDDED,)),
    Format("XLSX", Kind.OFFICE, f"{_OOXML}spreadsheetml.sheet", ("xlsx",), (Decoder.EMBEDDED,)),
    Format("DOCM", Kind.OFFICE, f"application/vnd.ms-word.document.{_MACRO}", ("docm",), (Decoder.EMBEDDED,)),
    Format("PPTM", Kind.OFFICE, f"application/vnd.ms-powerpoint.presentation.{_MACRO}", ("pptm",), (Decoder.EMBEDDED,)),
    Format("XLSM", Kind.OFFICE, f"application/vnd.ms-excel.sheet.{_MACRO}", ("xlsm",), (Decoder.EMBEDDED,)),
    Format("DOTX", Kind.OFFICE, f"{_OOXML}wordprocessingml.template", ("dotx",), (Decoder.EMBEDDED,)),
    Format("POTX", Kind.OFFICE, f"{_OOXML}presentationml.template", ("potx",), (Decoder.EMBEDDED,)),
    Format("PPSX", Kind.OFFICE, f"{_OOXML}presentationml.slideshow", ("ppsx",), (Decoder.EMBEDDED,)),
    Format("XLTX", Kind.OFFICE, f"{_OOXML}spreadsheetml.template", ("xltx",), (Decoder.EMBEDDED,)),
    Format("ODT", Kind.OFFICE, f"{_ODF}text", ("odt",), (Decoder.EMBEDDED,)),
    Format("ODP", Kind.OFFICE, f"{_ODF}presentation", ("odp",), (Decoder.EMBEDDED,)),
    Format("ODS", Kind.OFFICE, f"{_ODF}spreadsheet", ("ods",), (Decoder.EMBEDDED,)),
    Format("DOC", Kind.OFFICE, "application/msword", ("doc", "dot"), (Decoder.EMBEDDED,)),
    Format("PPT", Kind.OFFICE, "application/vnd.ms-powerpoint", ("ppt", "pps", "pot"), (Decoder.EMBEDDED,)),
    Format("XLS", Kind.OFFICE, "application/vnd.ms-excel", ("xls", "xlt"), (Decoder.EMBEDDED,)),
    Format("MP4", Kind.VIDEO, "video/mp4", ("mp4", "m4v"), (Decoder.PYAV,)),
    Format("QuickTime", Kind.VIDEO, "video/quicktime", ("mov", "qt"), (Decoder.PYAV,)),
    Format("WebM", Kind.VIDEO, "video/webm", ("webm",), (Decoder.PYAV,)),
    Format("Matroska", Kind.VIDEO, "video/x-matroska", ("mkv",), (Decoder.PYAV,)),
    Format("AVI", Kind.VIDEO, "video/x-msvideo", ("avi",), (Decoder.PYAV,)),
    Format("MPEG", Kind.VIDEO, "video/mpeg", ("mpg", "mpeg", "m2ts", "ts"), (Decoder.PYAV,)),
    Format("3GP", Kind.VIDEO, "video/3gpp", ("3gp", "3g2"), (Decoder.PYAV,)),
    Format("Ogg video", Kind.VIDEO, "video/ogg", ("ogv",), (Decoder.PYAV,)),
    Format("FLV", Kind.VIDEO, "video/x-flv", ("flv",), (Decoder.PYAV,)),
    Format("WMV", Kind.VIDEO, "video/x-ms-wmv", ("wmv", "asf"), (Decoder.PYAV,)),
    Format("MP3", Kind.AUDIO, "audio/mpeg", ("mp3",)),
    Format("M4A", Kind.AUDIO, "audio/mp4", ("m4a",)),
    Format("WAV", Kind.AUDIO, "audio/x-wav", ("wav",)),
    Format("FLAC", Kind.AUDIO, "audio/flac", ("flac",)),
    Format("Ogg", Kind.AUDIO, "audio/ogg", ("ogg", "oga", "opus")),
    Format("AIFF", Kind.AUDIO, "audio/x-aiff", ("aif", "aiff")),
    Format("WMA", Kind.AUDIO, "audio/x-ms-wma", ("wma",)),
    Format("AAC", Kind.AUDIO, "audio/aac", ("aac", "adts")),
    Format("AC3", Kind.AUDIO, "audio/ac3", ("ac3",)),
    Format("ZIP", Kind.ARCHIVE, "application/zip", ("zip",)),
    Format("RTF", Kind.TEXT, "application/rtf", ("rtf",)),
    Format("JSON", Kind.TEXT, "application/json", ("json",)),
    Format("XML", Kind.TEXT, "application/xml", ("xml", "xmp", "rdf")),
    Format("HTML", Kind.TEXT, "text/html", ("html", "htm")),
    Format("CSV", Kind.TEXT, "text/csv", ("csv",)),
    Format("Markdown", Kind.TEXT, "text/markdown", ("md", "markdown")),
    Format("Text", Kind.TEXT, "text/plain", ("txt", "text", "log")),
)
COMPOUND = frozenset(("DOC", "PPT", "XLS"))  # containers of streams, where the newer ones are archives
_BY_NAME = {entry.name: entry for entry in FORMATS}
_BY_EXTENSION = {extension: entry for entry in FORMATS for extension in entry.extensions}
_BY_MIMETYPE = {entry.mimetype: entry for entry in FORMATS}

HEAD = 4096  # bytes that are enough to tell a format
_DESCRIPTION_MAXIMUM = 1024 * 1024  # of the parts of a file that say more

_TYPES = "[Content_Types].xml"
UNZIPPING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    EOFError,
)
"""What the members of a damaged archive raise."""
_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"8BPS", "PSD"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x01\xda", "SGI"),
    (b"{\\rtf", "RTF"),
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"FLV\x01", "FLV"),
    (b"\0\0\x01\xba", "MPEG"),
    (b"\0\0\x01\xb3", "MPEG"),
    (b"ID3", "MP3"),
    (b"\xff\xfb", "MP3"),
    (b"\xff\xf3", "MP3"),
    (b"\xff\xf2", "MP3"),
    (b"fLaC", "FLAC"),
    (b"\x0b\x77", "AC3"),
)
_ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_ASF_SOUND = b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"  # types of streams
_ASF_PICTURES = b"\xc0\xef\x19\xbc" + _ASF_SOUND[4:]
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RIFF = {b"WEBP": "WebP", b"AVI ": "AVI", b"WAVE": "WAV"}
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"F4A "), "M4A"),
    b"qt  ": "QuickTime",
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a", b"3g2b", b"3g2c"), "3GP"),
}
_OTHER_BRANDS = frozenset((b"crx ",))  # raw pictures of cameras


def identify(path: Path, mimetype: str | None, name: str) -> Format | None:
    """The format of a file; None when nobody here knows it."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    found = _by_signature(head) or _by_structure(head, path)
    if found:
        return _BY_NAME[found]
    declared = _BY_EXTENSION.get(PurePosixPath(name.lower()).suffix[1:]) or _BY_MIMETYPE.get(mimetype or "")
    text = _text(head, declared)
    if text is None and declared and declared.name in {"TGA", "MP3", "MPEG"}:  # without a reliable signature
        return declared
    if declared and declared.name in COMPOUND and head.startswith(_COMPOUND_FILE):  # one that is too damaged to tell
        return declared
    return text


def is_known(mimetype: str) -> bool:
    return mimetype in _BY_MIMETYPE


def is_text(mimetype: str) -> bool:
    """Whether a declared type fits plain text: text/css, application/javascript, application/ld+json, …"""
    return mimetype.startswith("text/") or mimetype.endswith(("script", "json", "xml", "yaml"))


def is_package(mimetype: str) -> bool:
    """Whether a declared type may be of files that are archives inside: EPUB, IDML, JAR, …"""
    kind, _, name = mimetype.partition("/")
    return kind == "application" and not is_known(mimetype) and name != "octet-stream" and "zip" not in name


def _by_signature(head: bytes) -> str | None:
    for prefix, name in _PREFIXES:
        if head.startswith(prefix):
            return name
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in {12, 40, 52, 56, 64, 108, 124}:
        return "BMP"
    if head[:4] in {b"\0\0\x01\0", b"\0\0\x02\0"} and 0 < int.from_bytes(head[4:6], "little") < 1024:
        return "ICO"
    if head[:3] == b"P7\n" or (head[:1] == b"P" and head[1:2] in b"123456fF" and head[2:3].isspace()):
        return "PNM"
    return None


def _by_structure(head: bytes, path: Path) -> str | None:
    checks: tuple[Callable[[bytes, Path], str | None], ...] = (
        _riff, _boxes, _pdf, _markup, _zip, _compound, _ebml, _ogg, _asf, _adts, _transport_stream,
    )  # fmt: skip
    return next((name for check in checks if (name := check(head, path))), None)


def _riff(head: bytes, path: Path) -> str | None:
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "AIFF"
    return _RIFF.get(head[8:12]) if head[:4] == b"RIFF" else None


def _boxes(head: bytes, path: Path) -> str | None:
    """ISO base media: the major brand, or else the compatible ones."""
    if head[4:8] in {b"moov", b"mdat", b"wide"}:
        return "QuickTime"
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12]] + [head[at : at + 4] for at in range(16, end, 4)]
    if brands[0] in _OTHER_BRANDS:
        return None
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "MP4")


def _pdf(head: bytes, path: Path) -> str | None:
    return "PDF" if b"%PDF-" in head[:1024] else None


def _markup(head: bytes, path: Path) -> str | None:
    if head[:2] == b"\x1f\x8b" and path.suffix != ".gz":
        return "SVG" if _starts_svg(_inflated_head(head)) else None
    return "SVG" if _starts_svg(head) else None


def _starts_svg(head: bytes) -> bool:
    """Whether the first element is an svg, after declarations and comments."""
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace").lstrip("\ufeff")
    while text := text.lstrip():
        if text.startswith("<!--"):
            text = text.partition("-->")[2]
        elif text.startswith("<?"):
            text = text.partition("?>")[2]
        elif text[:9].upper() == "<!DOCTYPE":
            return text[9:].lstrip().startswith("svg")
        else:
            return re.match(r"<([\w-]+:)?svg[\s>/]", text) is not None
    return False


def _inflated_head(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, HEAD)
    except zlib.error:
        return b""


def _zip(head: bytes, path: Path) -> str | None:
    if head[:4] not in {b"PK\x03\x04", b"PK\x05\x06"}:
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.open("mimetype").read(200).decode("ascii", "replace") if "mimetype" in names else ""
            types = _content_types(archive) if _TYPES in names else b""
    except UNZIPPING_ERRORS:
        return "ZIP"
    main_parts = {"word/document.xml": "DOCX", "ppt/presentation.xml": "PPTX", "xl/workbook.xml": "XLSX"}
    office = next((found for part, found in main_parts.items() if part in names), None)
    if office:
        return _kind_of_main_part(types) or office
    opendocument = _BY_MIMETYPE.get(kind.strip().removesuffix("-template"))
    return opendocument.name if opendocument else "ZIP"


def _content_types(archive: zipfile.ZipFile) -> bytes:
    """Empty when it is damaged: then the names of the parts say what they are of."""
    try:
        with archive.open(_TYPES) as member:
            return member.read(_DESCRIPTION_MAXIMUM)
    except UNZIPPING_ERRORS:
        return b""


def _kind_of_main_part(types: bytes) -> str | None:
    """A document with macros, a template or a slide show is made of the same parts as any other."""
    named = (
        found[1].decode("ascii", "replace") for found in re.finditer(rb"\"(application/[\w.-]+)\.main\+xml\"", types)
    )
    formats = (_BY_MIMETYPE.get(f"{kind}.12" if kind.endswith("macroEnabled") else kind) for kind in named)
    return next((entry.name for entry in formats if entry), None)


def _compound(head: bytes, path: Path) -> str | None:
    if not head.startswith(_COMPOUND_FILE):
        return None
    from compute.engine.compound import kind_of

    return kind_of(path)


def _ebml(head: bytes, path: Path) -> str | None:
    if head[:4] != b"\x1a\x45\xdf\xa3":
        return None
    return "WebM" if b"webm" in head[:64] else "Matroska"


def _ogg(head: bytes, path: Path) -> str | None:
    if head[:4] != b"OggS":
        return None
    return "Ogg video" if b"\x80theora" in head else "Ogg"


def _asf(head: bytes, path: Path) -> str | None:
    if not head.startswith(_ASF):
        return None
    with path.open("rb") as file:
        header = file.read(min(int.from_bytes(head[16:24], "little"), _DESCRIPTION_MAXIMUM))
    return "WMA" if _ASF_SOUND in header and _ASF_PICTURES not in header else "WMV"


def _adts(head: bytes, path: Path) -> str | None:
    """Frames of AAC; where the first says that it ends, a second begins."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    following = head[(head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5 :]
    return "AAC" if not following or (following[0] == 0xFF and following[1:2] == head[1:2]) else None


def _transport_stream(head: bytes, path: Path) -> str | None:
    """Packets of 188 bytes, in M2TS with four more before each; every packet begins with a G."""
    for begin, step in ((0, 188), (4, 192)):
        if all(head[at : at + 1] == b"G" for at in range(begin, begin + 5 * step, step)):
            return "MPEG"
    return None


def _text(head: bytes, declared: Format | None) -> Format | None:
    """Text is what decodes as text; which text it is, its name or declared type says."""
    if not looks_like_text(head):
        return None
    if declared and declared.name == "SVG" and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return declared  # its first element lies behind a long comment
    return declared if declared and declared.kind is Kind.TEXT else _BY_NAME["Text"]


def utf16_without_mark(content: bytes) -> str | None:
    """The encoding of text in UTF-16 that does not say so: most letters have a zero for the one half of theirs."""
    head = content[: min(HEAD, len(content) // 2 * 2)]
    for encoding, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(head) >= 8 and zeros.count(0) > 0.7 * len(zeros) and all(byte > 8 for byte in letters):
            return encoding
    return None


def looks_like_text(head: bytes) -> bool:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or utf16_without_mark(head):
        return True
    if not head or b"\0" in head:
        return False
    try:
        head[:-4].decode("utf-8") if len(head) == HEAD else head.decode("utf-8")
    except UnicodeDecodeError:
        controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
        return controls == 0
    return True
