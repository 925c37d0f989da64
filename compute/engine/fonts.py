"""Fonts for texts in drawings: resvg asks for a family by its exact name, and leaves out what it does not find."""

import functools
import io
import os
import tempfile
from typing import NamedTuple

from PIL import ImageFont

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
# Families that stand for a generic one, the usual first, and a file of each.
_SANS = {
    "arial.ttf": "Arial",
    "helvetica.ttc": "Helvetica",
    "liberationsans-regular.ttf": "Liberation Sans",
    "dejavusans.ttf": "DejaVu Sans",
    "notosans-regular.ttf": "Noto Sans",
    "nimbussans-regular.otf": "Nimbus Sans",
}
_SERIF = {
    "times.ttf": "Times New Roman",
    "times new roman.ttf": "Times New Roman",
    "liberationserif-regular.ttf": "Liberation Serif",
    "dejavuserif.ttf": "DejaVu Serif",
    "notoserif-regular.ttf": "Noto Serif",
    "nimbusroman-regular.otf": "Nimbus Roman",
}
_MONOSPACE = {
    "cour.ttf": "Courier New",
    "courier new.ttf": "Courier New",
    "liberationmono-regular.ttf": "Liberation Mono",
    "dejavusansmono.ttf": "DejaVu Sans Mono",
    "notosansmono-regular.ttf": "Noto Sans Mono",
    "nimbusmonops-regular.otf": "Nimbus Mono PS",
}


class Families(NamedTuple):
    """What the generic families are."""

    sans: str
    serif: str
    monospace: str
    files: tuple[str, ...] = ()
    """Beside what is installed."""


@functools.cache
def families() -> Families:
    """Out of what is installed; where there is no font at all, the one that Pillow carries."""
    folders = (os.path.expanduser(folder) for folder in _FOLDERS)
    installed = {file.lower() for folder in folders for _, _, files in os.walk(folder) for file in files}
    sans, serif, monospace = (
        next((family for file, family in known.items() if file in installed), None)
        for known in (_SANS, _SERIF, _MONOSPACE)
    )
    if usual := sans or serif or monospace:
        return Families(sans or usual, serif or usual, monospace or usual)
    return _carried()


def _carried() -> Families:
    font = ImageFont.load_default(16)
    if not isinstance(font, ImageFont.FreeTypeFont) or not isinstance(font.path, io.BytesIO):
        return Families("sans-serif", "serif", "monospace")  # a Pillow without FreeType
    with tempfile.NamedTemporaryFile(suffix=".ttf", delete=False) as file:
        file.write(font.path.getvalue())
    name = font.getname()[0] or ""
    return Families(name, name, name, (file.name,))
