"""`/flow`, `/flow/<id>`, `/flow/lessons/<name>`, `/faults`: the frames that the inspector's elements fill."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from flow import reading
from flow.ui import lessons
from shell import page as shell
from shell.access import for_people


@for_people
@require_safe
def flows(request: HttpRequest) -> HttpResponse:
    """All traffic live, and the latest flows. `request` (an id) and `path` (an asset's) open the flow of these."""
    request_id = request.GET.get("request", "").strip()
    if request_id and (found := reading.flow_of_request(request_id)):
        return redirect("flow", found)
    context = {
        "path": request.GET.get("path", ""),
        "request_id": request_id,
        "lessons": lessons.LESSONS,
        "base_url": _base_url(request),
    }
    return shell.page(request, "flow/flows.html", "flow", context)


@for_people
@require_safe
def flow(request: HttpRequest, id: str) -> HttpResponse:
    return shell.page(request, "flow/flow.html", "flow", {"flow_id": id})


@for_people
@require_safe
def lesson(request: HttpRequest, name: str) -> HttpResponse:
    found = lessons.find(name)
    if found is None:
        raise Http404(_("There is no lesson %(name)s") % {"name": name})
    context = {"lesson": found, "lessons": lessons.LESSONS}
    return shell.page(request, "flow/lesson.html", "flow", context)


@for_people
@require_safe
def faults(request: HttpRequest) -> HttpResponse:
    return shell.page(request, "flow/faults.html", "faults", {"base_url": _base_url(request)})


def _base_url(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
