"""The first page of a PDF by pdfium, which is built without JavaScript and XFA and never touches the network."""

import mmap
from pathlib import Path

import pypdfium2

from compute.engine.geometry import Box, Size
from compute.engine.instructions import Colour, Density
from compute.engine.pillow_raster import Wrap, drawn_part
from compute.engine.raster import WHITE, Raster
from compute.errors import SourceCorrupt, SourceUnsupported


class PdfPicture:
    scalable = True
    density: Density | None = None
    paper: Colour | None = WHITE

    def __init__(self, path: Path, wrap: Wrap) -> None:
        """One point is one pixel of `size`. Raises SourceCorrupt, SourceUnsupported when it asks for a password."""
        self._wrap = wrap
        self._document = open_pdf(path)
        try:
            self._document.init_forms()  # or the values of form fields would be missing
            self._page = self._document[0]
            width, height = self._page.get_size()
            if not (width and height):  # nothing of the page lies in its crop box
                self._page.set_cropbox(*self._page.get_mediabox())
                self._page.close()
                self._page = self._document[0]
                width, height = self._page.get_size()
        except (pypdfium2.PdfiumError, IndexError) as err:
            raise SourceCorrupt(f"the PDF has no readable first page: {err}") from err
        self.size = Size(max(1, round(width)), max(1, round(height)))
        self._points = (width, height)

    def raster(self, box: Box, size: Size) -> Raster:
        scale = max(size.width / box.width, size.height / box.height)
        # Transparent where the page is, so that the background is chosen with the rendition.
        try:
            bitmap = self._page.render(
                scale=scale, fill_color=(255, 255, 255, 0), rev_byteorder=True, prefer_bgrx=False
            )
            image = bitmap.to_pil().convert("RGBA")
        except pypdfium2.PdfiumError as err:
            raise SourceCorrupt(f"the page can't be drawn: {err}") from err
        return drawn_part(self._wrap, image, box, self.size, size)


def open_pdf(path: Path) -> pypdfium2.PdfDocument:
    """Raises SourceCorrupt, or SourceUnsupported when the file asks for a password."""
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as err:
        if "assword" in str(err) and _is_encrypted(path):
            raise SourceUnsupported("the PDF is protected by a password") from err
        raise SourceCorrupt(f"the PDF can't be read: {err}") from err


def _is_encrypted(path: Path) -> bool:
    """What pdfium says may be of the file before."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"/Encrypt") >= 0
