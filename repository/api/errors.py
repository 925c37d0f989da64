"""The status that each refusal of the repository has in the Assets HTTP API, and the body it comes in.

AssetsApiError
├── BadRequest             400 a body, parameter or header that cannot be understood
├── PreconditionFailed     412 a header is missing, the target exists, or its parent does not
└── NotSupported           405 what this API cannot do in the cloud
"""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.exceptions import APIException

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
from repository.refusals import siren


class AssetsApiError(RepositoryError):
    status: ClassVar[int] = 400


class BadRequest(AssetsApiError):
    reason = "BadRequest"


class PreconditionFailed(AssetsApiError):
    reason = "PreconditionFailed"
    status = 412


class NotSupported(AssetsApiError):
    reason = "NotSupported"
    status = 405


_STATUSES: tuple[tuple[type[RepositoryError], int], ...] = (
    (InvalidPath, 400),
    (InvalidValue, 400),
    (ParentNotFound, 412),
    (NodeNotFound, 404),
    (NodeExists, 409),
    (ConstraintViolation, 409),
    (BlobStorageError, 502),
)


def status_of(error: RepositoryError) -> int:
    if isinstance(error, AssetsApiError):
        return error.status
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 400)


def refused(error: RepositoryError | APIException, path: str) -> HttpResponse:
    """The Siren form of an error of ours, or of Django REST Framework's (unreadable body, media type, method)."""
    if isinstance(error, RepositoryError):
        refusal = siren(status_of(error), path, error.message)
    else:
        refusal = siren(error.status_code, path, str(error.detail))
    return HttpResponse(refusal.body, status=refusal.status, headers=refusal.headers)
