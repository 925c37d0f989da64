"""What the recorder answers, for the OpenAPI document. docs/flow.md has the fields."""

from typing import Final

from contract.openapi import BOOLEAN, INTEGER, STRING, Node, answer, choice, form, json_body, operation, query

TAG: Final = "Flow inspector"
_OBJECT: Final[Node] = {"type": "object"}
_MESSAGE: Final = form({"ok": BOOLEAN, "message": STRING}, ["ok"])
_UNAUTHENTICATED: Final = answer("Not logged in", _MESSAGE)
_WRONG: Final = answer("A parameter or field is wrong", _MESSAGE)
_FULL: Final = answer("There are too many already", _MESSAGE)
_MISSING: Final = answer("There is none with this id", _MESSAGE)


def _in_path(name: str) -> Node:
    return {"name": name, "in": "path", "required": True, "schema": STRING}


def _set_gates(operation_id: str, summary: str, answered: str = "Gates") -> Node:
    answers = {200: answer(answered, _OBJECT), 400: _WRONG, 401: _UNAUTHENTICATED}
    return operation(TAG, operation_id, summary, answers, body=json_body(_OBJECT))


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
    "/_aemulator/flows/{flow}.har": {
        "get": operation(
            TAG,
            "flowAsHar",
            "A flow as a HAR 1.2 file, which can be opened again",
            {200: answer("HAR", _OBJECT), 401: _UNAUTHENTICATED, 404: _MISSING},
            parameters=(_in_path("flow"),),
        )
    },
    "/_aemulator/flows/{flow}.mmd": {
        "get": operation(
            TAG,
            "flowAsMermaid",
            "A flow as a Mermaid sequence diagram",
            {200: answer("Mermaid", STRING, "text/plain"), 401: _UNAUTHENTICATED, 404: _MISSING},
            parameters=(_in_path("flow"),),
        )
    },
    "/_aemulator/flows/import": {
        "post": operation(
            TAG,
            "openFlow",
            "Open a HAR file of a flow, to look at it",
            {201: answer("The id of the flow", _OBJECT), 400: _WRONG, 401: _UNAUTHENTICATED},
            body=json_body(_OBJECT),
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
    "/_aemulator/gates": {
        "get": operation(
            TAG, "gates", "What is held, and by what", {200: answer("Gates", _OBJECT), 401: _UNAUTHENTICATED}
        ),
        "put": _set_gates("setGate", "Run, pause, slow motion, breakpoints: of everything, a flow, a folder"),
        "patch": _set_gates("changeGate", "Change the fields that are given; the others stay"),
    },
    "/_aemulator/gates/step": {
        "post": _set_gates(
            "stepGates", "Let what is held go on to its next gate", "How many jobs went on, and the gates"
        )
    },
    "/_aemulator/faults": {
        "get": operation(TAG, "faults", "The faults", {200: answer("Faults", _OBJECT), 401: _UNAUTHENTICATED}),
        "post": operation(
            TAG,
            "createFault",
            "Make a fault",
            {201: answer("The fault", _OBJECT), 400: _WRONG, 401: _UNAUTHENTICATED, 409: _FULL},
            body=json_body(_OBJECT),
        ),
        "delete": operation(TAG, "deleteFaults", "Remove all faults", {200: answer("Done"), 401: _UNAUTHENTICATED}),
    },
    "/_aemulator/faults/kinds": {
        "get": operation(
            TAG, "faultKinds", "The faults that can be made", {200: answer("Kinds", _OBJECT), 401: _UNAUTHENTICATED}
        )
    },
    "/_aemulator/faults/{fault}": {
        "put": operation(
            TAG,
            "changeFault",
            "Change the fields that are given; it counts from the start again",
            {200: answer("The fault", _OBJECT), 400: _WRONG, 401: _UNAUTHENTICATED, 404: _MISSING},
            parameters=(_in_path("fault"),),
            body=json_body(_OBJECT),
        ),
        "delete": operation(
            TAG,
            "deleteFault",
            "Remove a fault",
            {200: answer("Done", _MESSAGE), 401: _UNAUTHENTICATED, 404: _MISSING},
            parameters=(_in_path("fault"),),
        ),
    },
}
SCHEMAS: Final[dict[str, Node]] = {}
