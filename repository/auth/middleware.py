"""The door of the repository: every view of this box asks for an identity, unless it is `open_to_all`.

Views of the other boxes have their own doors and pass untouched, but for their pages (`shell.access.for_people`).
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from repository.auth import csrf
from repository.auth.access import is_open
from repository.auth.challenge import unauthorized
from repository.auth.errors import AuthError, CsrfRefused
from repository.auth.identification import Scheme, by_header
from repository.refusals import Refusal, refusal
from shell.access import is_for_people

_BOX = "repository."


class RepositoryDoor:
    """Goes after Django's session and authentication middleware; sets `request.user` and `request.auth_scheme`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        if not (getattr(view, "__module__", "").startswith(_BOX) or is_for_people(view)):
            return None
        error = _sign_in(request)
        if is_open(view):
            return None
        if error or not request.user.is_authenticated:
            query = request.META.get("QUERY_STRING", "")
            return _response(unauthorized(request.method or "", request.path, query, request.headers, error))
        try:
            csrf.check(request, scheme_of(request))
        except CsrfRefused as err:
            return _response(refusal(HTTPStatus.FORBIDDEN, request.path, err.message))
        return None


def scheme_of(request: HttpRequest) -> Scheme:
    scheme: Scheme = getattr(request, "auth_scheme", Scheme.SESSION)
    return scheme


def _sign_in(request: HttpRequest) -> AuthError | None:
    """An Authorization header wins over a session; a wrong one is not forgiven for a right cookie."""
    try:
        identity = by_header(request.headers)
    except AuthError as err:
        return err
    if identity:
        request.user = identity.user
        request.auth_scheme = identity.scheme  # type: ignore[attr-defined]
    return None


def _response(refused: Refusal) -> HttpResponse:
    return HttpResponse(refused.body, status=refused.status, headers=refused.headers)
