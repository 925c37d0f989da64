"""`/`: whether everything is well, how to connect a client, what was uploaded last."""

from typing import Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_safe

from repository import changes, tree
from repository.paths import DAM, NodePath
from repository.ui.items import items
from shell import page as shell

RECENT: Final = 6
_LOOKED_AT: Final = 5000  # of the newest nodes; an asset has about twenty


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    context = {"seq": changes.latest_seq(), "demo_url": _demo_url(), **_recent(request)}
    return shell.page(request, "ui/start.html", "start", context)


@require_GET
def recent(request: HttpRequest) -> HttpResponse:
    """The fragment with the latest uploads. X-Seq: where to go on."""
    seq = changes.latest_seq()
    response = render(request, "ui/recent.html", _recent(request))
    response.headers["X-Seq"] = str(seq)
    return response


def _demo_url() -> str:
    """Where the lesson for beginners is; empty on a server without lessons."""
    try:
        return reverse("lesson", kwargs={"name": "demo"})
    except NoReverseMatch:
        return ""


def _recent(request: HttpRequest) -> dict[str, Any]:
    nodes = tree.get_many(_latest_assets())
    ordered = sorted(nodes.values(), key=lambda node: node.id, reverse=True)
    return {"recent": items(ordered), "base_url": request.build_absolute_uri("/").rstrip("/")}


def _latest_assets() -> list[NodePath]:
    """Newest first: the primary key grows with each node, so the last rows are the last uploads."""
    lower, upper = DAM.below
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path FROM (SELECT id, path, primary_type FROM repository_node ORDER BY id DESC LIMIT %s) latest"
            " WHERE primary_type = 'dam:Asset' AND path >= %s AND path < %s ORDER BY id DESC LIMIT %s",
            [_LOOKED_AT, lower, upper, RECENT],
        )
        return [NodePath.stored(row[0]) for row in cursor.fetchall()]
