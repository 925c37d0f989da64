"""The flat parameters of a query as nested groups of predicates. Pure.

`1_group.2_property.value=x` is the parameter `value` of the predicate `2_property` in the group `1_group`. What stands
before the underscore only tells predicates of one kind apart. `p.` parameters belong to the group they are in.
Source: QueryBuilder API and predicate reference of AEM.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

GROUP, SETTINGS, ORDER = "group", "p", "orderby"
MAX_NESTING = 20
_NUMBERED = re.compile(r"(?:\d+_)?(.+)", re.DOTALL)


@dataclass(frozen=True)
class Predicate:
    """`value` is what stands behind the predicate's own name: `property=dc:title`."""

    kind: str
    parameters: Mapping[str, str]

    @property
    def value(self) -> str:
        return self.parameters.get("", "")

    def get(self, name: str, default: str = "") -> str:
        return self.parameters.get(name, default)

    def is_true(self, name: str) -> bool:
        return self.get(name).lower() == "true"

    def numbered(self, name: str) -> list[str]:
        """`value`, `1_value`, `2_value`, in the order of the query."""
        return [value for key, value in self.parameters.items() if _kind(key) == name]


@dataclass(frozen=True)
class Group:
    """All of its members must match, or with `any_of` one; `negated` turns the result round."""

    members: tuple["Predicate | Group", ...] = ()
    any_of: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Query:
    """`settings` are the `p.` parameters of the root; `orders` the orderby predicates, most important first."""

    root: Group
    orders: tuple[Predicate, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


_Nested = dict[str, "str | _Nested"]


def parse(parameters: Iterable[tuple[str, str]]) -> Query:
    """Of a parameter that is there twice, the first counts."""
    nested: _Nested = {}
    for name, value in parameters:
        segments = name.split(".", MAX_NESTING)
        if all(segments):
            _put(nested, segments, value)
    settings = _flat(nested.get(SETTINGS, {}))
    orders = tuple(_predicate(key, nested[key]) for key in sorted(nested, key=_number) if _kind(key) == ORDER)
    return Query(_group(nested), orders, settings)


def _put(nested: _Nested, segments: list[str], value: str) -> None:
    """`property` itself is kept under the empty name within `property`."""
    for segment in segments:
        nested = cast(_Nested, nested.setdefault(segment, {}))
    nested.setdefault("", value)


def _group(nested: _Nested) -> Group:
    settings = _flat(nested.get(SETTINGS, {}))
    members = tuple(_member(key, inner) for key, inner in nested.items() if _kind(key) not in {"", SETTINGS, ORDER})
    return Group(members, settings.get("or", "").lower() == "true", settings.get("not", "").lower() == "true")


def _member(key: str, inner: "str | _Nested") -> Predicate | Group:
    if _kind(key) == GROUP and isinstance(inner, dict):
        return _group(inner)
    return _predicate(key, inner)


def _predicate(key: str, inner: "str | _Nested") -> Predicate:
    return Predicate(_kind(key), _flat(inner))


def _flat(inner: "str | _Nested", prefix: str = "") -> dict[str, str]:
    """Deeper names joined again: a property predicate may have parameters with dots in their names."""
    if isinstance(inner, str):
        return {prefix: inner}
    flat: dict[str, str] = {}
    for name, value in inner.items():
        joined = f"{prefix}.{name}" if prefix and name else prefix or name
        flat |= _flat(value, joined)
    return flat


def _kind(key: str) -> str:
    match = _NUMBERED.fullmatch(key)
    return match[1] if match else key


def _number(key: str) -> tuple[int, str]:
    digits = key.partition("_")[0]
    return (int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0, key)
