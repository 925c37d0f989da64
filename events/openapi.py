"""What I/O Events answers, for the OpenAPI document (wire contract, section 3)."""

from typing import Final

from contract.events import JournalPage, RenditionEvent
from contract.openapi import (
    BEARER,
    BOOLEAN,
    INTEGER,
    NO_LOGIN,
    STRING,
    Node,
    answer,
    array,
    form,
    header,
    json_body,
    operation,
    path,
    query,
    ref,
    schemas,
)
from contract.registration import RegistrationAnswer, RegistrationRequest

TAG: Final = "I/O Events"
_JOURNAL: Final = "/events/organizations/{consumer}/integrations/{credential}/{registration}"
_REGISTRATIONS: Final = "/events/{consumer}/{project}/{workspace}/registrations"
_HAL: Final = "application/hal+json"
_CALLER: Final = (
    header("x-ims-org-id", "Organization, `<id>@AdobeOrg`", required=True),
    header("x-api-key", "Client id of the access token", required=True),
)
_JOURNAL_PARAMETERS: Final = (
    path("consumer", "Consumer organization"),
    path("credential", "Credential of the integration"),
    path("registration", "Registration"),
)
_WORKSPACE_PARAMETERS: Final = (
    path("consumer", "Consumer organization"),
    path("project", "Project"),
    path("workspace", "Workspace"),
)
_SINCE: Final = query("since", "A position: what comes strictly after it")
_ERROR: Final = form({"error_code": STRING, "message": STRING})


def _refusals(*statuses: int) -> dict[int, Node]:
    reasons = {
        400: "A parameter, header or the body is not right",
        401: "The bearer token is missing or wrong",
        403: "The API key or the organization does not go with the token",
        404: "There is no such registration",
        409: "There is a registration of that name: `x-conflicting-id`",
        410: "The position is older than what the journal keeps",
    }
    return {status: answer(reasons[status], _ERROR) for status in statuses}


_PUBLISHED: Final = {
    200: answer("In at least one journal", STRING, "text/plain"),
    204: answer("Nobody is registered for it"),
    **_refusals(400, 401, 403),
}
_REGISTRATION: Final = answer("The registration", ref("RegistrationAnswer"), _HAL)
PATHS: Final[dict[str, Node]] = {
    _JOURNAL: {
        "get": operation(
            TAG,
            "readJournal",
            "Read a journal",
            {
                200: answer("A batch, in order", ref("JournalPage"), headers=["Link"]),
                204: answer("The end of the journal", headers=["Link", "retry-after"]),
                **_refusals(400, 401, 403, 404, 410),
            },
            description="Follow the link `next` of every answer. At its end, wait `retry-after` seconds.",
            parameters=(
                *_JOURNAL_PARAMETERS,
                *_CALLER,
                _SINCE,
                query("limit", "At most so many events", INTEGER),
                query("latest", "Start at the end", BOOLEAN),
                query("seek", "Start so long ago: a negative ISO 8601 duration such as `-PT2H`"),
            ),
            security=BEARER,
        )
    },
    f"{_JOURNAL}/validate": {
        "get": operation(
            TAG,
            "validatePosition",
            "Can a position still be read from?",
            {200: answer("Yes", form({"valid": BOOLEAN})), **_refusals(400, 401, 403, 404, 410)},
            parameters=(*_JOURNAL_PARAMETERS, *_CALLER, _SINCE),
            security=BEARER,
        )
    },
    f"{_JOURNAL}/count": {
        "get": operation(
            TAG,
            "countEvents",
            "How many events come after a position?",
            {200: answer("So many", form({"count": INTEGER})), **_refusals(400, 401, 403, 404, 410)},
            parameters=(*_JOURNAL_PARAMETERS, *_CALLER, _SINCE),
            security=BEARER,
        )
    },
    "/api/events": {
        "post": operation(
            TAG,
            "publishEvent",
            "Publish an event (the ingress that worker SDKs use)",
            _PUBLISHED,
            parameters=_CALLER,
            body=json_body(
                form(
                    {
                        "user_guid": STRING,
                        "provider_id": STRING,
                        "event_code": STRING,
                        "event": {"type": "string", "description": "base64 of the event's JSON, see RenditionEvent"},
                    },
                    ["user_guid", "provider_id", "event_code", "event"],
                )
            ),
            security=BEARER,
        )
    },
    "/api/cloudevents": {
        "post": operation(
            TAG,
            "publishCloudEvent",
            "Publish a CloudEvent in structured mode (`POST /` too)",
            _PUBLISHED,
            parameters=_CALLER,
            body={
                "required": True,
                "content": {"application/cloudevents+json": {"schema": {"type": "object"}}},
            },
            security=BEARER,
        )
    },
    "/events/webhooks/asset-compute": {
        "post": operation(
            TAG,
            "publishBySignature",
            "Publish an event with a signature instead of a token",
            _PUBLISHED,
            parameters=(
                *_CALLER,
                header("x-ac-hmac-signature", "base64 of an RSA-SHA256 signature of the body", required=True),
            ),
            body=json_body(
                form({"user_guid": STRING, "event_code": STRING, "event": ref("RenditionEvent")}, ["event"])
            ),
            security=NO_LOGIN,
        )
    },
    "/events/{consumer}/registrations": {
        "get": operation(
            TAG,
            "listRegistrationsOfOrganization",
            "Registrations of an organization",
            {200: answer("HAL", {"type": "object"}, _HAL), **_refusals(401, 403)},
            parameters=(path("consumer", "Consumer organization"), *_CALLER),
            security=BEARER,
        )
    },
    _REGISTRATIONS: {
        "get": operation(
            TAG,
            "listRegistrations",
            "Registrations of a workspace",
            {200: answer("HAL", {"type": "object"}, _HAL), **_refusals(401, 403)},
            parameters=(*_WORKSPACE_PARAMETERS, *_CALLER),
            security=BEARER,
        ),
        "post": operation(
            TAG,
            "createRegistration",
            "Register for events",
            {201: _REGISTRATION, **_refusals(400, 401, 403, 409)},
            parameters=(*_WORKSPACE_PARAMETERS, *_CALLER),
            body=json_body(ref("RegistrationRequest")),
            security=BEARER,
        ),
    },
    f"{_REGISTRATIONS}/{{registration}}": {
        "parameters": [*_WORKSPACE_PARAMETERS, path("registration", "Registration"), *_CALLER],
        "get": operation(
            TAG,
            "readRegistration",
            "One registration",
            {200: _REGISTRATION, **_refusals(401, 403, 404)},
            security=BEARER,
        ),
        "put": operation(
            TAG,
            "updateRegistration",
            "Change a registration",
            {200: _REGISTRATION, **_refusals(400, 401, 403, 404)},
            body=json_body(ref("RegistrationRequest")),
            security=BEARER,
        ),
        "delete": operation(
            TAG,
            "deleteRegistration",
            "End a registration",
            {204: answer("Ended"), **_refusals(401, 403, 404)},
            security=BEARER,
        ),
    },
}
SCHEMAS: Final = {
    **schemas(JournalPage, RenditionEvent, RegistrationRequest, RegistrationAnswer),
    "Registrations": array(ref("RegistrationAnswer")),
}
