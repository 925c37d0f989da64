"""Sling's reading of a URL: the longest existing path followed by a dot is the resource, the rest says how to show it.

`/content/dam/a.jpg.tidy.2.json/x` is the resource /content/dam/a.jpg (if there is no a.jpg.tidy…), the selectors tidy
and 2, the extension json and the suffix /x.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from repository import versions
from repository.errors import InvalidPath
from repository.paths import NodePath
from repository.tree import TreeNode, longest_existing

# `;v=1.0` or `;v='1.0'` behind any segment. Without quotes a second number after a point is a selector.
_PATH_PARAMETER = re.compile(r";([A-Za-z]+)=('[^'/]*'|[0-9]+\.[0-9]+|[^/.;']*)")


@dataclass(frozen=True)
class Resolution:
    """`path` is None for a text that cannot be a path at all; `node` is None when there is no such resource.

    With the parameter `v`, `node` is what is at `path` as it was in that version.
    """

    path: NodePath | None
    node: TreeNode | None = None
    selectors: tuple[str, ...] = ()
    extension: str | None = None
    suffix: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


def resolve(decoded: str) -> Resolution:
    """`decoded` is the path of the URL, percent-decoded once."""
    plain = _existing(decoded)
    if ";" not in decoded or (plain.node and ";" in plain.node.path):  # a name may have a semicolon too
        return plain
    parameters = {match[1]: match[2].strip("'") for match in _PATH_PARAMETER.finditer(decoded)}
    found = replace(_existing(_PATH_PARAMETER.sub("", decoded)), parameters=parameters)
    if found.node and "v" in parameters:
        found = replace(found, node=versions.historic(found.node, parameters["v"]))
    return found


def _existing(decoded: str) -> Resolution:
    candidates = dict(_candidates(decoded))
    node = longest_existing(list(candidates))
    if node is None:
        return Resolution(_path(decoded))
    selectors, extension, suffix = split_rest(candidates[node.path])
    return Resolution(node.path, node, selectors, extension, suffix)


def _candidates(decoded: str) -> Iterator[tuple[NodePath, str]]:
    """Every cut that could be a resource, longest first, each with what follows it."""
    trimmed = decoded.rstrip("/") or "/"
    cut = len(trimmed)
    while cut > 0:
        path = _path(decoded[:cut])
        if path is not None:
            yield path, decoded[cut:]
        cut = decoded.rfind(".", 0, cut)


def split_rest(rest: str) -> tuple[tuple[str, ...], str | None, str | None]:
    """What follows the resource, e.g. `.tidy.2.json/x`, as selectors, extension and suffix."""
    head, slash, tail = rest.partition("/")
    parts = head.split(".")[1:]
    suffix = f"/{tail}" if slash else None
    return tuple(parts[:-1]), (parts[-1] if parts else None), suffix


def _path(text: str) -> NodePath | None:
    try:
        return NodePath.from_url(text)
    except InvalidPath:
        return None
