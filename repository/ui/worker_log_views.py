"""What the custom workers wrote of an asset's last job: a part of its page, rendered anew while they run."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from repository import tree, worker_logs
from repository.errors import InvalidPath
from repository.paths import NodePath

NOTHING = 204


@require_GET
def worker_log(request: HttpRequest, suffix: str) -> HttpResponse:
    job = _job(suffix)
    if not job or not worker_logs.has_workers(job):
        return HttpResponse(status=NOTHING)
    return render(request, "ui/asset_worker_log.html", {"runs": worker_logs.of_job(job)})


def _job(suffix: str) -> str:
    try:
        content = tree.find(NodePath.from_url(suffix) / "jcr:content")
    except InvalidPath:
        return ""
    return (content.text("dam:processingId") or "") if content else ""
