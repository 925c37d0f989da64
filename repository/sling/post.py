"""Sling POST: which operation, on which path, and what is answered.

Source: sling-org-apache-sling-servlets-post, SlingPostServlet.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from repository import tree, versions
from repository.errors import ConstraintViolation, InvalidPath, NodeExists, NodeNotFound, RepositoryError
from repository.paths import ROOT, NodePath
from repository.refusals import page
from repository.sling import files, form, imports, node_names, parameters, transfer
from repository.sling.errors import OperationForbidden, UnknownOperation, status_of
from repository.sling.modify import Modification
from repository.sling.ordering import order
from repository.sling.outcome import Outcome
from repository.sling.parameters import PostParameters
from repository.sling.resolution import Resolution
from repository.stored_files import stored
from repository.texts import _

_GENERATE = ("/", "/*")
_JSON, _HTML = "application/json", "text/html"
_BODYLESS = frozenset({204, 205, 304})


def write(request: HttpRequest, target: Resolution) -> HttpResponse:
    """The answer to a POST to any URL under Sling's rules."""
    outcome = Outcome(target.path or ROOT, request.headers.get("Referer", ""))
    sent = PostParameters({}, {})
    try:
        sent = parameters.of(request)
        outcome.display_extension = sent.first(":displayExtension")
        _operation(sent)(request, target, sent, outcome)
    except RepositoryError as err:
        outcome.refuse(status_of(err), err.message, err.reason)
    return answer(request, sent, outcome)


def _modify(request: HttpRequest, target: Resolution, sent: PostParameters, outcome: Outcome) -> None:
    base, generate = _base(request, target)
    uploads = [file for several in sent.files.values() for file in several if file.size]
    with stored(map(files.incoming, uploads)) as kept, tree.writing():
        outcome.path = _generated(sent, base) if generate else base
        items = form.items(sent.texts, sent.files, outcome.path)
        by_id = dict(zip(map(id, uploads), kept, strict=True))
        Modification(items, by_id, outcome, user_of(request)).run()
        order(sent.texts, outcome.path, outcome)


def _delete(_request: HttpRequest, target: Resolution, sent: PostParameters, outcome: Outcome) -> None:
    if target.selectors or target.extension or target.suffix:
        raise OperationForbidden(_("A delete cannot include any selectors, extension or suffix"))
    path = _existing_path(target)
    chosen = sent.texts.get(":applyTo")
    with tree.writing():
        for victim in [path] if chosen is None else list(transfer.chosen_paths(chosen, path)):
            tree.delete(victim)
            outcome.add("deleted", victim)


def _copy(request: HttpRequest, target: Resolution, sent: PostParameters, outcome: Outcome) -> None:
    with tree.writing():
        transfer.run(transfer.COPY, sent, _existing_path(target), outcome, user_of(request))


def _move(request: HttpRequest, target: Resolution, sent: PostParameters, outcome: Outcome) -> None:
    with tree.writing():
        transfer.run(transfer.MOVE, sent, _existing_path(target), outcome, user_of(request))


def _import(request: HttpRequest, target: Resolution, sent: PostParameters, outcome: Outcome) -> None:
    with tree.writing():
        outcome.path, _into = _base(request, target)
        imports.run(sent, outcome, user_of(request))


def _nop(_request: HttpRequest, _target: Resolution, sent: PostParameters, outcome: Outcome) -> None:
    """Answers `:nopstatus`; below 200 no server can end a response, and Sling's range ends at 999."""
    wanted = sent.first(":nopstatus")
    status = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 3 else 200
    outcome.refuse(status if 200 <= status <= 599 else 200, f"Null Operation Status: {status}")


def _checkin(request: HttpRequest, target: Resolution, _sent: PostParameters, outcome: Outcome) -> None:
    versions.create(_existing_path(target), user=user_of(request))
    outcome.add("checkin", outcome.path)


def _checkout(_request: HttpRequest, target: Resolution, _sent: PostParameters, outcome: Outcome) -> None:
    """What has versions is always checked out here, as AEM's assets are between two changes."""
    if not tree.get(_existing_path(target)).is_type("mix:versionable"):
        raise ConstraintViolation(_("%(path)s is not versionable"), path=outcome.path)
    outcome.add("checkout", outcome.path)


def _restore(request: HttpRequest, target: Resolution, sent: PostParameters, outcome: Outcome) -> None:
    versions.restore(_existing_path(target), sent.first(":version"), user_of(request))
    outcome.add("restore", outcome.path)


_Operation = Callable[[HttpRequest, Resolution, PostParameters, Outcome], None]
_OPERATIONS: dict[str, _Operation] = {
    "": _modify,
    "modify": _modify,
    "delete": _delete,
    "copy": _copy,
    "move": _move,
    "import": _import,
    "nop": _nop,
    "checkin": _checkin,
    "checkout": _checkout,
    "restore": _restore,
}


def _operation(sent: PostParameters) -> _Operation:
    name = sent.first(":operation")
    if name not in _OPERATIONS:
        raise UnknownOperation(_("Invalid operation specified for POST request: %(name)s"), name=name)
    return _OPERATIONS[name]


def user_of(request: HttpRequest) -> str:
    return request.user.get_username()


def _existing_path(target: Resolution) -> NodePath:
    if target.path is None:
        raise InvalidPath(_("The URL names no path of the tree"))
    if target.node is None:
        raise NodeNotFound(target.path)
    return target.path


def _base(request: HttpRequest, target: Resolution) -> tuple[NodePath, bool]:
    """The path to write to, and whether a new name below it is asked for (`/content/dam/*` or `/content/dam/`)."""
    text = request.path
    if target.node:
        text = target.node.path + (target.suffix or "").partition(".")[0]
    generate = text.endswith(_GENERATE)
    text = text.removesuffix("*").removesuffix("/") if generate else text
    return (NodePath(text or "/") if target.node else NodePath.from_url(text or "/")), generate


def _generated(sent: PostParameters, base: NodePath) -> NodePath:
    for name in node_names.proposed(sent.texts):
        path = base / name
        if not tree.exists(path):
            return path
    raise NodeExists(path)


def answer(request: HttpRequest, sent: PostParameters, outcome: Outcome) -> HttpResponse:
    if outcome.succeeded and sent.first(":redirect"):
        redirect = _redirect(request, sent.first(":redirect"), outcome)
        if redirect:
            return HttpResponseRedirect(redirect)
    if not outcome.succeeded and sent.is_true(":sendError"):
        refused = page(outcome.code, outcome.message)
        return HttpResponse(refused.body, status=refused.status, headers=refused.headers)
    status = HTTPStatus.OK if sent.first(":status") == "browser" else outcome.code
    return _rendered(request, sent, outcome, status)


def _rendered(request: HttpRequest, sent: PostParameters, outcome: Outcome, status: int) -> HttpResponse:
    kind = _preferred(request, sent)
    body = outcome.json() if kind == _JSON else outcome.html()
    response = HttpResponse(b"" if status in _BODYLESS else body, status=status, content_type=f"{kind};charset=utf-8")
    if status == HTTPStatus.CREATED or 300 <= status < 400:
        response["Location"] = outcome.location
    return response


def _preferred(request: HttpRequest, sent: PostParameters) -> str:
    """JSON only for clients that like it better; the parameter stands in for the header."""
    asked = HttpRequest()
    accept = sent.first(":accept") or sent.first(":http-equiv-accept") or request.headers.get("Accept", "*/*")
    asked.META["HTTP_ACCEPT"] = accept
    return asked.get_preferred_type([_HTML, _JSON]) or _HTML


def _redirect(request: HttpRequest, wanted: str, outcome: Outcome) -> str | None:
    """`:redirect`, with `*` or a trailing slash filled with the node's name; never to another host."""
    name = outcome.path.name
    url = wanted.replace("*", name, 1) if "*" in wanted else f"{wanted}{name}" if wanted.endswith("/") else wanted
    if url.startswith("//") or not url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return None
    return f"{request.path}{url}" if request.path.endswith("/") and not url.startswith("/") else url
