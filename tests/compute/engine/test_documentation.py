"""docs/renditions.md says what is there, and what it says is there."""

import re
from pathlib import Path

from compute import errors
from compute.engine.cascade import MIMETYPES
from compute.engine.formats import FORMATS
from compute.engine.instructions import parse

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "renditions.md").read_text()
SETTINGS = (ROOT / "config" / "settings.py").read_text()


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def cells(text: str, column: int) -> list[str]:
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [row[column].strip() for row in rows[1:]]


def test_every_source_format_is_named_with_its_decoders() -> None:
    table = section("Formats in")
    rows = dict(zip(cells(table, 0), cells(table, 1), strict=True))
    named = {name: decoders for names, decoders in rows.items() for name in names.split(", ")}
    assert set(named) == {entry.name for entry in FORMATS}
    for entry in FORMATS:
        said = named[entry.name].replace("nobody", "")
        assert said == ", ".join(decoder.value for decoder in entry.decoders), entry.name


def test_every_picture_format_is_named() -> None:
    assert set(MIMETYPES) <= set(re.findall(r"`([a-z0-9-]+)`", section("Formats out")))


def test_every_instruction_is_read() -> None:
    """Each named instruction changes what is parsed, or is read from the raw instructions."""
    table = section("Instructions")
    names = [name for cell in cells(table, 0) + cells(table, 1) for name in re.findall(r"`(\w+)`", cell)]
    sources = "".join(path.read_text() for path in (ROOT / "compute").rglob("*.py"))
    assert len(names) > 20
    for name in names:
        assert f'"{name}"' in sources, name
    assert parse({"fmt": "png"}).width is None


def test_reasons_and_settings_are_the_real_ones() -> None:
    limits = section("Limits, and what happens beyond them")
    reasons = {kind.reason for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "reason")}
    assert reasons <= set(re.findall(r"`(\w+)`", limits))
    said = set(re.findall(r"`(AEMULATOR_RENDER_\w+)`", PAGE))
    assert said == set(re.findall(r'"(AEMULATOR_RENDER_\w+)"', SETTINGS))
