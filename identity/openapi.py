"""What the IMS answers, for the OpenAPI document (wire contract, section 5.4)."""

from typing import Final

from contract.openapi import (
    BEARER,
    BOOLEAN,
    INTEGER,
    NO_LOGIN,
    STRING,
    Node,
    answer,
    array,
    choice,
    form,
    form_body,
    operation,
    path,
    query,
)

TAG: Final = "IMS"
_VERSION: Final = path("version", "Any version: v1, v2, v3, v4 …")
_ERROR: Final = form({"error": STRING, "error_description": STRING}, ["error"])
_REFUSED: Final = answer("Unknown client, wrong secret, assertion or grant", _ERROR)
_UNAUTHENTICATED: Final = answer("The bearer token is missing or wrong", _ERROR)
_TOKEN: Final = answer(
    "A token",
    form(
        {"access_token": STRING, "token_type": STRING, "expires_in": INTEGER, "refresh_token": STRING},
        ["access_token", "token_type", "expires_in"],
    ),
)
_CLIENT: Final = {"client_id": STRING, "client_secret": STRING}
_EXCHANGE: Final = form_body({**_CLIENT, "jwt_token": STRING}, ["client_id", "client_secret", "jwt_token"])


def _exchange(operation_id: str) -> Node:
    return operation(
        TAG,
        operation_id,
        "Exchange a signed JWT for an access token",
        {200: _TOKEN, 400: _REFUSED},
        body=_EXCHANGE,
        security=NO_LOGIN,
    )


PATHS: Final[dict[str, Node]] = {
    "/ims/token/{version}": {
        "post": operation(
            TAG,
            "token",
            "A token for client credentials, an authorization code or a refresh token",
            {200: _TOKEN, 400: _REFUSED},
            description="Form fields; `client_id` may be in the query. `expires_in` is in seconds.",
            parameters=(_VERSION, query("client_id", "In the query or in the form")),
            body=form_body(
                {
                    "grant_type": choice("client_credentials", "authorization_code", "refresh_token"),
                    **_CLIENT,
                    "scope": {"type": "string", "description": "Comma separated"},
                    "org_id": STRING,
                    "code": STRING,
                    "refresh_token": STRING,
                },
                ["grant_type"],
            ),
            security=NO_LOGIN,
        )
    },
    "/ims/exchange/jwt": {"post": _exchange("exchangeJwt")},
    "/ims/exchange/v1/jwt": {"post": _exchange("exchangeJwtV1")},
    "/ims/validate_token/{version}": {
        "post": operation(
            TAG,
            "validateToken",
            "Is a token good?",
            {
                200: answer(
                    "What it says, or why not", form({"valid": BOOLEAN, "token": {"type": "object"}, "reason": STRING})
                )
            },
            parameters=(_VERSION,),
            body=form_body({"token": STRING, "type": STRING, "client_id": STRING}),
            security=NO_LOGIN,
        )
    },
    "/ims/invalidate_token/{version}": {
        "post": operation(
            TAG,
            "invalidateToken",
            "End a token before its time",
            {200: answer("It is not good any more", {"type": "object"}), 400: _REFUSED},
            parameters=(_VERSION,),
            body=form_body({"token": STRING, "token_type": STRING, **_CLIENT}),
            security=NO_LOGIN,
        )
    },
    "/ims/organizations/{version}": {
        "get": operation(
            TAG,
            "organizations",
            "Organizations of the token",
            {200: answer("Organizations", array({"type": "object"})), 401: _UNAUTHENTICATED},
            parameters=(_VERSION,),
            security=BEARER,
        )
    },
    "/ims/profile/{version}": {
        "get": operation(
            TAG,
            "profile",
            "Whose token it is",
            {200: answer("The technical account", {"type": "object"}), 401: _UNAUTHENTICATED},
            parameters=(_VERSION,),
            security=BEARER,
        )
    },
    "/ims/authorize/{version}": {
        "get": operation(
            TAG,
            "authorize",
            "The code flow: sends the browser back with a code",
            {302: answer("Back to redirect_uri", headers=["Location"]), 400: _REFUSED},
            parameters=(
                _VERSION,
                query("client_id", "Integration", required=True),
                query("redirect_uri", "A URL of this machine", required=True),
                query("scope", "Comma separated"),
                query("state", "Given back"),
            ),
            security=NO_LOGIN,
        )
    },
    "/ims/keys": {
        "get": operation(
            TAG,
            "keys",
            "The keys that tokens are signed with",
            {200: answer("JSON Web Key Set", form({"keys": array({"type": "object"})}))},
            security=NO_LOGIN,
        )
    },
}
SCHEMAS: Final[dict[str, Node]] = {}
