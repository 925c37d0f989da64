"""What the Asset Compute service refuses (wire contract, section 1.5): `{ok: false, requestId, message}`.

Refusal
├── InvalidRequest    400  malformed JSON, missing fields
├── Unauthorized      401  token or API key missing or not valid
├── Forbidden         403  the token lacks the scope of the service, or belongs to another organization
├── NotRegistered     404  the client has not called /register, or has called /unregister
├── TooLarge          413  the body is larger than a request may be
├── TooManyRequests   429  over the limit of the settings; empty body, header retry-after
├── Failed            500  a defect of ours; the log has it
├── EventsRefused     502  I/O Events refused to register the client
└── Unavailable       503  the IMS, I/O Events or the database does not answer: try again
"""

from typing import ClassVar


class Refusal(Exception):
    """An answer that is not a success; `str()` is its message."""

    status: ClassVar[int]

    def headers(self) -> dict[str, str]:
        return {}


class InvalidRequest(Refusal):
    status = 400


class Unauthorized(Refusal):
    status = 401

    def headers(self) -> dict[str, str]:
        return {"www-authenticate": "Bearer"}


class Forbidden(Refusal):
    status = 403


class NotRegistered(Refusal):
    status = 404


class TooLarge(Refusal):
    status = 413


class TooManyRequests(Refusal):
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many requests")
        self.retry_after = retry_after

    def headers(self) -> dict[str, str]:
        return {"retry-after": str(self.retry_after)}


class Failed(Refusal):
    status = 500


class EventsRefused(Refusal):
    status = 502


class Unavailable(Refusal):
    status = 503

    def headers(self) -> dict[str, str]:
        return {"retry-after": "1"}
