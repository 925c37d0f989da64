"""The operation `import`: a subtree written as JSON, the form in which `.infinity.json` gives one back.

Source: sling-org-apache-sling-servlets-post, ImportOperation, and the JSON format of the Sling content loader.
"""

from typing import Any

import orjson

from repository import tree, values
from repository.errors import InvalidValue
from repository.paths import NodeName, NodePath
from repository.sling import node_names
from repository.sling.errors import InvalidParameter, PreconditionFailed
from repository.sling.outcome import Outcome
from repository.sling.parameters import PostParameters
from repository.tree import NodeSpec
from repository.values import Value

MAX_DEPTH = 100
_TYPE, _MIXINS = "jcr:primaryType", "jcr:mixinTypes"
# What a node has by itself: a dump carries it, an import leaves it out.
_OWN = frozenset({"jcr:uuid", "jcr:created", "jcr:createdBy", "jcr:baseVersion", "jcr:versionHistory"})


def run(parameters: PostParameters, outcome: Outcome, user: str) -> None:
    """Within `tree.writing`. `:name` or `:nameHint` names the new node; `:replace` overwrites one that is there."""
    content = _content(parameters)
    parent = outcome.path
    if not tree.exists(parent):
        tree.create(parent, user=user)
        outcome.add("created", parent)
    path = _target(parameters, parent)
    if tree.exists(path):
        if not parameters.is_true(":replace"):
            raise PreconditionFailed(f"Cannot import {path}: node exists")
        tree.delete(path)
    spec = _spec(content, depth=0)
    tree.create(path, spec.primary_type, spec.properties, mixins=spec.mixins, children=spec.children, user=user)
    outcome.path, outcome.created = path, True
    outcome.add("created", path)


def _content(parameters: PostParameters) -> dict[str, Any]:
    content_type = parameters.first(":contentType")
    if content_type != "json":
        raise PreconditionFailed("The parameter :contentType must be json")
    files = parameters.files.get(":contentFile", [])
    written = files[0].read() if files else parameters.first(":content").encode(errors="replace")
    if not written:
        raise PreconditionFailed("Missing content for import")
    try:
        content = orjson.loads(written)
    except orjson.JSONDecodeError as err:
        raise InvalidValue(f"The content is not JSON: {err}") from err
    if not isinstance(content, dict):
        raise InvalidValue("The content is not a JSON object")
    return content


def _target(parameters: PostParameters, parent: NodePath) -> NodePath:
    if not parameters.first(":name") and not parameters.first(":nameHint"):
        raise InvalidParameter("The parameter :name or :nameHint is missing")
    if parameters.first(":name"):
        return parent / parameters.first(":name")
    return next(path for name in node_names.proposed(parameters.texts) if not tree.exists(path := parent / name))


def _spec(content: dict[str, Any], depth: int) -> NodeSpec:
    if depth > MAX_DEPTH:
        raise InvalidValue(f"The content is nested more than {MAX_DEPTH} deep")
    properties: dict[str, Value] = {}
    children: dict[str, NodeSpec] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            children[str(NodeName(name))] = _spec(value, depth + 1)
        elif value is not None and name not in {_TYPE, _MIXINS, *_OWN} and not name.startswith(":"):
            properties[str(NodeName(name))] = values.checked(value)
    mixins = content.get(_MIXINS) or []
    if not isinstance(mixins, list) or not isinstance(content.get(_TYPE, ""), str):
        raise InvalidValue(f"{_TYPE} must be a text and {_MIXINS} a list of texts")
    return NodeSpec(content.get(_TYPE), properties, tuple(map(str, mixins)), children=children)
