"""Views whose modules are loaded with their first request: few look at the documentation of the API, and what writes it
would be a tenth of every start of the server."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string


def late(name: str) -> Callable[..., HttpResponseBase]:
    """The view with this dotted name."""

    def view(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        response: HttpResponseBase = import_string(name)(request, *args, **named)
        return response

    return view
