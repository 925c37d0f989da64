"""What an anonymous or refused request is answered: 401 for programs, the login page for people.

A browser that opens a page is sent to the login page and comes back to `resource`. Everything else gets 401 with a
Basic challenge, in the shape of the API that was called. Requests of a page's own scripts get no Basic challenge: the
browser would open its own password dialog over the page.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings

from repository.auth.errors import AuthError, ImsUnreachable, InvalidBearer
from repository.refusals import Refusal, refusal

BASIC_CHALLENGE = 'Basic realm="AEMulator", charset="UTF-8"'
# For scripts of a page: a scheme that no browser has a dialog for.
FORM_CHALLENGE = 'Form realm="AEMulator"'

_BROWSER = re.compile(r"Mozilla/|Opera/")
_PROGRAM_PATHS = ("/_aemulator/", "/api/", "/api.json", "/bin/", "/adobe/", "/libs/granite/csrf/")


def is_browser(headers: Mapping[str, str]) -> bool:
    return bool(_BROWSER.match(headers.get("user-agent", "")))


def unauthorized(method: str, path: str, query: str, headers: Mapping[str, str], error: AuthError | None) -> Refusal:
    """For a request without an identity; `error` says what was wrong with the one it claimed."""
    if error is None and _opens_page(method, path, headers):
        return _to_login(path, query)
    if isinstance(error, ImsUnreachable):
        return _try_again(path, error)
    refused = refusal(HTTPStatus.UNAUTHORIZED, path, error.message if error else "Authentication is required")
    refused.headers["WWW-Authenticate"] = _challenge(headers, error)
    if _is_script(headers):
        refused.headers["HX-Redirect"] = settings.LOGIN_URL
    return refused


def _try_again(path: str, error: AuthError) -> Refusal:
    refused = refusal(HTTPStatus.SERVICE_UNAVAILABLE, path, error.message)
    refused.headers["Retry-After"] = "1"
    return refused


def _opens_page(method: str, path: str, headers: Mapping[str, str]) -> bool:
    if method not in {"GET", "HEAD"} or _is_script(headers) or "authorization" in headers:
        return False
    is_page_path = not path.startswith(_PROGRAM_PATHS) and not path.endswith((".json", ".xml"))
    return is_page_path and is_browser(headers) and "text/html" in headers.get("accept", "")


def _is_script(headers: Mapping[str, str]) -> bool:
    return "hx-request" in headers or headers.get("x-requested-with", "") == "XMLHttpRequest"


def _to_login(path: str, query: str) -> Refusal:
    resource = f"{path}?{query}" if query else path
    target = f"{settings.LOGIN_URL}?{urlencode({'resource': resource})}"
    return Refusal(HTTPStatus.FOUND, headers={"Location": target, "Cache-Control": "no-store"})


def _challenge(headers: Mapping[str, str], error: AuthError | None) -> str:
    if _is_script(headers):
        return FORM_CHALLENGE
    if isinstance(error, InvalidBearer):
        return f'Bearer realm="AEMulator", error="invalid_token", {BASIC_CHALLENGE}'
    return BASIC_CHALLENGE
