"""`/_aemulator/absences?path=`: what an asset lacks and why, for its page and for the flow inspector."""

from dataclasses import asdict
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from repository import asset_absences, tree
from repository.errors import InvalidPath
from repository.paths import NodePath


@require_GET
def absences(request: HttpRequest) -> JsonResponse:
    """`{"path", "absences": [{rendition, reason, words, remedy, detail, link, link_words}]}`; 404 without an asset."""
    wanted = request.GET.get("path", "")
    try:
        node = tree.find(NodePath(wanted))
    except InvalidPath:
        node = None
    if node is None or not node.is_asset:
        detail = f"There is no asset {wanted}"
        body = {"status": HTTPStatus.NOT_FOUND, "title": "Not Found", "detail": detail}
        return JsonResponse(body, status=HTTPStatus.NOT_FOUND, content_type="application/problem+json")
    found = asset_absences.of_asset(node)
    return JsonResponse({"path": wanted, "absences": [asdict(absence) for absence in found]})
