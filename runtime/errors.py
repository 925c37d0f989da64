"""Everything that can go wrong in I/O Runtime.

RuntimeBoxError
├── DeploymentError             what was to be deployed cannot be: one message for the person at the terminal
├── Refusal                     a request that is answered with `status` and {"error": …, "code": …}
│   ├── BadRequest              400
│   ├── Unauthorized            401
│   │   └── KeyNeeded           … with the key of the REST API
│   ├── Forbidden               403
│   ├── NotFound                404
│   ├── MethodNotAllowed        405
│   ├── Conflict                409
│   ├── TooLarge                413
│   └── TooManyRequests         429
└── RunFailed                   an activation that ends without the action's own word; `state` is its end
    ├── ActionBroken            cannot be loaded
    ├── ActionDied              its process ended by itself, or was ended at a limit
    └── CannotRun               not the action's fault: no Node, or the server ends
"""

from typing import ClassVar

DEVELOPER_ERROR = "developer error"
INTERNAL_ERROR = "internal error"


class RuntimeBoxError(Exception):
    pass


class DeploymentError(RuntimeBoxError):
    pass


class Refusal(RuntimeBoxError):
    status: ClassVar[int] = 500


class BadRequest(Refusal):
    status = 400


class Unauthorized(Refusal):
    status = 401


class KeyNeeded(Unauthorized):
    """Answered with a challenge, for which browsers open a dialog."""


class Forbidden(Refusal):
    status = 403


class NotFound(Refusal):
    status = 404

    def __init__(self, message: str = "The requested resource does not exist.") -> None:
        super().__init__(message)


class MethodNotAllowed(Refusal):
    status = 405


class Conflict(Refusal):
    status = 409


class TooLarge(Refusal):
    status = 413


class TooManyRequests(Refusal):
    status = 429


class RunFailed(RuntimeBoxError):
    state: ClassVar[str] = DEVELOPER_ERROR
    timed_out: bool = False


class ActionBroken(RunFailed):
    pass


class ActionDied(RunFailed):
    def __init__(self, message: str, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class CannotRun(RunFailed):
    state = INTERNAL_ERROR
