"""Whatever an instruction says, the rendition ends as one file or with one reason, at once."""

import math
import time
from typing import Any

import pytest

from compute import errors
from compute.engine.rendition import Rendition
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import decoded, encoded, photo
from tests.compute.engine.test_documents import pdf, svg

NAMES = (
    "width", "height", "wid", "hei", "qlt", "maxWidth", "maxHeight", "quality", "compressionLevel", "interlace",
    "jpegSize", "dpi", "convertToDpi", "crop", "smartCrop", "watermark", "pdfbgcolor", "xmp", "files", "duplicate",
    "embedBinaryLimit", "threshold", "bitrate", "codec", "name", "fmt", "userData", "pipeline", "fit", "sharpen",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, "", " ", "1280", "12.5", "1e3", 0, "0", -1, "-1", 10**9, 10**12, 10**400, 1e308, math.nan, math.inf,
    -math.inf, "NaN", "Infinity", "0x10", "१२", "wide", "é" * 5000, True, False, [], [1, 2], {}, {"x": 1},
    {"xdpi": 1e9, "ydpi": -1}, {"x": -5, "y": math.nan, "w": 10**400, "h": "8"},
    {"x": "0", "y": "0", "w": "8", "h": "8"},
    {"image": None}, {"image": "file:///etc/passwd", "scale": 0.5}, {"image": "x", "scale": "NaN"},
    ["file:///etc/passwd"], "../../etc/passwd", "\0", "a\nb", "png;rm", [[[[]]]],
)  # fmt: skip
REASONS = {kind.reason for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "reason")}
SLOWEST = 5.0  # seconds


@pytest.mark.parametrize("source", ["photo", "page", "drawing"])
def test_any_value_of_any_instruction_ends_in_a_file_or_a_reason(vips_workshop: Workshop, source: str) -> None:
    content = {"photo": encoded(photo(32, 24)), "page": pdf(), "drawing": svg()}[source]
    for name in NAMES:
        wanted = {number: {"fmt": "jpeg", "width": 16, name: value} for number, value in enumerate(VALUES)}
        started = time.monotonic()
        for number, outcome in vips_workshop.render_all(content, wanted).items():
            if not isinstance(outcome, Rendition):
                assert outcome.reason in REASONS
                assert len(outcome.message) < 400, f"{name} {VALUES[number]!r}"
        assert time.monotonic() - started < SLOWEST, name


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ({"width": "12px"}, "GenericError"),
        ({"width": -1}, "GenericError"),
        ({"width": math.nan}, "GenericError"),
        ({"height": 10**400}, "GenericError"),
        ({"height": True}, "GenericError"),
        ({"quality": "best"}, "GenericError"),
        ({"crop": {"x": 900, "y": 0, "w": 5, "h": 5}}, "GenericError"),
        ({"crop": {"x": 0, "y": 0, "w": -5, "h": 5}}, "GenericError"),
        ({"convertToDpi": 30_000, "width": None}, "GenericError"),
        ({"xmp": "ééé"}, "GenericError"),
        ({"watermark": {"image": "https://host/missing.png"}}, "GenericError"),
        ({"fmt": "bmp"}, "RenditionFormatUnsupported"),
        ({"fmt": "exe"}, "RenditionFormatUnsupported"),
        ({"fmt": 7}, "RenditionFormatUnsupported"),
        ({"fmt": None}, "RenditionFormatUnsupported"),
        ({"fmt": "mp4"}, "RenditionFormatUnsupported"),
        ({"fmt": "text"}, "RenditionFormatUnsupported"),
    ],
)
def test_a_value_that_makes_no_sense_has_its_reason(
    workshop: Workshop, instruction: dict[str, Any], reason: str
) -> None:
    content = encoded(photo(320, 240), dpi=(1, 1))
    outcome = workshop.render_all(content, {0: {"fmt": "jpeg", "width": 16, **instruction}})[0]
    assert isinstance(outcome, errors.RenditionError), "the rendition should have failed"
    assert outcome.reason == reason


@pytest.mark.parametrize(
    ("instruction", "size"),
    [
        ({"width": "16"}, (16, 12)),
        ({"wid": "16", "hei": ""}, (16, 12)),
        ({"width": "16.4"}, (16, 12)),
        ({"width": 10**8}, (32, 24)),
        ({"maxWidth": "8"}, (8, 6)),
        ({"width": "0", "height": 0}, (32, 24)),
        ({"crop": {"x": "2", "y": "2", "w": "10", "h": "99"}}, (10, 22)),
        ({"quality": 1e6}, (32, 24)),
        ({"embedBinaryLimit": "many"}, (32, 24)),
    ],
)
def test_odd_but_clear_values_are_understood(workshop: Workshop, instruction: dict[str, Any], size: Any) -> None:
    outcome = workshop.render_all(encoded(photo(32, 24)), {0: {"fmt": "jpeg", **instruction}})[0]
    assert isinstance(outcome, Rendition), repr(outcome)
    assert isinstance(outcome.content, bytes)
    assert decoded(outcome.content).size == size
