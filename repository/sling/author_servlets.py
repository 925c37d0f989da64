"""Servlets of AEM's author that Adobe's own test clients call: who am I, versions of an asset, deleting pages."""

from http import HTTPStatus

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from repository import tree, versions
from repository.auth.accounts import home_of
from repository.errors import InvalidPath, NodeNotFound, RepositoryError
from repository.paths import ROOT, NodePath
from repository.refusals import page
from repository.sling import parameters
from repository.sling.errors import InvalidParameter, status_of
from repository.sling.get import JSON
from repository.sling.outcome import Outcome
from repository.sling.post import answer, user_of
from repository.versions import Version


@never_cache
@require_safe
def user_info(request: HttpRequest) -> HttpResponse:
    """/libs/cq/security/userinfo.json and /libs/granite/security/currentuser.json."""
    user = request.user
    name = user.get_username()
    return _json(
        {
            "userID": name,
            "userName": getattr(user, "get_full_name", str)() or name,
            "authorizableId": name,
            "authorizableId_xss": name,
            "name": name,
            "type": "user",
            "home": home_of(name),
            "isAdmin": bool(getattr(user, "is_superuser", False)),
            "impersonated": False,
        }
    )


@require_safe
def list_versions(request: HttpRequest, path: str) -> HttpResponse:
    """`<asset>.version.json`; AEM's date format, newest first."""
    try:
        listed = versions.listed(NodePath.from_url(f"/{path}"))
    except RepositoryError as err:
        refused = page(404 if isinstance(err, InvalidPath) else status_of(err), err.message)
        return HttpResponse(refused.body, status=refused.status, headers=refused.headers)
    return _json({"versions": [_version(version) for version in reversed(listed)]})


@require_POST
def change_versions(request: HttpRequest, path: str) -> HttpResponse:
    """`<asset>.version.html`: `cmd=createVersion` with label and comment, or `cmd=restoreVersion` with id."""
    outcome = Outcome(ROOT, request.headers.get("Referer", ""))
    sent = parameters.PostParameters({}, {})
    try:
        sent = parameters.of(request)
        outcome.path = NodePath.from_url(f"/{path}")
        _change_versions(sent, outcome, user_of(request))
    except RepositoryError as err:
        outcome.refuse(status_of(err), err.message, err.reason)
    return answer(request, sent, outcome)


@require_http_methods(["POST"])
def wcm_command(request: HttpRequest) -> HttpResponse:
    """`/bin/wcmcommand`: `cmd=deletePage` with one or more paths."""
    outcome = Outcome(ROOT, request.headers.get("Referer", ""))
    sent = parameters.PostParameters({}, {})
    try:
        sent = parameters.of(request)
        if sent.first("cmd") != "deletePage":
            raise InvalidParameter("The parameter cmd must be deletePage")
        _delete_pages(sent, outcome)
    except RepositoryError as err:
        outcome.refuse(status_of(err), err.message, err.reason)
    return answer(request, sent, outcome)


def _change_versions(sent: parameters.PostParameters, outcome: Outcome, user: str) -> None:
    command = sent.first("cmd")
    if command == "createVersion":
        versions.create(outcome.path, label=sent.first("label"), comment=sent.first("comment"), user=user)
        outcome.add("checkin", outcome.path)
    elif command == "restoreVersion":
        versions.restore(outcome.path, sent.first("id"), user)
        outcome.add("restore", outcome.path)
    else:
        raise InvalidParameter("The parameter cmd must be createVersion or restoreVersion")


def _delete_pages(sent: parameters.PostParameters, outcome: Outcome) -> None:
    paths = [NodePath(path) for path in sent.texts.get("path", ())]
    if not paths:
        raise InvalidParameter("The parameter path is missing")
    with tree.writing():
        for path in paths:
            outcome.path = path
            if not tree.exists(path):
                raise NodeNotFound(path)
            tree.delete(path)
            outcome.add("deleted", path)


def _version(version: Version) -> dict[str, object]:
    return {
        "id": version.id,
        "name": version.name,
        "label": version.label,
        "comment": version.comment,
        "title": version.name,
        "created": f"{version.created:%d.%m.%Y %H:%M:%S}" if version.created else "",
        "createdBy": version.created_by,
        "path": version.path,
    }


def _json(body: object) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=HTTPStatus.OK, content_type=JSON)
