"""The editor's form: from what a browser posts to the JSON of a profile, and back with an error beside each field.

Rows are listed in their order by hidden fields `images`, `videos`, `custom` that carry a key; the fields of a row are
named `<list>-<key>-<field>`. What is checked is what the REST resource checks: `ProfileSerializer`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

from repository.api.profile_serializers import (
    DEFAULT_FPO_QUALITY,
    ImageSerializer,
    ProfileSerializer,
    VideoSerializer,
    WorkerSerializer,
    image_of,
    profile_of,
    video_of,
    worker_of,
)
from repository.profiles import FPO_RENDITION, FPO_RULES, ImageRendition, Profile, Row

LISTS: Final = ("images", "videos", "custom")
_PERCENT = re.compile(r"[1-9][0-9]?|100", re.ASCII)
_TEXTS: Final = {
    "images": ("node", "name", "format", "includeMimeTypes", "excludeMimeTypes"),
    "videos": ("node", "name", "includeMimeTypes", "excludeMimeTypes"),
    "custom": ("node", "name", "extension", "worker", "includeMimeTypes", "excludeMimeTypes"),
}
_NUMBERS: Final = {"images": ("width", "height", "quality"), "videos": ("width", "height", "bitrate"), "custom": ()}
_FLAGS: Final = {"images": ("smartCrop",), "videos": (), "custom": ("createMetadataRendition",)}
_ROW_SERIALIZERS: Final[dict[str, type[serializers.Serializer[Row]]]] = {
    "images": ImageSerializer,
    "videos": VideoSerializer,
    "custom": WorkerSerializer,
}
_BUILDERS: Final[dict[str, Callable[[Mapping[str, Any]], Row]]] = {
    "images": image_of,
    "videos": video_of,
    "custom": worker_of,
}


@dataclass(frozen=True)
class RowForm:
    """One row as the template shows it. `errors` by field; `params` are pairs, so that an empty one can be shown."""

    key: str
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ProfileForm:
    title: str
    create_fpo: bool
    fpo_quality: str
    images: tuple[RowForm, ...]
    videos: tuple[RowForm, ...]
    custom: tuple[RowForm, ...]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def error_count(self) -> int:
        return len(self.errors) + sum(len(row.errors) for name in LISTS for row in getattr(self, name))

    @property
    def faulty_tab(self) -> str:
        """The first list with an error in it, to be shown first."""
        return next((name for name in LISTS if any(row.errors for row in getattr(self, name))), "images")


BLANK: Final = RowForm("__key__", {"format": "jpeg"})  # of the row that “Add New” copies


def empty() -> ProfileForm:
    return _form({"title": "", "createFpoRendition": False, "fpoQuality": DEFAULT_FPO_QUALITY}, {})


def of(data: Mapping[str, Any]) -> ProfileForm:
    """From the JSON of a stored profile."""
    return _form(data, {})


def revision(stored: Profile) -> str:
    """Another one after each change: a form that was begun before says so when it is sent."""
    return sha256(repr(stored).encode("utf-8", "replace")).hexdigest()[:16]


def posted(sent: QueryDict) -> dict[str, Any]:
    """The JSON that a form says."""
    return {
        "title": sent.get("title", "").strip(),
        "createFpoRendition": "createFpoRendition" in sent,
        "fpoQuality": sent.get("fpoQuality", "").strip() or DEFAULT_FPO_QUALITY,
        **{name: [_row(sent, name, key) for key in sent.getlist(name)] for name in LISTS},
    }


def checked(data: Mapping[str, Any]) -> tuple[Profile | None, ProfileForm]:
    """The profile, or None with a form that says what is wrong."""
    serializer = ProfileSerializer(data={**data, "custom": [_without_pairs(row) for row in data["custom"]]})
    repeated = {index for index, row in enumerate(data["custom"]) if len(row["params"]) < len(row["pairs"])}
    if serializer.is_valid() and not repeated:
        return profile_of(serializer.validated_data), _form(data, {})
    errors = dict(serializer.errors)
    if repeated:
        said = {"params": _("Two parameters have one name")}
        known = errors.get("custom", {})
        errors["custom"] = {
            index: {**_errors_of(known, index), **(said if index in repeated else {})}
            for index in range(len(data["custom"]))
        }
    return None, _form(data, errors)


def readable(data: Mapping[str, Any]) -> Profile:
    """What of a form makes sense already: rows with an error are left out."""
    rows: list[Row] = []
    if data["createFpoRendition"]:
        quality = str(data["fpoQuality"])
        number = int(quality) if _PERCENT.fullmatch(quality) else DEFAULT_FPO_QUALITY
        rows.append(ImageRendition(FPO_RENDITION, "jpeg", quality=number, rules=FPO_RULES))
    for name in LISTS:
        for row in data[name]:
            serializer = _ROW_SERIALIZERS[name](data=_without_pairs(row))
            if serializer.is_valid():
                rows.append(_BUILDERS[name](serializer.validated_data))
    return Profile(str(data["title"]), tuple(rows))


def _row(sent: QueryDict, name: str, key: str) -> dict[str, Any]:
    def written(part: str) -> str:
        return sent.get(f"{name}-{key}-{part}", "").strip()

    row: dict[str, Any] = {part: written(part) for part in _TEXTS[name]}
    row |= {part: written(part) or None for part in _NUMBERS[name]}
    row |= {part: bool(written(part)) for part in _FLAGS[name]}
    if name == "custom":
        keys, values = (sent.getlist(f"{name}-{key}-{part}") for part in ("param", "value"))
        pairs = zip(keys, values, strict=False)
        row["pairs"] = [(param.strip(), value) for param, value in pairs if param.strip() or value]
        row["params"] = dict(row["pairs"])
    return row


def _without_pairs(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a row is the JSON's; its pairs are the form's."""
    return {name: value for name, value in row.items() if name != "pairs"}


def _form(data: Mapping[str, Any], errors: Mapping[str, Any]) -> ProfileForm:
    own = {name: _first(errors[name]) for name in ("title", "fpoQuality") if name in errors}
    rows = {name: tuple(_row_forms(data.get(name, ()), errors.get(name, ()))) for name in LISTS}
    quality = str(data["fpoQuality"])
    return ProfileForm(str(data["title"]), bool(data["createFpoRendition"]), quality, errors=own, **rows)


def _row_forms(rows: Iterable[Mapping[str, Any]], errors: Any) -> Iterator[RowForm]:
    for index, row in enumerate(rows):
        wrong = _errors_of(errors, index)
        params = tuple(row.get("pairs", row.get("params", {}).items()))
        yield RowForm(str(index), row, {name: _first(said) for name, said in wrong.items()}, params)


def _errors_of(errors: Any, index: int) -> Mapping[str, Any]:
    """Of one row: the framework lists them by index, ours are a list."""
    found = errors.get(index, {}) if isinstance(errors, Mapping) else dict(enumerate(errors)).get(index, {})
    return found if isinstance(found, Mapping) else {}


def _first(said: Any) -> str:
    while isinstance(said, Mapping | list) and said:
        said = next(iter(said.values())) if isinstance(said, Mapping) else said[0]
    return str(said)
