"""The text rendition: what can be read in a document, as UTF-8."""

import codecs
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from compute.engine.formats import HEAD, Kind, utf16_without_mark
from compute.engine.office import document_text
from compute.engine.rendition import Rendition
from compute.engine.source import Source
from compute.errors import (
    GenericError,
    RenditionFormatUnsupported,
    RenditionTooLarge,
    SourceCorrupt,
    SourceFormatUnsupported,
)

LARGEST = 64 * 1024 * 1024  # bytes of text
_DECLARATION = re.compile(
    rb"""(?:<\?xml[^>]{1,200}?encoding=|<meta[^>]{1,200}?charset=)["']?([\w.:-]{2,40})""", re.IGNORECASE
)
_CHARSET = re.compile(r"(iso|windows|cp|koi8|shift|euc|gb|big5|mac|us-ascii|latin|utf-(8|16))[\w-]*")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def rendition(source: Source) -> Rendition:
    """`cqdam.text.txt`. Raises RenditionFormatUnsupported for a source without text, GenericError when it is empty."""
    if source.format is None:
        raise SourceFormatUnsupported(f"nobody here reads {source.name} ({source.mimetype})")
    extract = _EXTRACTORS.get(source.format.name) or _BY_KIND.get(source.format.kind)
    if extract is None:
        raise RenditionFormatUnsupported(f"there is no text in {source.format.name}")
    content = extract(source.path).strip().encode("utf-8", "replace")
    if not content:
        raise GenericError("there is no text in the document")
    if len(content) > LARGEST:
        raise RenditionTooLarge(f"the text has more than {LARGEST} bytes")
    return Rendition(content + b"\n", "text/plain", "utf-8")


def decoded(content: bytes) -> str:
    """Text in the encoding that its first bytes, its validity, or the page itself show; the rest as Windows-1252."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content.decode(encoding, "replace")
    if wide := utf16_without_mark(content):
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _declared(content) or _japanese(content) or content.decode("cp1252", "replace")


def _declared(content: bytes) -> str | None:
    """As XML and HTML say it at their start."""
    match = _DECLARATION.search(content[:HEAD])
    name = match[1].decode("ascii").lower() if match else ""
    try:
        return content.decode(name, "replace") if _CHARSET.fullmatch(name) else None
    except LookupError:
        return None


def _japanese(content: bytes) -> str | None:
    """Shift-JIS and EUC-JP are known by their many kana, which no other text has by chance."""
    for encoding in ("cp932", "euc_jp"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = [letter for letter in text[:HEAD] if letter > "\x7f"]
        if sum("\u3041" <= letter <= "\u30fe" for letter in foreign) > len(foreign) / 5:
            return text
    return None


def _plain(path: Path) -> str:
    return decoded(_bytes(path))


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise RenditionTooLarge(f"the text has more than {LARGEST} bytes")
    return path.read_bytes()


def _html(path: Path) -> str:
    reader = _HtmlText()
    reader.feed(_plain(path))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _HtmlText(HTMLParser):
    """The text of a page without scripts, styles and the head."""

    _HIDDEN = frozenset({"script", "style", "template", "noscript"})
    _BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "title", "section", "td"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self._HIDDEN
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _pdf(path: Path) -> str:
    import pypdfium2

    from compute.engine.pdf import open_pdf

    document = open_pdf(path)
    pages: list[str] = []
    size = 0
    try:
        for number in range(len(document)):
            pages.append(document[number].get_textpage().get_text_bounded().replace("\r\n", "\n"))
            size += len(pages[-1])
            if size > LARGEST:
                raise RenditionTooLarge(f"the text has more than {LARGEST} bytes")
    except pypdfium2.PdfiumError as err:
        raise SourceCorrupt(f"the text of the PDF can't be read: {err}") from err
    finally:
        document.close()
    return "\n\f".join(pages)


def _word(path: Path) -> str:
    from compute.engine.legacy_office import word_text

    return word_text(path)


def _slides(path: Path) -> str:
    from compute.engine.legacy_office import slides_text

    return slides_text(path)


def _sheets(path: Path) -> str:
    from compute.engine.legacy_office import sheets_text

    return sheets_text(path)


def _rich(path: Path) -> str:
    from compute.engine.rtf import rtf_text

    return rtf_text(_bytes(path))


_EXTRACTORS: dict[str, Callable[[Path], str]] = {
    "PDF": _pdf,
    "HTML": _html,
    "RTF": _rich,
    "DOC": _word,
    "PPT": _slides,
    "XLS": _sheets,
}
_BY_KIND: dict[Kind, Callable[[Path], str]] = {Kind.TEXT: _plain, Kind.OFFICE: document_text}
