"""What I/O Events refuses. Bodies are those of Adobe's gateway, `{error_code, message}`, save that of `Expired`.

EventsError
├── BadRequest      400  malformed body, parameter or position
├── Unauthorized    401  the bearer token is missing or not valid
├── Forbidden       403  the API key or the organization does not go with the token
├── NotFound        404  no such registration, or no such path
├── Conflict        409  the workspace has a registration of that name; header x-conflicting-id
├── Expired         410  the position is older than the retention; the body is one line of text
├── TooLarge        413  the event is larger than an event may be
├── Failed          500  a defect of ours; the log has it
└── Unavailable     503  the IMS cannot be asked, or the database is busy: try again
"""

from typing import ClassVar


class EventsError(Exception):
    """An answer that is not a success; `str()` is its message."""

    status: ClassVar[int]

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code or str(self.status)

    def headers(self) -> dict[str, str]:
        return {}


class BadRequest(EventsError):
    status = 400


class Unauthorized(EventsError):
    status = 401

    def headers(self) -> dict[str, str]:
        return {"www-authenticate": "Bearer"}


class Forbidden(EventsError):
    status = 403


class NotFound(EventsError):
    status = 404


class Conflict(EventsError):
    status = 409

    def __init__(self, message: str, conflicting_id: str) -> None:
        super().__init__(message)
        self.conflicting_id = conflicting_id

    def headers(self) -> dict[str, str]:
        return {"x-conflicting-id": self.conflicting_id}


class Expired(EventsError):
    status = 410


class TooLarge(EventsError):
    status = 413


class Failed(EventsError):
    status = 500


class Unavailable(EventsError):
    status = 503

    def headers(self) -> dict[str, str]:
        return {"retry-after": "1"}
