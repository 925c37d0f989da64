"""Error pages: what happened, whose fault it is, what to do. The handlers of `config.urls`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from repository.refusals import refusal
from shell import page as shell


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = str(exception.args[0]) if exception and exception.args and isinstance(exception.args[0], str) else ""
    return _answer(request, 404, _("There is nothing here"), message)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, _("You may not do this"), str(exception or ""))


def server_error(request: HttpRequest) -> HttpResponse:
    """Reads nothing from the database: it may be what failed."""
    if not _is_page(request):
        return _refused(request, 500, "The server failed; its log says why")
    return render(request, "ui/500.html", {"theme": shell.theme(request)}, status=500)


def _answer(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    if not _is_page(request) or not request.user.is_authenticated:
        return _refused(request, status, message or title)
    context = {"status": status, "error_title": title, "message": message, "path": request.path}
    return shell.page(request, "ui/error.html", "", context, status=status)


def _is_page(request: HttpRequest) -> bool:
    """Whether a person looks at the answer, rather than a program."""
    return "text/html" in request.headers.get("Accept", "") or request.headers.get("HX-Boosted") == "true"


def _refused(request: HttpRequest, status: int, message: str) -> HttpResponse:
    refused = refusal(status, request.path, message)
    return HttpResponse(refused.body, status=refused.status, headers=refused.headers)
