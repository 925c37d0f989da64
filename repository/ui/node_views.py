"""`/crx/de`: the tree of nodes, and one node with its properties, their types, and the requests that show it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from repository import changes, nodetypes, tree, values
from repository.errors import InvalidPath, NodeNotFound
from repository.models import Node
from repository.paths import DAM, ROOT, NodePath
from repository.sling.json_values import rendered
from repository.tree import TreeNode
from shell import page as shell

SECTION: Final = "nodes"
BASE: Final = "/crx/de"
AT_ONCE: Final = 100  # children of a node that the tree shows at a time
UNTOUCHABLE: Final = frozenset({"jcr:primaryType", "jcr:mixinTypes", "jcr:uuid", "jcr:data"})
TYPES: Final = ("String", "Long", "Boolean", "Date", "Double", "Decimal", "Name", "Path")


@dataclass
class Branch:
    """A node of the tree. `branches` of one that is open; `more`: the last of them, when there are more after it."""

    path: NodePath
    primary_type: str
    has_children: bool
    is_current: bool = False
    is_open: bool = False
    branches: Sequence["Branch"] = field(default_factory=list)
    more: str = ""

    @property
    def name(self) -> str:
        return self.path.name or "/"

    @property
    def url(self) -> str:
        return url_of(self.path)

    @property
    def level(self) -> int:
        return self.path.depth + 1


@dataclass(frozen=True)
class Property:
    """A line of the grid; `value` is what a form shows, one line for each of several values."""

    name: str
    kind: str
    is_multiple: bool
    lines: Sequence[str]
    may_change: bool

    @property
    def value(self) -> str:
        return "\n".join(self.lines)


def url_of(path: NodePath) -> str:
    return BASE if path == ROOT else f"{BASE}{path.href}"


@require_safe
def bare(request: HttpRequest) -> HttpResponse:
    """`/crx`, and CRXDE's own address, whose fragment the page's script follows."""
    return HttpResponseRedirect(BASE)


@require_safe
def node(request: HttpRequest, suffix: str = "") -> HttpResponse:
    seq = changes.latest_seq()
    path = _path(suffix)
    context = {**_context(request, _node(path)), "seq": seq, "root": opened(path), "types": TYPES}
    return shell.page(request, "ui/nodes.html", SECTION, context)


@require_safe
def panel(request: HttpRequest, suffix: str = "") -> HttpResponse:
    """The fragment with one node."""
    seq = changes.latest_seq()
    answer = render(request, "ui/node_panel.html", _context(request, _node(_path(suffix))))
    answer["X-Seq"] = str(seq)
    return answer


@require_safe
def children(request: HttpRequest, suffix: str = "") -> HttpResponse:
    """The fragment with the next children of a node, after the one called `after`."""
    path = _path(suffix)
    try:
        branches, more = _branches(_node(path).path, request.GET.get("after") or None)
    except (NodeNotFound, InvalidPath) as err:
        raise Http404(err.message) from err
    branch = Branch(path, "", has_children=True, is_open=True, branches=branches, more=more)
    return render(request, "ui/node_branches.html", {"branch": branch})


def opened(path: NodePath) -> Branch:
    """The tree from its root, open down to `path`."""
    way = [*path.ancestors, path]
    nodes = tree.get_many(way)
    return _opened([step for step in way if step in nodes], nodes)


def _opened(way: Sequence[NodePath], nodes: dict[NodePath, TreeNode]) -> Branch:
    here, below = nodes[way[0]], way[1:]
    branches, more = _branches(here.path, None)
    if below:
        inner = _opened(below, nodes)
        places = {branch.path: place for place, branch in enumerate(branches)}
        branches = [inner if branch.path == below[0] else branch for branch in branches]
        if below[0] not in places:  # it is beyond the first that are shown
            branches.append(inner)
    return Branch(
        here.path,
        here.primary_type,
        has_children=bool(branches),
        is_current=not below,
        is_open=bool(branches),
        branches=branches,
        more=more,
    )


def _branches(path: NodePath, after: str | None) -> tuple[list[Branch], str]:
    found = tree.children(path, after=after, limit=AT_ONCE + 1)
    shown = found[:AT_ONCE]
    below = Node.objects.filter(parent=OuterRef("pk"))
    parents = set(Node.objects.filter(Exists(below), pk__in=[child.id for child in shown]).values_list("pk", flat=True))
    branches = [Branch(child.path, child.primary_type, child.id in parents) for child in shown]
    return branches, shown[-1].name if len(found) > AT_ONCE else ""


def _context(request: HttpRequest, found: TreeNode) -> dict[str, Any]:
    path = found.path
    json_text = orjson.dumps(rendered(found.all_properties, settings.SLING_ECMA_DATES), option=orjson.OPT_INDENT_2)
    return {
        "node": found,
        "path": path,
        "crumbs": [(step.name or "/", url_of(step)) for step in (*path.ancestors, path)],
        "properties": [_property(name, value) for name, value in found.all_properties.items()],
        "json": json_text.decode(),
        "child_count": tree.count_children(path),
        "links": _links(found),
        "base_url": request.build_absolute_uri("/").rstrip("/"),
        "url": url_of(path),
        "panel_url": f"/crx.node.html{path.href if path != ROOT else ''}",
    }


def _links(found: TreeNode) -> list[tuple[str, str]]:
    """What the REST interfaces say of this node: label and URL."""
    path = found.path
    href = "" if path == ROOT else path.href
    links = [("Sling", f"{href or '/'}.json"), ("Sling", f"{href or '/'}.1.json")]
    if path == DAM or path.is_under(DAM):
        relative = path.href.removeprefix(DAM.href)
        if found.is_asset or found.is_folder:
            links.append(("Assets HTTP API", f"/api/assets{relative}.json"))
        if found.is_asset:
            links.append(("Assets", f"/assetdetails.html{path.href}"))
        elif found.is_folder:
            links.append(("Assets", f"/assets.html{path.href}"))
    return links


def _property(name: str, value: values.Value) -> Property:
    plain = values.plain(value)
    lines = [_words(one) for one in plain] if isinstance(plain, list) else [_words(plain)]
    may_change = name not in UNTOUCHABLE and name not in nodetypes.PROTECTED
    return Property(name, values.type_of(value), values.is_multiple(value), lines, may_change)


def _words(value: values.Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _node(path: NodePath) -> TreeNode:
    found = tree.find(path)
    if found is None:
        raise Http404(_("There is no node %(path)s") % {"path": path})
    return found


def _path(suffix: str) -> NodePath:
    try:
        return NodePath.from_url(suffix) if suffix.strip("/") else ROOT
    except InvalidPath as err:
        raise Http404(err.message) from err
