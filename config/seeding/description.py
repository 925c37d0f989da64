"""The JSON description of a seed. Pure.

{"profiles": [{"title": "Web", "images": […]}],
 "folders": [{"path": "/content/dam/shop", "title": "Shop", "profile": "Web"}],
 "assets": [{"path": "/content/dam/shop/a.jpg", "picture": {"width": 640, "height": 480, "seed": 1}},
            {"path": "/content/dam/shop/b.txt", "base64": "aGVsbG8="},
            {"path": "/content/dam/shop/c.png", "file": "c", "metadata": {"dc:title": "C"}}]}

A picture is drawn in the format of the file's name; `file` names a part of a multipart request.
"""

import base64
import binascii
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

DAM = "/content/dam"
PICTURE_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".gif": "GIF", ".tif": "TIFF"}


class SeedError(Exception):
    """The seed cannot be brought in: why, and as which HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def in_dam(path: str) -> str:
    parts = path.split("/")
    if not path.startswith(f"{DAM}/") or any(part in {"", ".", ".."} for part in parts[1:]):
        raise ValueError(f"{path} is not a path below {DAM}")
    return path


DamPath = Annotated[str, AfterValidator(in_dam)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Picture(_Strict):
    """`width` and `height` in pixels. The same numbers draw the same picture; another seed another one."""

    width: int = Field(default=640, ge=1, le=10_000)
    height: int = Field(default=480, ge=1, le=10_000)
    seed: int = 1


class Folder(_Strict):
    """`profile` is the title, the name or the path of a processing profile."""

    path: DamPath
    title: str = ""
    profile: str = ""


class Asset(_Strict):
    """Its bytes come from exactly one of `picture`, `base64` and `file`."""

    path: DamPath
    picture: Picture | None = None
    base64: str | None = None
    file: str | None = None
    mime_type: str = Field("", alias="mimeType")
    metadata: dict[str, str | list[str]] = {}

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in (self.picture, self.base64, self.file)) != 1:
            raise ValueError("an asset has exactly one of picture, base64 and file")
        if self.picture and PurePosixPath(self.path).suffix.lower() not in PICTURE_FORMATS:
            raise ValueError(f"a picture ends in one of {', '.join(PICTURE_FORMATS)}")
        if self.base64 is not None:
            self.decoded()
        return self

    def decoded(self) -> bytes:
        try:
            return base64.b64decode(self.base64 or "", validate=True)
        except binascii.Error as err:
            raise ValueError("base64 is not base64") from err


class Seed(_Strict):
    """`profiles` are bodies of POST /_aemulator/processing-profiles."""

    profiles: list[dict[str, Any]] = []
    folders: list[Folder] = []
    assets: list[Asset] = []


def parse(text: bytes | str) -> Seed:
    """SeedError names the first field that is wrong."""
    try:
        return Seed.model_validate_json(text)
    except ValidationError as err:
        first = err.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the description"
        raise SeedError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from err
