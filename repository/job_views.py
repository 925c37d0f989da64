"""`GET /_aemulator/jobs?asset=<jcr:uuid>`: what has become of an asset's processing jobs, for whoever watches them."""

from http import HTTPStatus
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from repository import property_changes, tree
from repository.models import ProcessingJob

MOST_ASSETS: Final = 50
MOST_JOBS: Final = 20  # of one asset, the newest


@require_GET
def jobs_of_assets(request: HttpRequest) -> HttpResponse:
    """`{"assets": {uuid: {"path": …, "jobs": [newest first]}}}`; `path` null when the asset is gone."""
    asked = request.GET.getlist("asset")
    if not 0 < len(asked) <= MOST_ASSETS:
        return _json({"message": f"asset must be given, at most {MOST_ASSETS} times"}, HTTPStatus.BAD_REQUEST)
    return _json({"assets": {uuid[:36]: _of(uuid[:36]) for uuid in asked}})


def _of(uuid: str) -> dict[str, Any]:
    asset = tree.by_uuid(uuid)
    newest = ProcessingJob.objects.filter(asset_uuid=uuid).order_by("-generation", "-created")[:MOST_JOBS]
    jobs = newest.prefetch_related("renditions")
    return {"path": asset.path if asset else None, "jobs": [_job(job) for job in jobs]}


def _job(job: ProcessingJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "generation": job.generation,
        "state": job.state,
        "reason": job.reason,
        "message": job.message,
        "attempts": job.attempts,
        "renditions": [
            {
                "name": one.name,
                "worker": str(one.instructions.get("worker") or ""),
                "state": one.state,
                "reason": one.reason,
                "message": one.message,
            }
            for one in job.renditions.all()
        ],
        "changes": property_changes.of(job),
    }


def _json(content: dict[str, Any], status: int = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(orjson.dumps(content), status=status, content_type="application/json")
