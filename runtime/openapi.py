"""What I/O Runtime answers, for the OpenAPI document (openwhisk.apache.org, REST API and Web Actions)."""

from typing import Any, Final

from contract.openapi import INTEGER, NO_LOGIN, STRING, Node, answer, array, form, json_body, operation, path, query

TAG: Final = "I/O Runtime"
KEY: Final[list[Node]] = [{"basic": []}]
_ERROR: Final = form({"error": STRING, "code": STRING}, ["error"])
_OBJECT: Final[Node] = {"type": "object"}
_ANYTHING: Final[Node] = {}
_STARTED: Final = form({"activationId": STRING}, ["activationId"])
_NAMESPACE: Final = path("namespace", "`_` is the namespace of the key")
_PACKAGE: Final = path("package", "Package")
_ACTION: Final = path("action", "Action")
_ACTIVATION: Final = path("activation", "Activation id")
_WINDOW: Final = (query("skip", "How many to leave out", INTEGER), query("limit", "How many at most (200)", INTEGER))
_BLOCKING: Final = (
    query("blocking", "`true`: answer when it has ended, or after `timeout`"),
    query("result", "`true`: with the result alone"),
    query("timeout", "Milliseconds, at most 60000", INTEGER),
)
_REASONS: Final = {
    400: "A parameter or the body is malformed",
    401: "The key is missing or wrong",
    404: "There is no such thing",
    413: "The body is too large",
    429: "Too much waits for this action",
}


def _refusals(*statuses: int) -> dict[int, Node]:
    return {status: answer(_REASONS[status], _ERROR) for status in statuses}


def _read(operation_id: str, summary: str, schema: Node, *parameters: Node) -> Node:
    responses = {200: answer("Found", schema), **_refusals(400, 401, 404)}
    return operation(TAG, operation_id, summary, responses, parameters=parameters, security=KEY)


def _invocation(operation_id: str, *parameters: Node) -> Node:
    responses = {
        200: answer("It has ended well", _OBJECT),
        202: answer("It runs", _STARTED),
        502: answer("It has ended with an error", _OBJECT),
        **_refusals(400, 401, 404, 413, 429),
    }
    return operation(
        TAG,
        operation_id,
        "Invoke an action",
        responses,
        parameters=(_NAMESPACE, *parameters, *_BLOCKING),
        body=json_body(_OBJECT, required=False, description="Parameters of the action"),
        security=KEY,
    )


def _web(method: str) -> Node:
    made: dict[str, Any] = operation(
        TAG,
        f"webAction{method.title()}",
        "Call a web action",
        {
            200: answer("What the action answers; status, headers and body are its own", _ANYTHING, "*/*"),
            202: answer("It goes on", _STARTED),
            204: answer("It answers without a body"),
            **_refusals(400, 401, 404, 413, 429),
        },
        parameters=(path("namespace", "Namespace"), _PACKAGE, _ACTION),
        security=NO_LOGIN,
    )
    return made


_ROOT: Final = "/api/v1/namespaces/{namespace}"
PATHS: Final[dict[str, Node]] = {
    "/api/v1/web/{namespace}/{package}/{action}": {"get": _web("get"), "post": _web("post")},
    "/api/v1/namespaces": {
        "get": operation(
            TAG,
            "runtimeNamespaces",
            "Namespaces with actions",
            {200: answer("Their names", array(STRING)), **_refusals(401)},
            security=KEY,
        )
    },
    f"{_ROOT}/actions": {"get": _read("listActions", "Deployed actions", array(_OBJECT), _NAMESPACE, *_WINDOW)},
    f"{_ROOT}/actions/{{action}}": {
        "get": _read("getDefaultAction", "One action", _OBJECT, _NAMESPACE, _ACTION),
        "post": _invocation("invokeDefaultAction", _ACTION),
    },
    f"{_ROOT}/actions/{{package}}/{{action}}": {
        "get": _read("getAction", "One action of a package", _OBJECT, _NAMESPACE, _PACKAGE, _ACTION),
        "post": _invocation("invokeAction", _PACKAGE, _ACTION),
    },
    f"{_ROOT}/activations": {
        "get": _read(
            "listActivations",
            "Activations that have ended, newest first",
            _ANYTHING,
            _NAMESPACE,
            query("name", "Of one action"),
            query("requestId", "Of one request; those that still run are listed, too (not in Adobe's Runtime)"),
            query("since", "Milliseconds since 1970", INTEGER),
            query("upto", "Milliseconds since 1970", INTEGER),
            query("docs", "`true`: with responses"),
            query("count", "`true`: how many there are"),
            *_WINDOW,
        )
    },
    f"{_ROOT}/activations/{{activation}}": {
        "get": _read("getActivation", "An activation that has ended", _OBJECT, _NAMESPACE, _ACTIVATION)
    },
    f"{_ROOT}/activations/{{activation}}/result": {
        "get": _read("getActivationResult", "How it ended", _OBJECT, _NAMESPACE, _ACTIVATION)
    },
    f"{_ROOT}/activations/{{activation}}/logs": {
        "get": _read("getActivationLogs", "What it wrote, also while it runs", _OBJECT, _NAMESPACE, _ACTIVATION)
    },
}
SCHEMAS: Final[dict[str, Node]] = {}
