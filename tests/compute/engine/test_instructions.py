"""Instructions in every spelling."""

import base64
from typing import Any

import pytest

from compute.engine.geometry import Box
from compute.engine.instructions import Density, parse
from compute.errors import GenericError, RenditionFormatUnsupported


@pytest.mark.parametrize(
    ("fmt", "canonical"),
    [("jpg", "jpeg"), ("JPEG", "jpeg"), ("tif", "tiff"), ("txt", "text"), ("text", "text"), ("png", "png"),
     ("machine-metadata-json", "json"), (".png", "png")],
)  # fmt: skip
def test_formats_have_one_canonical_name(fmt: str, canonical: str) -> None:
    assert parse({"fmt": fmt}).fmt == canonical


def test_the_name_gives_the_format_when_there_is_no_fmt() -> None:
    assert parse({"name": "cq5dam.web.1280.1280.jpeg"}).fmt == "jpeg"


def test_no_format_at_all_is_unsupported() -> None:
    with pytest.raises(RenditionFormatUnsupported):
        parse({"width": 10})


def test_legacy_spellings_and_strings_are_read() -> None:
    wanted = parse({"fmt": "jpg", "wid": "200", "hei": 100.0, "qlt": "70"})
    assert (wanted.width, wanted.height, wanted.quality) == (200, 100, 70)


def test_the_new_spelling_wins() -> None:
    assert parse({"fmt": "png", "width": 5, "wid": 9}).width == 5


@pytest.mark.parametrize("value", ["", None, 0, "0"])
def test_an_empty_length_counts_as_not_given(value: Any) -> None:
    assert parse({"fmt": "png", "width": value}).width is None


@pytest.mark.parametrize(
    "raw",
    [{"width": "wide"}, {"height": -1}, {"width": True}, {"width": "nan"}, {"width": [1]}, {"quality": "best"},
     {"crop": {"x": 0, "y": 0, "w": 0, "h": 5}}, {"crop": "10"}, {"crop": {"w": 5}}, {"pdfbgcolor": "#12"},
     {"pdfbgcolor": "256"}, {"pdfbgcolor": "red"}, {"watermark": {}}, {"watermark": {"image": "x", "scale": 2}},
     {"dpi": 0}, {"dpi": {"xdpi": 10, "ydpi": "a"}}, {"files": "x"}, {"files": [3]}, {"xmp": "***"},
     {"threshold": "few"}],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_a_generic_error(raw: dict[str, Any]) -> None:
    with pytest.raises(GenericError):
        parse({"fmt": "png", **raw})


@pytest.mark.parametrize(("value", "share"), [(None, 0.01), ("", 0.01), ("0.25", 0.25), (0, 0.0), (7, 1.0), (-1, 0.0)])
def test_the_threshold_is_a_share(value: Any, share: float) -> None:
    assert parse({"fmt": "json", "threshold": value}).threshold == share


def test_quality_is_kept_within_its_range() -> None:
    assert parse({"fmt": "jpg", "quality": 0}).quality == 1
    assert parse({"fmt": "jpg", "quality": 400}).quality == 100


@pytest.mark.parametrize(
    ("value", "colour"),
    [("#fff", (255, 255, 255)), ("#102030", (16, 32, 48)), (0, (0, 0, 0)), ("128", (128, 128, 128)), (255, (255,) * 3)],
)
def test_backgrounds(value: Any, colour: tuple[int, int, int]) -> None:
    assert parse({"fmt": "jpg", "pdfbgcolor": value}).background == colour


def test_densities_are_one_number_or_two() -> None:
    assert parse({"fmt": "jpg", "dpi": 300}).dpi == Density(300, 300)
    assert parse({"fmt": "jpg", "convertToDpi": {"xdpi": "72", "ydpi": 144}}).convert_to_dpi == Density(72, 144)


def test_crop_watermark_files_and_xmp() -> None:
    wanted = parse(
        {
            "fmt": "zip",
            "crop": {"x": "1", "y": 2, "w": 3, "h": 4},
            "watermark": {"image": "https://host/mark.png", "scale": "0.5"},
            "files": ["https://host/a.txt", {"url": "https://host/b", "path": "in/b"}],
            "duplicate": "ignore",
            "xmp": base64.b64encode(b"<x/>").decode(),
        }
    )
    assert wanted.crop == Box(1, 2, 3, 4)
    assert wanted.watermark is not None
    assert wanted.watermark.scale == 0.5
    assert [member.path for member in wanted.files] == [None, "in/b"]
    assert wanted.ignore_duplicates
    assert wanted.xmp == b"<x/>"
