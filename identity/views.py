"""The IMS endpoints of the wire contract, section 5.4. Every answer is JSON, errors as `{error, error_description}`."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse

from identity import directory, grants, integrations, tokens
from identity.errors import ImsError, InvalidClient, InvalidRequest, Unauthenticated
from identity.parameters import bearer_token, parameters

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def endpoint(*methods: str) -> Callable[[View[P]], View[P]]:
    """Allow these methods only, and answer errors of the IMS in its own shape."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                refusal = {"error": "method_not_allowed", "error_description": f"use {' or '.join(methods)}"}
                return JsonResponse(refusal, status=405, headers={"Allow": ", ".join(methods)})
            try:
                return _not_cached(view(request, *args, **kwargs))
            except ImsError as err:
                return _not_cached(_refusal(err))

        return answer

    return decorate


@endpoint("POST")
def token(request: HttpRequest, version: int) -> HttpResponse:
    return JsonResponse(grants.token(parameters(request)))


@endpoint("POST")
def exchange_jwt(request: HttpRequest) -> HttpResponse:
    return JsonResponse(grants.exchange(parameters(request)))


@endpoint("GET", "POST")
def validate_token(request: HttpRequest, version: int) -> HttpResponse:
    """Always 200: `{valid: true, token: <claims>}` or `{valid: false, reason}`."""
    asked = parameters(request)
    try:
        claims = tokens.read(asked.get("token") or bearer_token(request), asked.get("type") or tokens.ACCESS)
        if asked.get("client_id", claims["client_id"]) != claims["client_id"]:
            raise Unauthenticated("client_id_mismatch")
    except Unauthenticated as err:
        return JsonResponse({"valid": False, "reason": str(err)})
    return JsonResponse({"valid": True, "token": claims})


@endpoint("POST")
def invalidate_token(request: HttpRequest, version: int) -> HttpResponse:
    """A token that is not good any more is left alone: invalidating twice is no error."""
    asked = parameters(request)
    if "client_secret" in asked:
        integrations.authenticated(asked.get("client_id", ""), asked["client_secret"])
    presented = asked.get("token") or bearer_token(request)
    try:
        claims = tokens.read(presented, asked.get("token_type") or tokens.ACCESS)
    except Unauthenticated:
        return JsonResponse({})
    if asked.get("client_id", claims["client_id"]) != claims["client_id"]:
        raise InvalidClient("the token was issued to another client")
    tokens.invalidate(claims)
    return JsonResponse({})


@endpoint("GET", "HEAD")
def organizations(request: HttpRequest, version: int) -> HttpResponse:
    return JsonResponse(directory.organizations(tokens.read(bearer_token(request))), safe=False)


@endpoint("GET", "HEAD", "POST")
def profile(request: HttpRequest, version: int = 1) -> HttpResponse:
    return JsonResponse(directory.profile(tokens.read(bearer_token(request))))


@endpoint("GET", "HEAD")
def keys(request: HttpRequest) -> HttpResponse:
    return JsonResponse(tokens.published())


@endpoint("GET")
def authorize(request: HttpRequest, version: int) -> HttpResponse:
    """The code flow without its sign-in page: sends the browser back with a code, to the loopback only."""
    asked = parameters(request)
    integration = integrations.integration_of(asked.get("client_id", ""))
    target = urlsplit(asked.get("redirect_uri", ""))
    if target.scheme not in {"http", "https"} or target.hostname not in LOOPBACK:
        raise InvalidRequest("redirect_uri must be a http or https URL of this machine")
    code = tokens.issue(integration, integrations.granted_scopes(integration, asked.get("scope", "")), tokens.CODE)
    answer = urlencode({"code": code, **({"state": asked["state"]} if "state" in asked else {})})
    query = f"{target.query}&{answer}" if target.query else answer
    return HttpResponseRedirect(urlunsplit(target._replace(query=query)))


def _refusal(err: ImsError) -> JsonResponse:
    headers = {"WWW-Authenticate": "Bearer"} if err.status == 401 else {}
    return JsonResponse(err.body(), status=err.status, headers=headers)


def _not_cached(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store"
    return response
