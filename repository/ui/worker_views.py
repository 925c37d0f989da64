"""What the profile editor asks about workers while somebody types: which are deployed, whether an endpoint can work."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from repository import worker_endpoints
from repository.api.profile_serializers import endpoint_problem

MAX_URL = 2000


@require_GET
def workers(request: HttpRequest) -> JsonResponse:
    """The web actions in the I/O Runtime, for the suggestions; none while it does not answer."""
    try:
        found = worker_endpoints.deployed()
    except worker_endpoints.RuntimeAway:
        found = []
    return JsonResponse({"workers": [{"url": worker.url, "title": worker.title} for worker in found if worker.is_web]})


@require_GET
def endpoint(request: HttpRequest) -> JsonResponse:
    """`url` as it was typed: `state` is ok, warning or problem, `message` says why."""
    url = request.GET.get("url", "").strip()[:MAX_URL]
    if wrong := endpoint_problem(url):
        return JsonResponse({"state": "problem", "message": wrong})
    finding = worker_endpoints.check(url)
    return JsonResponse({"state": finding.state, "message": finding.message})
