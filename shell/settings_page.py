"""`/settings`: the state of the whole server, how its pages look, and the keys. Its acts go to the control plane."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shell import page as shell
from shell.access import for_people

SECTION: Final = "settings"


@for_people
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    base_url = request.build_absolute_uri("/").rstrip("/")
    return shell.page(request, "shell/settings.html", SECTION, {"base_url": base_url})
