"""`/assets.html/content/dam/…`: a folder, its pages, and what changed in it."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from repository import changes, nodetypes, tree
from repository.errors import InvalidPath
from repository.paths import DAM, NodePath
from repository.ui import listing
from repository.ui.breadcrumb import breadcrumb
from repository.ui.column_view import columns_above
from repository.ui.columns import columns, sorts
from repository.ui.filter_choices import menu
from repository.ui.filters import Filters
from repository.ui.items import Folder, folder, items
from repository.ui.listing import Order, Page, Scope
from shell import page as shell

LIVE_CHANGES: Final = 400  # in one answer
VIEWS: Final = frozenset({"card", "list", "column"})
MAX_SEARCH: Final = 120
MORE: Final = 180  # items of a page but the first, which has to be seen soon
MAX_NAMES: Final = 1000
MAX_SELECTED: Final = 50_000
SORT_COOKIE: Final = "aemulator-sort"
VIEW_COOKIE: Final = "aemulator-view"
REMEMBERED_FOR: Final = 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Request:
    """What a URL of the assets page asks for."""

    folder: Folder
    scope: Scope
    view: str

    @property
    def shown_as(self) -> str:
        """What a search finds lies in many folders: there are no columns of it."""
        return "list" if self.scope.is_search and self.view == "column" else self.view

    @property
    def page_url(self) -> str:
        return self.folder.url

    @property
    def query(self) -> dict[str, object]:
        search = {"search": self.scope.search} if self.scope.search else {}
        return {**search, **self.scope.filters.query, "sort": self.scope.order.value, "view": self.view}

    def url_query(self, **more: str) -> str:
        return urlencode(self.query | more, doseq=True)


@require_safe
def assets(request: HttpRequest, suffix: str = "") -> HttpResponse:
    path = _path(suffix or "/content/dam")
    node = tree.find(path)
    if not suffix or (node and node.is_asset):
        return HttpResponseRedirect(f"/{'assetdetails' if node and node.is_asset else 'assets'}.html{path.href}")
    asked = _asked(request, suffix)
    seq = changes.latest_seq()  # read first: what comes in between is shown twice rather than never
    response = shell.page(request, "ui/assets.html", "assets", _context(request, asked) | {"seq": seq})
    for cookie, value in ((SORT_COOKIE, asked.scope.order.value), (VIEW_COOKIE, asked.view)):
        if request.COOKIES.get(cookie) != value:
            response.set_cookie(cookie, value, max_age=REMEMBERED_FOR, samesite="Lax")
    return response


@require_safe
def more_items(request: HttpRequest, suffix: str) -> HttpResponse:
    """The items after the cursor `after`, as a fragment."""
    asked = _asked(request, suffix)
    page = listing.page(asked.scope, request.GET.get("after", ""), MORE)
    return render(request, "ui/items.html", _items(page, asked))


@require_GET
def live(request: HttpRequest, suffix: str) -> HttpResponse:
    """What changed since `since`: the items as they are now, and marks in place of those that are gone.

    X-Seq is where to go on, X-More says that there is more already, X-Total how many items the folder has.
    410 when `since` is so long ago that the changes are forgotten: the whole page has to be read anew.
    """
    asked = _asked(request, suffix)
    since = _number(request.GET.get("since", ""))
    if since < changes.oldest_seq() - 1:
        return HttpResponse(status=410)
    found = changes.since(since, asked.folder.path, LIVE_CHANGES)
    touched = _touched(found, asked)
    page = listing.located(asked.scope, touched)
    gone = [path for path in touched if path not in page.places]
    response = render(request, "ui/items.html", _items(page, asked) | {"gone": gone})
    response.headers["X-Seq"] = str(found[-1].seq if found else since)
    response.headers["X-More"] = "true" if len(found) == LIVE_CHANGES else "false"
    response.headers["X-Total"] = str(listing.total(asked.scope))
    return response


@require_GET
def everything(request: HttpRequest, suffix: str) -> JsonResponse:
    """What the list has in all: enough to select it."""
    found = listing.paths(_asked(request, suffix).scope, MAX_SELECTED)
    kinds = ("folder", "asset")
    return JsonResponse({"items": [{"path": p, "name": p.name, "kind": kinds[kind]} for p, kind in found]})


@require_GET
def branches(request: HttpRequest, suffix: str) -> HttpResponse:
    """The folders directly below, for a tree to choose one from, or several; the root comes with its own branch."""
    node = _folder(_path(suffix))
    nodes = tree.children(node.path, order="name", types=nodetypes.FOLDER_TYPES, limit=1000)
    root = folder(node) if "root" in request.GET else None
    context = {"folders": items(nodes), "root": root, "several": "several" in request.GET}
    return render(request, "ui/branches.html", context)


@require_POST
def existing(request: HttpRequest, suffix: str) -> JsonResponse:
    """Which of the names in the parameters `name` the folder has already."""
    parent = _path(suffix)
    wanted = {}
    for name in request.POST.getlist("name")[:MAX_NAMES]:
        try:
            wanted[parent / name] = name
        except InvalidPath:
            continue
    return JsonResponse({"names": [wanted[path] for path in tree.get_many(wanted)]})


def _asked(request: HttpRequest, suffix: str) -> Request:
    node = _folder(_path(suffix))
    order = Order.parse(request.GET.get("sort") or request.COOKIES.get(SORT_COOKIE, ""))
    view = request.GET.get("view") or request.COOKIES.get(VIEW_COOKIE, "")
    search = request.GET.get("search", "").strip()[:MAX_SEARCH].replace("\0", "")
    scope = Scope(node, order, search, Filters.parse(request.GET))
    return Request(folder(node), scope, view if view in VIEWS else "card")


def _path(suffix: str) -> NodePath:
    try:
        path = NodePath.from_url(suffix)
    except InvalidPath as err:
        raise Http404(err.message) from err
    if path != DAM and not path.is_under(DAM):
        raise Http404(_("%(path)s is not below %(dam)s") % {"path": path, "dam": DAM})
    return path


def _folder(path: NodePath) -> tree.TreeNode:
    node = tree.find(path)
    if node is None or not node.is_folder:
        raise Http404(_("There is no folder %(path)s") % {"path": path})
    return node


def _context(request: HttpRequest, asked: Request) -> dict[str, Any]:
    page = listing.page(asked.scope)
    order, url = asked.scope.order, asked.page_url
    return _items(page, asked) | {
        "breadcrumb": breadcrumb(asked.folder.path),
        "columns": columns(order, url, asked.query),
        "sorts": sorts(),
        "filters": asked.scope.filters,
        "filter_menu": menu(asked.scope.filters, url, asked.query),
        "sort_value": order.value,
        "total": listing.total(asked.scope),
        "live_url": f"/assets.live.html{asked.folder.path.href}?{asked.url_query()}",
        "card_query": asked.url_query(view="card"),
        "list_query": asked.url_query(view="list"),
        "column_query": asked.url_query(view="column"),
        "columns_above": columns_above(asked.folder.path, order) if asked.shown_as == "column" else [],
        "chosen_view": asked.view,
        "base_url": request.build_absolute_uri("/").rstrip("/"),
        "search_action": url,
    }


def _items(page: Page, asked: Request) -> dict[str, Any]:
    query = asked.url_query(after=page.after)
    return {
        "items": [(item, page.places[item.path]) for item in items(page.nodes)],
        "more_url": f"/assets.items.html{asked.folder.path.href}?{query}" if page.after else "",
        "view": asked.shown_as,
        "folder": asked.folder,
        "search": asked.scope.search,
        "searching": asked.scope.is_search,
        "descending": asked.scope.order.descending,
        "page_url": asked.page_url,
    }


def _touched(found: list[changes.ChangeRecord], asked: Request) -> list[NodePath]:
    """The items that the changes belong to: direct children of the folder, or what the search shows."""
    parent = asked.folder.path
    paths = dict.fromkeys(change.path for change in found if change.path != parent)
    if asked.scope.is_search:
        return list(dict.fromkeys(_item_of(path) for path in paths))
    return list(dict.fromkeys(parent / path.relative_to(parent).partition("/")[0] for path in paths))


def _item_of(path: NodePath) -> NodePath:
    """The asset or folder that a node below its jcr:content belongs to."""
    head, _content, _rest = path.partition("/jcr:content")
    return NodePath.stored(head)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
