"""What the Asset Compute service answers, for the OpenAPI document (wire contract, section 1)."""

from typing import Final

from contract.openapi import (
    BEARER,
    BOOLEAN,
    STRING,
    Node,
    answer,
    form,
    header,
    json_body,
    operation,
    path,
    ref,
    schemas,
)
from contract.process import ProcessAnswer, ProcessRequest, RegisterAnswer

TAG: Final = "Asset Compute"
_OBJECT: Final[Node] = {"type": "object"}
_PARAMETERS: Final = (
    header("x-gw-ims-org-id", "Organization, `<id>@AdobeOrg`; `x-ims-org-id` is taken as well", required=True),
    header("x-api-key", "Client id of the access token", required=True),
    header("x-request-id", "Echoed, and in every event; made when it is missing"),
)
_REFUSED: Final = form({"ok": BOOLEAN, "requestId": STRING, "message": STRING}, ["ok", "requestId"])


def _refusals(*statuses: int) -> dict[int, Node]:
    reasons = {
        400: "A header or field is missing, or the body is no request",
        401: "The bearer token or API key is missing or wrong",
        403: "The token lacks the scope, or belongs to another organization",
        404: "The client is not registered",
        429: "Too many requests: wait `retry-after` seconds",
        503: "The IMS does not answer",
    }
    return {
        status: answer(reasons[status], headers=["retry-after"]) if status == 429 else answer(reasons[status], _REFUSED)
        for status in statuses
    }


PATHS: Final[dict[str, Node]] = {
    "/register": {
        "post": operation(
            TAG,
            "register",
            "Register the client; answers with the URL of its journal",
            {200: answer("Registered, perhaps already before", ref("RegisterAnswer")), **_refusals(400, 401, 403, 503)},
            parameters=_PARAMETERS,
            security=BEARER,
        )
    },
    "/unregister": {
        "post": operation(
            TAG,
            "unregister",
            "End the registration",
            {200: answer("Unregistered", _REFUSED), **_refusals(400, 401, 403, 404, 503)},
            parameters=_PARAMETERS,
            security=BEARER,
        )
    },
    "/process": {
        "post": operation(
            TAG,
            "process",
            "Make renditions of a source",
            {200: answer("Accepted", ref("ProcessAnswer")), **_refusals(400, 401, 403, 404, 429, 503)},
            description="Answers at once. What becomes of each rendition is an event in the journal of the client.",
            parameters=_PARAMETERS,
            body=json_body(ref("ProcessRequest")),
            security=BEARER,
        )
    },
    "/_aemulator/activations/{activation}": {
        "get": operation(
            "Control",
            "serviceActivation",
            "An activation of the service itself; I/O Runtime answers with it, too",
            {
                200: answer("When it was, who worked on it, and a line for each rendition that is finished", _OBJECT),
                401: answer("The key of I/O Runtime is needed", _OBJECT),
                404: answer("It is not known", _OBJECT),
            },
            parameters=(path("activation", "Activation id"),),
            security=[{"basic": []}],
        )
    },
}
SCHEMAS: Final = schemas(ProcessRequest, ProcessAnswer, RegisterAnswer)
