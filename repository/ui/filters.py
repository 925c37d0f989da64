"""What a list may be narrowed to: assets in some states, of some types, under one processing profile.

Each condition looks a few nodes up by path for every asset that it is asked of, so it costs what the folder is large:
about 50 µs an asset. Which folders have a profile is read from all nodes, once for each request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from django.db import connection
from django.http import QueryDict

from repository import profile_store
from repository.paths import NodePath
from repository.ui.processing import NOT_APPLICABLE, State

# In the order in which the list is sorted by state: what needs somebody comes first.
STATES: Final[tuple[State, ...]] = ("failed", "partial", "processing", "unprocessed", "ready")
TYPES: Final[dict[str, tuple[str, ...]]] = {
    "image": ("image/%",),
    "video": ("video/%",),
    "audio": ("audio/%",),
    "document": (
        *("text/%", "application/pdf", "application/msword", "application/rtf", "application/epub+zip"),
        *("application/vnd.ms-%", "application/vnd.openxmlformats-officedocument.%", "application/vnd.oasis.%"),
    ),
}
OTHER: Final = "other"
NO_PROFILE: Final = "none"

Condition = tuple[str, list[Any]]

_PROPERTY = {
    "sqlite": """json_extract({alias}.properties, '$."{name}"')""",
    "postgresql": "{alias}.properties ->> '{name}'",
}


@dataclass(frozen=True)
class Filters:
    """Empty ones let everything through. `profile` is a path, or NO_PROFILE."""

    states: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    profile: str = ""

    @classmethod
    def parse(cls, asked: QueryDict) -> Self:
        """From `state` and `type`, each as often as wanted, and `profile`; what is none of them is left out."""
        return cls(
            tuple(state for state in STATES if state in asked.getlist("state")),
            tuple(kind for kind in (*TYPES, OTHER) if kind in asked.getlist("type")),
            asked.get("profile", "").replace("\0", "")[:300],
        )

    @property
    def query(self) -> dict[str, list[str]]:
        found = {
            "state": list(self.states),
            "type": list(self.types),
            "profile": [self.profile] if self.profile else [],
        }
        return {name: chosen for name, chosen in found.items() if chosen}

    def __bool__(self) -> bool:
        return bool(self.states or self.types or self.profile)

    def condition(self) -> Condition:
        """Of an asset `n`, to be added with AND; empty when everything is let through."""
        parts = []
        if self.states:
            marks = ", ".join(["%s"] * len(self.states))
            parts.append((f"{state_key()} IN ({marks})", [str(STATES.index(s)) for s in self.states]))
        if self.types:
            parts.append(_any(_of_type(kind) for kind in self.types))
        if self.profile:
            parts.append(_under_profile(self.profile))
        return "".join(f" AND ({sql})" for sql, _values in parts), [v for _sql, values in parts for v in values]


def state_key() -> str:
    """SQL for the place in STATES of the state of asset `n`, as `processing.progress` has it."""
    failed = (
        "SELECT 1 FROM repository_node f WHERE f.path > n.path || '/jcr:content/dam:failedRenditions/'"
        " AND f.path < n.path || '/jcr:content/dam:failedRenditions0'"
        f" AND COALESCE({_property('f', 'reason')}, '') <> '{NOT_APPLICABLE}'"
    )
    web_rendition = (
        "SELECT 1 FROM repository_node r WHERE r.path > n.path || '/jcr:content/renditions/cq5dam.'"
        " AND r.path < n.path || '/jcr:content/renditions/cq5dam/'"
    )
    processed = f"CASE WHEN NOT EXISTS ({failed}) THEN '4' WHEN EXISTS ({web_rendition}) THEN '1' ELSE '0' END"
    state = f"CASE {_property('c', 'dam:assetState')} WHEN 'processing' THEN '2' WHEN 'processed' THEN {processed} END"
    return f"COALESCE((SELECT {state} FROM repository_node c WHERE c.path = n.path || '/jcr:content'), '3')"


def _any(conditions: Any) -> Condition:
    found = list(conditions)
    return " OR ".join(f"({sql})" for sql, _values in found), [value for _sql, values in found for value in values]


def _of_type(kind: str) -> Condition:
    patterns = TYPES.get(kind) or tuple(pattern for some in TYPES.values() for pattern in some)
    likes = " OR ".join([f"{_mime_type()} LIKE %s"] * len(patterns))
    return (f"NOT ({likes})" if kind == OTHER else likes), list(patterns)


def _mime_type() -> str:
    """What the page shows: the metadata's, before it is there the upload's."""
    known = (
        f"SELECT {_property('m', 'dc:format')} FROM repository_node m WHERE m.path = n.path || '/jcr:content/metadata'"
    )
    uploaded = (
        "SELECT b.mime_type FROM repository_node o JOIN repository_binary b ON b.id = o.binary_id"
        " WHERE o.path = n.path || '/jcr:content/renditions/original/jcr:content'"
    )
    return f"COALESCE(({known}), ({uploaded}), '')"


def _under_profile(profile: str) -> Condition:
    """The nearest folder above that has a profile has this one."""
    assigned = profile_store.assignments()
    if profile == NO_PROFILE:
        return _none_of(list(assigned))
    own = [folder for folder, path in assigned.items() if path == profile]
    if not own:
        return "1 = 0", []
    return _any(
        _only_in(folder, [g for g, p in assigned.items() if p != profile and g.is_under(folder)]) for folder in own
    )


def _only_in(folder: NodePath, but: Sequence[NodePath]) -> Condition:
    rest, values = _none_of(but)
    return f"n.path >= %s AND n.path < %s AND {rest}", [*folder.below, *values]


def _none_of(folders: Sequence[NodePath]) -> Condition:
    sql = " AND ".join(["NOT (n.path >= %s AND n.path < %s)"] * len(folders)) or "1 = 1"
    return sql, [bound for folder in folders for bound in folder.below]


def _property(alias: str, name: str) -> str:
    return _PROPERTY[connection.vendor].format(alias=alias, name=name)
