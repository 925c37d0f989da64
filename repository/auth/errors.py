"""Everything that the login refuses.

AuthError
├── InvalidCredentials     a user name and password that do not belong together, or an unreadable header
├── InvalidBearer          a bearer token that the IMS did not issue, or that expired
├── ImsUnreachable         the token cannot be checked now (may be tried again)
└── CsrfRefused            a browser's cookie session asked for a change without its CSRF token
"""

from typing import ClassVar


class AuthError(Exception):
    """`reason` is what AEM's `j_reason_code` and `X-Reason-Code` carry."""

    reason: ClassVar[str] = "unknown"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidCredentials(AuthError):
    reason = "invalid_login"


class InvalidBearer(AuthError):
    reason = "invalid_token"


class ImsUnreachable(AuthError):
    reason = "ims_unreachable"


class CsrfRefused(AuthError):
    reason = "csrf"
