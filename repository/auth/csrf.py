"""Granite's CSRF token: a browser with a login cookie must send it with every change.

Programs need none: Basic and Bearer prove who sends, and what is no browser follows no foreign page's form. What
remains is a browser that remembered a Basic login: a change that it says comes from a foreign site is refused.
"""

import hmac

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from repository.auth.challenge import is_browser
from repository.auth.errors import CsrfRefused
from repository.auth.identification import Scheme

PARAMETER = ":cq_csrf_token"
HEADER = "CSRF-Token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def token_of(request: HttpRequest) -> str | None:
    """The token of the request's session, or of its user when it came without one; None for an anonymous request."""
    if not request.user.is_authenticated:
        return None
    owner = request.session.session_key or f"user:{request.user.pk}"
    return salted_hmac("repository.auth.csrf", owner, algorithm="sha256").hexdigest()


def check(request: HttpRequest, scheme: Scheme) -> None:
    """Raises `CsrfRefused` when the request may have been made by a foreign page."""
    if request.method in _SAFE_METHODS or not is_browser(request.headers):
        return
    if scheme is Scheme.BASIC and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise CsrfRefused("A page of another site may not change this repository")
    if scheme is Scheme.SESSION and not _has_token(request):
        raise CsrfRefused("The CSRF token is missing or is not this session's: read /libs/granite/csrf/token.json")


def _has_token(request: HttpRequest) -> bool:
    sent = request.headers.get(HEADER) or request.GET.get(PARAMETER) or _form_token(request)
    expected = token_of(request)
    return bool(sent and expected) and hmac.compare_digest(str(sent).encode(), str(expected).encode())


def _form_token(request: HttpRequest) -> str:
    return request.POST.get(PARAMETER, "") if request.content_type in _FORM_TYPES else ""
