"""QueryBuilder."""

from typing import Any, Final

from contract.openapi import (
    BOOLEAN,
    INTEGER,
    STRING,
    Node,
    answer,
    array,
    choice,
    form,
    form_body,
    operation,
    query,
    ref,
)

TAG: Final = "QueryBuilder"
_FIELDS: Final[dict[str, tuple[str, Node]]] = {
    "path": ("Below this path; with path.flat its children only, path.exact, path.self", STRING),
    "type": ("Node type or mixin; subtypes match as well", STRING),
    "nodename": ("With * and ?", STRING),
    "fulltext": ("Words; -word, OR, quotes and * are understood. fulltext.relPath narrows it down", STRING),
    "property": ("Relative path of a property", STRING),
    "property.value": ("Also property.1_value …; with property.and=true all of them", STRING),
    "property.operation": ("How to compare", choice("equals", "unequals", "like", "exists", "not")),
    "orderby": ("`@` and the path of a property, `path` or `nodename`; orderby.sort, orderby.case", STRING),
    "p.limit": ("Hits on a page; -1 is all", {"type": "integer", "default": 10}),
    "p.offset": ("Hits to pass over", INTEGER),
    "p.guessTotal": ("true, or how far to count", STRING),
    "p.hits": ("What is told of each hit", choice("simple", "full", "selective")),
    "p.properties": ("With p.hits=selective: paths of properties, separated by blanks", STRING),
    "p.nodedepth": ("With p.hits=full: levels below the hit; 0 is all", INTEGER),
}
_RESPONSES: Final = {
    200: answer("A page of hits", ref("QueryResult")),
    400: answer("A parameter cannot be understood, or too much would be read", ref("QueryProblem")),
    401: answer("Not authenticated", STRING, "application/json", ["WWW-Authenticate"]),
}
_DESCRIPTION: Final = (
    "Predicates are numbered to be used more than once (`1_property`), and nest in groups (`1_group.2_property.value`, "
    "`1_group.p.or`, `1_group.p.not`). There are also daterange, relativedaterange, rangeproperty, boolproperty, "
    "tagid, mainasset and excludepaths; predicates that nobody knows are ignored."
)
PATHS: Final[dict[str, Node]] = {
    "/bin/querybuilder.json": {
        "get": operation(
            TAG,
            "query",
            "Search the tree",
            _RESPONSES,
            description=_DESCRIPTION,
            parameters=[query(name, description, schema) for name, (description, schema) in _FIELDS.items()],
        ),
        "post": operation(
            TAG,
            "queryByForm",
            "Search the tree",
            _RESPONSES,
            description=_DESCRIPTION,
            body=form_body({name: schema for name, (_, schema) in _FIELDS.items()}),
        ),
    }
}
_HIT: Final[dict[str, Any]] = {"type": "object", "additionalProperties": True}
SCHEMAS: Final[dict[str, Node]] = {
    "QueryResult": form(
        {
            "success": BOOLEAN,
            "results": INTEGER,
            "total": INTEGER,
            "more": BOOLEAN,
            "offset": INTEGER,
            "hits": array(_HIT),
        },
        ["success", "results", "total", "more", "offset", "hits"],
    ),
    "QueryProblem": form({"success": BOOLEAN, "message": STRING}, ["success", "message"]),
}
