"""What the control plane answers, for the OpenAPI document."""

from typing import Final

from contract.openapi import BINARY, BOOLEAN, NO_LOGIN, STRING, Node, answer, choice, form, operation, query

TAG: Final = "Control"
_HEALTH: Final = form({"ok": BOOLEAN, "parts": {"type": "object", "additionalProperties": {"type": "object"}}}, ["ok"])
_MESSAGE: Final = form({"ok": BOOLEAN, "message": STRING}, ["ok"])
_SEEDED: Final = form({"ok": BOOLEAN, "assets": {"type": "object", "additionalProperties": STRING}}, ["ok", "assets"])
_UNAUTHENTICATED: Final = answer("Not logged in", _MESSAGE)

PATHS: Final[dict[str, Node]] = {
    "/_aemulator/health": {
        "get": operation(
            TAG,
            "health",
            "Is every part fresh?",
            {200: answer("All of them", _HEALTH), 503: answer("At least one is not", _HEALTH)},
            security=NO_LOGIN,
        )
    },
    "/_aemulator/env": {
        "get": operation(
            TAG,
            "environment",
            "The environment block for Adobe's clients",
            {
                200: answer("The block", {"type": "object", "additionalProperties": STRING}),
                400: answer("No such form", _MESSAGE),
                401: _UNAUTHENTICATED,
            },
            parameters=(query("for", "In which form", choice("shell", "node", "python", "json")),),
        )
    },
    "/_aemulator/reset": {
        "post": operation(
            TAG,
            "reset",
            "Forget everything and start anew",
            {200: answer("Done", _MESSAGE), 400: answer("No such content", _MESSAGE), 401: _UNAUTHENTICATED},
            parameters=(query("content", "What to begin with", choice("demo", "empty")),),
        )
    },
    "/_aemulator/seed": {
        "post": operation(
            TAG,
            "seed",
            "Bring in the demo pictures, or what the body says",
            {
                200: answer("Done", _SEEDED),
                400: answer("The body, or something in it, cannot be used", _MESSAGE),
                401: _UNAUTHENTICATED,
                409: answer("An asset was removed meanwhile", _MESSAGE),
                413: answer("Too much", _MESSAGE),
                415: answer("Neither JSON, nor a form, nor a zip", _MESSAGE),
                502: answer("The blob storage does not answer", _MESSAGE),
                504: answer("Not processed in time", _MESSAGE),
            },
            description="docs/testing.md describes the body. An empty one asks for the demo pictures.",
            parameters=(
                query("wait", "Until everything is processed", choice("true", "false")),
                query("within", "Seconds to wait at most", {"type": "number"}),
                query("folder", "Where files and zips go", STRING),
            ),
            body={
                "required": False,
                "content": {
                    "application/json": {"schema": {"type": "object"}},
                    "multipart/form-data": {"schema": {"type": "object"}},
                    "application/zip": {"schema": BINARY},
                },
            },
        )
    },
    "/_aemulator/snapshot": {
        "get": operation(
            TAG,
            "snapshot",
            "The whole state as one file",
            {
                200: answer("A tar of rows, blobs and secrets", BINARY, "application/x-tar"),
                401: _UNAUTHENTICATED,
                502: answer("The blob storage does not answer", _MESSAGE),
            },
        )
    },
    "/_aemulator/restore": {
        "post": operation(
            TAG,
            "restore",
            "Put a snapshot in the place of everything",
            {
                200: answer("Done", _MESSAGE),
                400: answer("Truncated, damaged, or no snapshot; nothing was changed", _MESSAGE),
                401: _UNAUTHENTICATED,
                409: answer("Of another version; nothing was changed", _MESSAGE),
                502: answer("The blob storage does not answer", _MESSAGE),
                503: answer("Something does not come to its end; nothing was changed", _MESSAGE),
            },
            body={"required": True, "content": {"application/x-tar": {"schema": BINARY}}},
        )
    },
    "/_aemulator/openapi.json": {
        "get": operation(
            TAG,
            "openapi",
            "This document (also at /api/openapi.json)",
            {200: answer("OpenAPI 3.1", {"type": "object"}, "application/vnd.oai.openapi+json")},
            security=NO_LOGIN,
        )
    },
}
SCHEMAS: Final[dict[str, Node]] = {}
