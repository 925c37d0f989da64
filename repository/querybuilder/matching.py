"""Whether a candidate matches: the exact meaning of each predicate.

A kind of predicate that nobody knows (`location`, `savedquery`, …) is ignored, as AEM does when it has no evaluator.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.utils import timezone

from repository import values
from repository.querybuilder.candidates import Candidate, path_of, split_property
from repository.querybuilder.comparing import ago, decimal, like_pattern, literally, moment, same
from repository.querybuilder.errors import InvalidQuery
from repository.querybuilder.predicates import Group, Predicate
from repository.querybuilder.words import parse_words
from repository.tree import TreeNode
from repository.values import Value

_TRUE = "true"
T = TypeVar("T", datetime, Decimal)


def matches(group: Group, candidate: Candidate) -> bool:
    results = (_member(member, candidate) for member in group.members if _is_known(member))
    found = _any_or_nothing(results) if group.any_of else all(results)
    return found is not group.negated


def relatives(group: Group) -> frozenset[str]:
    """The nodes below a candidate that its predicates look at."""
    found: set[str] = set()
    for member in group.members:
        if isinstance(member, Group):
            found |= relatives(member)
        elif _is_known(member):
            found |= {split_property(name)[0] for name in _property_names(member) if "*" not in name}
    return frozenset(found - {""})


def property_values(candidate: Candidate, name: str) -> list[str] | None:
    """As texts; None when there is no such property."""
    value = property_value(candidate, name)
    return None if value is None else values.texts(value)


def property_value(candidate: Candidate, name: str) -> Value | None:
    relative, last = split_property(name)
    if not relative and last == "jcr:path":
        return str(candidate.node.path)
    node = candidate.at(relative)
    return node.all_properties.get(last) if node else None


def _any_or_nothing(results: Iterable[bool]) -> bool:
    """An `or` without members rules nothing out."""
    found = list(results)
    return any(found) or not found


def _is_known(member: Predicate | Group) -> bool:
    return isinstance(member, Group) or member.kind in _MATCHERS


def _member(member: Predicate | Group, candidate: Candidate) -> bool:
    if isinstance(member, Group):
        return matches(member, candidate)
    return _MATCHERS[member.kind](member, candidate)


def _property_names(predicate: Predicate) -> list[str]:
    if predicate.kind in {"property", "boolproperty"}:
        return [predicate.value]
    if predicate.kind in {"daterange", "relativedaterange", "rangeproperty", "tagid", "tag", "tagsearch"}:
        return [predicate.get("property", "cq:tags")]
    return []


def _path(predicate: Predicate, candidate: Candidate) -> bool:
    if not predicate.value:
        return True
    wanted, path = path_of(predicate.value), candidate.node.path
    if predicate.is_true("exact"):
        return path == wanted
    if path == wanted:
        return predicate.is_true("self")
    return path.parent == wanted if predicate.is_true("flat") else path.is_under(wanted)


def _type(predicate: Predicate, candidate: Candidate) -> bool:
    return predicate.value in {"", "nt:base"} or candidate.node.is_type(predicate.value)


def _node_name(predicate: Predicate, candidate: Candidate) -> bool:
    return fnmatch.fnmatchcase(candidate.node.name, predicate.value.replace("[", "[[]"))


def _property(predicate: Predicate, candidate: Candidate) -> bool:
    operation = predicate.get("operation", "equals")
    if operation not in _OPERATIONS:
        raise InvalidQuery(f"property.operation must be one of {', '.join(_OPERATIONS)}")
    return _OPERATIONS[operation](predicate, list(_all_texts(predicate, candidate)))


def _all_texts(predicate: Predicate, candidate: Candidate) -> Iterator[list[str]]:
    """The values of the property wherever the predicate looks: at one place, or down to `depth` levels."""
    depth = predicate.get("depth", "0")
    if "*" in predicate.value or depth not in {"", "0"}:
        yield from _texts_below(predicate, candidate, depth)
        return
    found = property_values(candidate, predicate.value)
    if found is not None:
        yield found


def _texts_below(predicate: Predicate, candidate: Candidate, depth: str) -> Iterator[list[str]]:
    levels = int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 4 else 0
    relative, name = split_property(predicate.value)
    pattern = re.compile(
        "/".join(re.escape(part).replace(r"\*", "[^/]+") for part in relative.split("/")) if relative else ""
    )
    for node in candidate.subtree:
        below = node.path.relative_to(candidate.node.path)
        is_place = pattern.fullmatch(below) is not None
        if (is_place or (levels and _depth(below) <= levels)) and name in (properties := node.all_properties):
            yield values.texts(properties[name])


def _depth(relative: str) -> int:
    return relative.count("/") + 1 if relative else 0


def _equals(predicate: Predicate, found: list[list[str]]) -> bool:
    wanted = predicate.numbered("value")
    if not wanted:
        return bool(found)
    quantifier = all if predicate.is_true("and") else any
    return quantifier(any(same(text, value) for texts in found for text in texts) for value in wanted)


def _unequals(predicate: Predicate, found: list[list[str]]) -> bool:
    """There is a value that is another one."""
    wanted = predicate.numbered("value")
    quantifier = all if predicate.is_true("and") else any
    return quantifier(any(not same(text, value) for texts in found for text in texts) for value in wanted)


def _like(predicate: Predicate, found: list[list[str]]) -> bool:
    quantifier = all if predicate.is_true("and") else any
    patterns = [like_pattern(value) for value in predicate.numbered("value")]
    return quantifier(
        any(fnmatch.fnmatchcase(text, pattern) for texts in found for text in texts) for pattern in patterns
    )


def _exists(predicate: Predicate, found: list[list[str]]) -> bool:
    """`value=false` asks for what does not exist."""
    return bool(found) is (predicate.get("value", _TRUE) != "false")


def _not(_: Predicate, found: list[list[str]]) -> bool:
    return not found


_OPERATIONS: dict[str, Callable[[Predicate, list[list[str]]], bool]] = {
    "equals": _equals,
    "unequals": _unequals,
    "like": _like,
    "exists": _exists,
    "not": _not,
}


def _full_text(predicate: Predicate, candidate: Candidate) -> bool:
    words = parse_words(predicate.value)
    place = predicate.get("relPath")
    if "@" in place:
        return words.match(" ".join(property_values(candidate, place) or ()))
    base = candidate.node.path / place.strip("/") if place.strip("/") else candidate.node.path
    nodes = [node for node in candidate.subtree if node.path == base or node.path.is_under(base)]
    return words.match("\n".join(text for node in nodes for text in _texts_of(node)))


def _texts_of(node: TreeNode) -> Iterator[str]:
    yield node.name
    for value in node.properties.values():
        if values.type_of(value) == "String":
            yield from values.texts(value)


def _date_range(predicate: Predicate, candidate: Candidate) -> bool:
    bounds = (_bound(predicate, "lowerBound", moment), _bound(predicate, "upperBound", moment))
    return _within(predicate, candidate, bounds, moment)


def _relative_date_range(predicate: Predicate, candidate: Candidate) -> bool:
    bounds = (_bound(predicate, "lowerBound", ago), _bound(predicate, "upperBound", ago) or timezone.now())
    return _within(predicate, candidate, bounds, moment)


def _range(predicate: Predicate, candidate: Candidate) -> bool:
    bounds = (_bound(predicate, "lowerBound", decimal), _bound(predicate, "upperBound", decimal))
    return _within(predicate, candidate, bounds, decimal)


def _within(
    predicate: Predicate, candidate: Candidate, bounds: tuple[T | None, T | None], read: Callable[[str], T | None]
) -> bool:
    lower, upper = bounds
    above = predicate.get("lowerOperation", ">=")
    below = predicate.get("upperOperation", "<=")
    for found in map(read, property_values(candidate, predicate.get("property")) or ()):
        if found is None:
            continue
        is_above = lower is None or (found > lower if above == ">" else found >= lower)
        is_below = upper is None or (found < upper if below == "<" else found <= upper)
        if is_above and is_below:
            return True
    return False


def _bool_property(predicate: Predicate, candidate: Candidate) -> bool:
    """`value=false` includes what has no such property."""
    found = property_values(candidate, predicate.value) or ["false"]
    return found[0] == predicate.get("value", _TRUE)


def _tag(predicate: Predicate, candidate: Candidate) -> bool:
    """A tag includes the tags below it."""
    found = property_values(candidate, predicate.get("property", "cq:tags")) or []
    wanted = [*predicate.numbered("tagid"), *predicate.numbered("value")] or [predicate.value]
    wanted = [predicate.value, *predicate.numbered("value")] if predicate.value else wanted
    quantifier = all if predicate.is_true("and") else any
    return quantifier(any(tag == want or tag.startswith(f"{want.rstrip(':')}/") for tag in found) for want in wanted)


def _main_asset(predicate: Predicate, candidate: Candidate) -> bool:
    is_main = candidate.node.is_asset and "/subassets/" not in candidate.node.path
    return is_main is (predicate.value == _TRUE)


def _exclude_paths(predicate: Predicate, candidate: Candidate) -> bool:
    return not any(_excluded(pattern, candidate.node.path) for pattern in predicate.parameters.values())


def _excluded(pattern: str, path: str) -> bool:
    """A path, or one with `*` and `.*` for any text; no other expression, since those can be made to run for ever."""
    return fnmatch.fnmatchcase(path, "*".join(map(literally, re.split(r"\.?\*", pattern))))


def _bound(predicate: Predicate, name: str, read: Callable[[str], T | None]) -> T | None:
    text = predicate.get(name)
    if not text:
        return None
    bound = read(text)
    if bound is None:
        raise InvalidQuery(f"{predicate.kind}.{name} cannot be read: {text[:60]!r}")
    return bound


_MATCHERS: dict[str, Callable[[Predicate, Candidate], bool]] = {
    "path": _path,
    "type": _type,
    "nodename": _node_name,
    "property": _property,
    "fulltext": _full_text,
    "daterange": _date_range,
    "relativedaterange": _relative_date_range,
    "rangeproperty": _range,
    "boolproperty": _bool_property,
    "tagid": _tag,
    "mainasset": _main_asset,
    "excludepaths": _exclude_paths,
}
