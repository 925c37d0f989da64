"""Material of the corpus tests: every real sample (with SAMPLES_DIR) and files drawn here; whole, cut off, with flipped
bits. `CORPUS_SIZE` sets the number of files, `CORPUS_SEED` the seed; `make corpus` runs 2,000.
"""

import os
import random
import tempfile
from pathlib import Path
from typing import Any

from tests.compute.engine import compound_files
from tests.compute.engine.samples import all_samples, cutout, encoded, photo
from tests.compute.engine.test_documents import archive, pdf, svg
from tests.compute.engine.test_legacy import binary_eps, epsi
from tests.compute.engine.test_photoshop import psd, selection
from tests.compute.engine.test_video import video

SEED = int(os.environ.get("CORPUS_SEED", "20240229"))
REASONS = {
    None,
    "RenditionFormatUnsupported",
    "SourceUnsupported",
    "SourceFormatUnsupported",
    "SourceCorrupt",
    "RenditionTooLarge",
    "GenericError",
}
WANTED: tuple[dict[str, Any], ...] = (
    {"fmt": "png", "width": 48, "height": 48},
    {"fmt": "jpeg", "width": 1280, "height": 1280},
    {"fmt": "xmp"},
    {"fmt": "text"},
    {"fmt": "machine-metadata-json"},
)


def size(default: int) -> int:
    """How many files: as many as are asked for, or what suits every run of the tests."""
    return int(os.environ.get("CORPUS_SIZE", default))


def originals() -> list[tuple[str, bytes]]:
    drawn = [
        (f"photo.{fmt.lower()}", encoded(photo(400, 300), fmt))
        for fmt in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "BMP", "TGA", "SGI", "PPM", "JPEG2000", "ICO")
    ]
    drawn += [
        ("cutout.png", encoded(cutout(), "PNG")),
        ("progressive.jpg", encoded(photo(400, 300), progressive=True)),
        ("cmyk.jpg", encoded(photo(200, 200, "CMYK"))),
        ("page.pdf", pdf()),
        ("drawing.svg", svg()),
        ("words.docx", archive(word__document_dot_xml="<w>" + "words " * 200 + "</w>", thumb=encoded(photo(64, 64)))),
        ("plain.txt", b"plain text\n" * 50),
        ("words.doc", compound_files.word([b"words " * 99, "Wörter " * 99])),
        ("slides.ppt", compound_files.slides(compound_files.record(0x0FA8, b"words " * 99))),
        ("selections.psd", psd([*photo(200, 150).split(), selection()] * 2)),
        ("deep.psb", psd(photo(100, 75).split(), depth=16, large=True)),
        ("words.rtf", rb"{\rtf1\ansi\ansicpg932{\fonttbl\f0 Arial;}" + rb"\'93\'fa words\par " * 99 + b"}"),
        ("preview.eps", binary_eps(tiff=encoded(photo(200, 100), "TIFF"))),
        ("interchange.eps", epsi(64, 32, 8, bytes(range(256)) * 8)),
        *_videos(),
    ]
    samples = [(path.name, path.read_bytes()) for path in all_samples() if path.is_file()]
    return drawn + [(name, content) for name, content in samples if content]


def _videos() -> list[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        return [(name, video(Path(folder) / name, seconds=1, size=(160, 90))) for name in ("film.mp4", "film.mkv")]


class Corpus:
    """File by number: first all of the originals as they are, then damaged ones, in turns."""

    def __init__(self) -> None:
        self._originals = originals()

    @property
    def whole(self) -> int:
        return len(self._originals)

    def file(self, number: int) -> tuple[str, bytes]:
        name, content = self._originals[number % self.whole]
        return name, content if number < self.whole else damaged(content, random.Random(SEED + number))


def damaged(content: bytes, random_: random.Random) -> bytes:
    """Cut off somewhere, or with some bits flipped, more often near the start, where the headers are."""
    if random_.random() < 0.33:
        return content[: random_.randrange(1, len(content))]
    changed = bytearray(content)
    reach = len(changed) if random_.random() < 0.5 else min(len(changed), 2048)
    for _ in range(random_.choice((1, 4, 16, 128))):
        changed[random_.randrange(reach)] ^= 1 << random_.randrange(8)
    return bytes(changed)


def resident(pid: int) -> int:
    """Bytes of memory that are its own."""
    total, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    return (int(total) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
