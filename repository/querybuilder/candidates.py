"""The nodes that a query has to look at: what SQL can rule out, by index or by a plain search in the stored JSON.

Every condition here is a necessary one and no more: `matching` decides. So it may be coarse, and reads the same on
every database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from repository import nodetypes, tree
from repository.errors import InvalidPath
from repository.paths import NodePath
from repository.querybuilder.errors import InvalidQuery, TooManyReads
from repository.querybuilder.predicates import Group, Predicate
from repository.querybuilder.words import parse_words
from repository.tree.node import SELECT, TreeNode, from_row

CHUNK = 500
MAX_SUBTREE = 2000  # nodes below one candidate that a search in its depth looks at
SYSTEM = NodePath("/jcr:system")
_IMPLICIT = frozenset({"jcr:primaryType", "jcr:mixinTypes", "jcr:uuid", "jcr:data", "jcr:path"})
_FLOAT_OR_DATE = re.compile(r"[+-]?\d*\.\d*(?:[eE].*)?|[+-]?\d+[eE].*|\d{4}-\d\d.*", re.DOTALL)
_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class Condition:
    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass
class Candidate:
    """A node, and what lies below it as far as the query asks for it."""

    node: TreeNode
    related: dict[str, TreeNode] = field(default_factory=dict)

    def at(self, relative: str) -> TreeNode | None:
        return self.related.get(relative) if relative else self.node

    @cached_property
    def subtree(self) -> list[TreeNode]:
        return tree.subtree(self.node.path, limit=MAX_SUBTREE)


def read(root: Group, relatives: frozenset[str]) -> Iterator[Candidate]:
    """Candidates in the order of their paths; `relatives` are the nodes below each that are read with it.

    TooManyReads beyond settings.QUERY_LIMIT_READS nodes.
    """
    condition = _group(root) or Condition("1 = 1")
    after, count = "", 0
    while True:
        nodes = _chunk(condition, after, _is_about_system(root))
        count += len(nodes)
        if count > settings.QUERY_LIMIT_READS:
            raise TooManyReads(f"The query would read more than {settings.QUERY_LIMIT_READS} nodes: narrow it down")
        yield from _with_related(nodes, relatives)
        if len(nodes) < CHUNK:
            return
        after = nodes[-1].path


def _chunk(condition: Condition, after: str, with_system: bool) -> list[TreeNode]:
    where, parameters = f"n.path > %s AND ({condition.sql})", [after, *condition.parameters]
    if not with_system:
        where += " AND NOT (n.path >= %s AND n.path < %s)"
        parameters += [SYSTEM, SYSTEM.below[1]]
    with connection.cursor() as cursor:
        cursor.execute(f"{SELECT} WHERE {where} ORDER BY n.path LIMIT {CHUNK}", parameters)
        return [from_row(row) for row in cursor.fetchall()]


def _with_related(nodes: list[TreeNode], relatives: frozenset[str]) -> list[Candidate]:
    wanted = [f"{node.path.removesuffix('/')}/{relative}" for node in nodes for relative in relatives]
    found = tree.get_many(map(NodePath.stored, wanted))
    candidates = []
    for node in nodes:
        paths = {relative: f"{node.path.removesuffix('/')}/{relative}" for relative in relatives}
        related = {relative: found[NodePath.stored(path)] for relative, path in paths.items() if path in found}
        candidates.append(Candidate(node, related))
    return candidates


def _is_about_system(root: Group) -> bool:
    members = [member for member in root.members if isinstance(member, Predicate)]
    return any(member.kind == "path" and member.value.startswith(SYSTEM) for member in members)


def _group(group: Group) -> Condition | None:
    """None: nothing can be ruled out."""
    if group.negated:
        return None
    found = [_group(member) if isinstance(member, Group) else _predicate(member) for member in group.members]
    known = [condition for condition in found if condition]
    if not known or (group.any_of and len(known) < len(found)):
        return None
    glue = " OR " if group.any_of else " AND "
    parameters = tuple(parameter for condition in known for parameter in condition.parameters)
    return Condition(glue.join(f"({condition.sql})" for condition in known), parameters)


def _predicate(predicate: Predicate) -> Condition | None:
    compiler = _COMPILERS.get(predicate.kind)
    return compiler(predicate) if compiler else None


def _path(predicate: Predicate) -> Condition | None:
    if not predicate.value:
        return None
    path = path_of(predicate.value)
    if predicate.is_true("exact"):
        return Condition("n.path = %s", (path,))
    below = Condition("n.path >= %s AND n.path < %s", path.below)
    if predicate.is_true("flat"):
        below = Condition("n.parent_id = (SELECT f.id FROM repository_node f WHERE f.path = %s)", (path,))
    if predicate.is_true("self"):
        return Condition(f"({below.sql}) OR n.path = %s", (*below.parameters, path))
    return below


def path_of(text: str) -> NodePath:
    try:
        return NodePath(text.rstrip("/") or "/")
    except InvalidPath as err:
        raise InvalidQuery(err.message) from err


def _type(predicate: Predicate) -> Condition | None:
    if not predicate.value or predicate.value == "nt:base":
        return None
    names = nodetypes.subtypes(predicate.value)
    marks = ", ".join(["%s"] * len(names))
    mixin = f"% {_escaped(predicate.value)} %"
    return Condition(f"n.primary_type IN ({marks}) OR ' ' || n.mixins || ' ' LIKE %s ESCAPE '\\'", (*names, mixin))


def _node_name(predicate: Predicate) -> Condition | None:
    parts = [part for part in re.split(r"[*?]+", predicate.value) if part]
    return Condition("n.name LIKE %s ESCAPE '\\'", (f"%{_escaped(max(parts, key=len))}%",)) if parts else None


def _property(predicate: Predicate) -> Condition | None:
    relative, name = split_property(predicate.value)
    operation = predicate.get("operation", "equals")
    if name in _IMPLICIT or "*" in predicate.value or predicate.get("depth", "0") != "0":
        return None
    if operation == "exists" and predicate.get("value") == "false":
        return None
    if operation == "exists" or (operation == "equals" and not predicate.numbered("value")):
        return _stored(relative, [f'"{_json(name)}"'])
    if operation == "equals" and not predicate.is_true("and"):
        texts = predicate.numbered("value")
        return None if any(map(_FLOAT_OR_DATE.fullmatch, texts)) else _stored(relative, [_json(text) for text in texts])
    return None


def _full_text(predicate: Predicate) -> Condition | None:
    """One long word that every match contains, in the node or below it."""
    runs = [run for word in parse_words(predicate.value).required for run in _ASCII_RUN.findall(word)]
    if not runs:
        return None
    pattern = f"%{max(runs, key=len).lower()}%"
    below = "d.path = n.path OR (d.path >= n.path || '/' AND d.path < n.path || '0')"
    return Condition(
        f"EXISTS (SELECT 1 FROM repository_node d WHERE ({below})"
        " AND (LOWER(CAST(d.properties AS TEXT)) LIKE %s OR LOWER(d.name) LIKE %s))",
        (pattern, pattern),
    )


def _stored(relative: str, texts: list[str]) -> Condition:
    """The JSON of the node, or of the one below it, contains one of the texts."""
    like = " OR ".join(["CAST({0}.properties AS TEXT) LIKE %s ESCAPE '\\'"] * len(texts))
    patterns = [f"%{_escaped(text)}%" for text in texts]
    if not relative:
        return Condition(like.format("n"), tuple(patterns))
    exists = f"EXISTS (SELECT 1 FROM repository_node d WHERE d.path = n.path || %s AND ({like.format('d')}))"
    return Condition(exists, (f"/{relative}", *patterns))


def split_property(text: str) -> tuple[str, str]:
    """`jcr:content/@jcr:title` is the property jcr:title of the node jcr:content."""
    relative, _, name = text.replace("@", "").strip("/").removeprefix("./").rpartition("/")
    return relative, name


def _json(text: str) -> str:
    """As it stands within a JSON text, without the quotes."""
    try:
        return orjson.dumps(text).decode()[1:-1]
    except orjson.JSONEncodeError as err:
        raise InvalidQuery("The query contains half a character") from err


def _escaped(text: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", text)


_COMPILERS = {
    "path": _path,
    "type": _type,
    "nodename": _node_name,
    "property": _property,
    "fulltext": _full_text,
}
