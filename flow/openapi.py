"""What the recorder answers, for the OpenAPI document. docs/flow.md has the fields."""

from typing import Final

from contract.openapi import BOOLEAN, INTEGER, STRING, Node, answer, choice, form, operation, query

TAG: Final = "Flow inspector"
_OBJECT: Final[Node] = {"type": "object"}
_MESSAGE: Final = form({"ok": BOOLEAN, "message": STRING}, ["ok"])
_UNAUTHENTICATED: Final = answer("Not logged in", _MESSAGE)
_WRONG: Final = answer("A parameter or field is wrong", _MESSAGE)
_MISSING: Final = answer("There is none with this id", _MESSAGE)


def _in_path(name: str) -> Node:
    return {"name": name, "in": "path", "required": True, "schema": STRING}


PATHS: Final[dict[str, Node]] = {
    "/_aemulator/flows": {
        "get": operation(
            TAG,
            "flows",
            "The flows that were recorded, newest first",
            {200: answer("Flows", _OBJECT), 400: _WRONG, 401: _UNAUTHENTICATED},
            parameters=(
                query("limit", "How many, at most 500", INTEGER),
                query("before", "The id of the last flow of the page before", STRING),
                query("q", "A part of the path or title", STRING),
                query("state", "In which state", choice("running", "done", "failed", "held")),
                query("path", "Of which asset", STRING),
            ),
        )
    },
    "/_aemulator/flows/{flow}": {
        "get": operation(
            TAG,
            "flow",
            "A flow: steps, renditions, exchanges, spans, changes, journal entries",
            {200: answer("The flow", _OBJECT), 401: _UNAUTHENTICATED, 404: _MISSING},
            parameters=(_in_path("flow"),),
        )
    },
    "/_aemulator/exchanges/{exchange}": {
        "get": operation(
            TAG,
            "exchange",
            "An exchange with headers and the first bytes of its bodies, redacted",
            {200: answer("The exchange", _OBJECT), 401: _UNAUTHENTICATED, 404: _MISSING},
            parameters=(_in_path("exchange"),),
        )
    },
    "/_aemulator/traffic": {
        "get": operation(
            TAG,
            "traffic",
            "All exchanges after a mark, of every flow and of none",
            {200: answer("Exchanges", _OBJECT), 400: _WRONG, 401: _UNAUTHENTICATED},
            parameters=(query("since", "The mark of the answer before", STRING),),
        )
    },
}
SCHEMAS: Final[dict[str, Node]] = {}
