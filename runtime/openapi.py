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
    409: "There is one already; or there is still something in it",
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


_PAIRS: Final = array(form({"key": STRING, "value": _ANYTHING}, ["key"]))
_ACTION_BODY: Final = form(
    {
        "exec": form({"kind": STRING, "code": STRING, "main": STRING, "components": array(STRING)}, ["kind"]),
        "parameters": _PAIRS,
        "annotations": _PAIRS,
        "limits": form({"timeout": INTEGER, "memory": INTEGER}, []),
    },
    [],
)
_PACKAGE_BODY: Final = form({"parameters": _PAIRS, "annotations": _PAIRS}, [])
_OVERWRITE: Final = query("overwrite", "`true`: also when there is one; what the body leaves out stays")


def _deployment(operation_id: str, summary: str, body: Node, *parameters: Node) -> Node:
    return operation(
        TAG,
        operation_id,
        summary,
        {200: answer("It is there", _OBJECT), **_refusals(400, 401, 409, 413)},
        parameters=(_NAMESPACE, *parameters, _OVERWRITE),
        body=json_body(body, description="Code is text, or a zip in base64"),
        security=KEY,
    )


def _removal(operation_id: str, summary: str, *parameters: Node) -> Node:
    responses = {200: answer("It is gone", _OBJECT), **_refusals(401, 404, 409)}
    return operation(TAG, operation_id, summary, responses, parameters=(_NAMESPACE, *parameters), security=KEY)


def _log_forwarding(operation_id: str, summary: str, body: Node | None = None) -> Node:
    responses = {200: answer("Logs stay in I/O Runtime", _OBJECT), **_refusals(*((400, 401) if body else (401,)))}
    return operation(TAG, operation_id, summary, responses, parameters=(_NAMESPACE,), body=body, security=KEY)


_ROOT: Final = "/api/v1/namespaces/{namespace}"
_FORWARDING: Final = "/runtime/namespaces/{namespace}/logForwarding"
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
        "put": _deployment("putDefaultAction", "Deploy an action", _ACTION_BODY, _ACTION),
        "delete": _removal("deleteDefaultAction", "Remove an action", _ACTION),
    },
    f"{_ROOT}/actions/{{package}}/{{action}}": {
        "get": _read("getAction", "One action of a package", _OBJECT, _NAMESPACE, _PACKAGE, _ACTION),
        "post": _invocation("invokeAction", _PACKAGE, _ACTION),
        "put": _deployment("putAction", "Deploy an action of a package", _ACTION_BODY, _PACKAGE, _ACTION),
        "delete": _removal("deleteAction", "Remove an action of a package", _PACKAGE, _ACTION),
    },
    f"{_ROOT}/packages": {"get": _read("listPackages", "Packages", array(_OBJECT), _NAMESPACE, *_WINDOW)},
    f"{_ROOT}/packages/{{package}}": {
        "get": _read("getPackage", "One package, and its actions", _OBJECT, _NAMESPACE, _PACKAGE),
        "put": _deployment("putPackage", "Make a package", _PACKAGE_BODY, _PACKAGE),
        "delete": _removal("deletePackage", "Remove an empty package", _PACKAGE),
    },
    f"{_ROOT}/triggers": {"get": _read("listTriggers", "Triggers: none", array(_OBJECT), _NAMESPACE)},
    f"{_ROOT}/rules": {"get": _read("listRules", "Rules: none", array(_OBJECT), _NAMESPACE)},
    _ROOT: {"get": _read("getNamespace", "Everything in a namespace", _OBJECT, _NAMESPACE)},
    _FORWARDING: {
        "get": _log_forwarding("getLogForwarding", "Where logs go"),
        "put": _log_forwarding("putLogForwarding", "Say where logs go", json_body(_OBJECT)),
    },
    f"{_FORWARDING}/errors": {"get": _log_forwarding("getLogForwardingErrors", "What was not forwarded: nothing")},
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
