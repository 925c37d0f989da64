"""What a Sling POST refuses by itself, and the status of everything it may meet.

SlingPostError
├── InvalidParameter       a control parameter that cannot be understood (400)
├── PreconditionFailed     the destination exists, or its parent does not (412)
├── OperationForbidden     a delete through a URL with selectors, extension or suffix (403)
└── UnknownOperation       `:operation` names none (400; Sling says 500)
"""

from typing import ClassVar

from repository.errors import (
    BlobStorageError,
    ConstraintViolation,
    InvalidPath,
    InvalidValue,
    NodeExists,
    NodeNotFound,
    ParentNotFound,
    RepositoryError,
)


class SlingPostError(RepositoryError):
    status: ClassVar[int] = 400


class InvalidParameter(SlingPostError):
    reason = "InvalidParameter"


class PreconditionFailed(SlingPostError):
    reason = "PreconditionFailed"
    status = 412


class OperationForbidden(SlingPostError):
    reason = "OperationForbidden"
    status = 403


class UnknownOperation(SlingPostError):
    reason = "UnknownOperation"


# Sling: 422 for a payload that can never be right, 409 for one that the state of the repository refuses.
_STATUSES: tuple[tuple[type[RepositoryError], int], ...] = (
    (InvalidValue, 422),
    (InvalidPath, 422),
    (ParentNotFound, 412),
    (NodeNotFound, 404),
    (NodeExists, 409),
    (ConstraintViolation, 409),
    (BlobStorageError, 502),
)


def status_of(error: RepositoryError) -> int:
    if isinstance(error, SlingPostError):
        return error.status
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 409)
