"""Login, logout and the CSRF token, at the URLs that Adobe's test clients and browser libraries call."""

from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repository.auth import csrf
from repository.auth.access import open_to_all

START_PAGE = "/assets.html/content/dam"
CHECK_PATH = "/libs/granite/core/content/login.html/j_security_check"


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD"])
def login_page(request: HttpRequest) -> HttpResponse:
    """`resource` is where to go afterwards; `j_reason` says that the last try failed."""
    context = {
        "check_path": CHECK_PATH,
        "resource": _local(request, request.GET.get("resource", "")),
        "failed": "j_reason" in request.GET,
    }
    return render(request, "login.html", context)


@open_to_all
@never_cache
@require_POST
def security_check(request: HttpRequest) -> HttpResponse:
    """The form's target. With `j_validate=true` (scripts) it answers 200 or 403 instead of redirecting."""
    form = request.POST
    user = _user(form.get("j_username", ""), form.get("j_password", ""))
    validate_only = form.get("j_validate", "").lower() == "true"
    resource = _local(request, form.get("resource") or form.get("sling.auth.redirect") or "")
    if user is None:
        return _refused(resource, validate_only)
    login(request, user)
    return HttpResponse() if validate_only else HttpResponseRedirect(resource)


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    resource = request.GET.get("resource", "")
    return HttpResponseRedirect(_local(request, resource) if resource else settings.LOGIN_URL)


@open_to_all
@never_cache
@require_GET
def csrf_token(request: HttpRequest) -> HttpResponse:
    token = csrf.token_of(request)
    return HttpResponse(orjson.dumps({"token": token} if token else {}), content_type="application/json")


def _user(username: str, password: str) -> User | None:
    found = None if "\0" in username else authenticate(username=username, password=password)
    return found if isinstance(found, User) else None


def _refused(resource: str, validate_only: bool) -> HttpResponse:
    if validate_only:
        reason = {"X-Reason": "User name and password do not match", "X-Reason-Code": "invalid_login"}
        return HttpResponse(status=403, headers=reason)
    query = {"resource": resource, "j_reason": "invalid_login", "j_reason_code": "invalid_login"}
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode(query)}")


def _local(request: HttpRequest, resource: str) -> str:
    """`resource` when it leads to this server, else the start page: a login must not redirect elsewhere."""
    allowed = url_has_allowed_host_and_scheme(resource, allowed_hosts={request.get_host()}, require_https=False)
    return resource if allowed else START_PAGE
