"""`/assetdetails.html/content/dam/…`: one asset; and how far the processing of many of them is."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from repository import asset_absences, changes, tree
from repository.errors import InvalidPath
from repository.paths import NodePath
from repository.ui.breadcrumb import breadcrumb
from repository.ui.details import details
from repository.ui.items import Asset, items
from repository.ui.listing import Order, Scope, neighbours
from shell import page as shell

MAX_PATHS: Final = 200
SHOWN_ABOVE: Final = frozenset({"unsupported-format", "queued", "to-be-sent"})  # the list of renditions tells it


@require_safe
def asset_details(request: HttpRequest, suffix: str) -> HttpResponse:
    node = _node(suffix)
    if node.is_folder:
        return HttpResponseRedirect(f"/assets.html{node.path.href}")
    seq = changes.latest_seq()
    return shell.page(request, "ui/assetdetails.html", "assets", _context(request, node) | {"seq": seq})


@require_GET
def live(request: HttpRequest, suffix: str) -> HttpResponse:
    """The parts of the page that may have changed since `since`; 204 when nothing did. X-Seq: where to go on."""
    node = _node(suffix)
    since = int(request.GET.get("since", "0")) if request.GET.get("since", "").isdecimal() else 0
    seq = changes.latest_seq()
    if since >= changes.oldest_seq() and not changes.since(since, node.path, 1):
        return HttpResponse(status=204, headers={"X-Seq": str(seq)})
    response = render(request, "ui/asset_parts.html", _context(request, node))
    response.headers["X-Seq"] = str(seq)
    return response


@require_GET
def preview(request: HttpRequest, suffix: str) -> HttpResponse:
    """The last column of the column view: the picture and the facts of one asset."""
    node = _node(suffix)
    if not node.is_asset:
        raise Http404(_("There is no asset %(suffix)s") % {"suffix": suffix})
    found = details(node)
    return render(request, "ui/column_preview.html", {"details": found, "asset": found.asset})


@require_POST
def states(request: HttpRequest) -> JsonResponse:
    """Of each asset in the parameters `path` that exists: state, progress, thumbnail, failures, reason of the first."""
    paths = [path for path in map(_parsed, request.POST.getlist("path")[:MAX_PATHS]) if path]
    nodes = [node for node in tree.get_many(paths).values() if node.is_asset]
    return JsonResponse({"states": [_state(asset) for asset in items(nodes) if isinstance(asset, Asset)]})


def _state(asset: Asset) -> dict[str, Any]:
    failure = asset.progress.first_failure
    return {
        "path": asset.path,
        "url": asset.url,
        "state": asset.state,
        "done": asset.progress.done,
        "total": asset.progress.total,
        "failed": len(asset.progress.failures),
        "thumbnail": asset.thumbnail,
        "reason": failure.reason if failure else "",
        "message": failure.message if failure else "",
    }


def _context(request: HttpRequest, node: tree.TreeNode) -> dict[str, Any]:
    found = details(node)
    before, after = neighbours(Scope(tree.get(node.path.parent), Order()), node)
    return {
        "details": found,
        "absences": [one for one in asset_absences.of_asset(node) if one.reason not in SHOWN_ABOVE],
        "asset": found.asset,
        "breadcrumb": breadcrumb(node.path),
        "before": before,
        "after": after,
        "live_url": f"/assetdetails.live.html{node.path.href}",
        "worker_log_url": f"/assetdetails.worker.html{node.path.href}",
        "base_url": request.build_absolute_uri("/").rstrip("/"),
    }


def _node(suffix: str) -> tree.TreeNode:
    path = _parsed(suffix)
    node = tree.find(path) if path and path.startswith("/content/dam") else None
    if node is None or not (node.is_asset or node.is_folder):
        raise Http404(_("There is no asset %(suffix)s") % {"suffix": suffix})
    return node


def _parsed(text: str) -> NodePath | None:
    try:
        return NodePath.from_url(text)
    except InvalidPath:
        return None
