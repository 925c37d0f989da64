"""What the IMS refuses, each with the `error` code and status that it has on the wire.

ImsError
├── InvalidRequest      400 invalid_request         a parameter is missing or the body is not a form
├── InvalidClient       400 invalid_client          unknown client, or wrong secret
├── UnsupportedGrant    400 unsupported_grant_type  grant type that this endpoint does not have
├── InvalidGrant        400 invalid_grant           authorization code or refresh token not ours, used up or expired
├── InvalidScope        400 invalid_scope           none of the asked scopes belongs to the integration
├── InvalidAssertion    400 invalid_token           the JWT to exchange is wrong: signature, audience, expiry, account
└── Unauthenticated     401 invalid_token           the bearer token of the request is missing or not valid
"""

from typing import ClassVar


class ImsError(Exception):
    """An answer of the IMS that is not a success; `str()` is its error_description."""

    status: ClassVar[int] = 400
    code: ClassVar[str]

    def body(self) -> dict[str, str]:
        return {"error": self.code, "error_description": str(self)}


class InvalidRequest(ImsError):
    code = "invalid_request"


class InvalidClient(ImsError):
    code = "invalid_client"


class UnsupportedGrant(ImsError):
    code = "unsupported_grant_type"


class InvalidGrant(ImsError):
    code = "invalid_grant"


class InvalidScope(ImsError):
    code = "invalid_scope"


class InvalidAssertion(ImsError):
    code = "invalid_token"


class Unauthenticated(ImsError):
    status = 401
    code = "invalid_token"
