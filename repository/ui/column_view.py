"""The column view: one column for each folder on the way to the one that is open."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import urlencode

from repository import tree
from repository.paths import DAM, NodePath
from repository.ui import listing
from repository.ui.items import Folder, Item, folder, items
from repository.ui.listing import Order, Place, Scope

SHOWN_BEFORE: Final = 20  # items above the open one, where a column is too long to show from its start
_VIEW: Final = "column"


@dataclass(frozen=True)
class FolderColumn:
    """A folder above the open one. `active` is the item that leads there; `starts_later` when others come before."""

    folder: Folder
    items: list[tuple[Item, Place]]
    active: NodePath
    total: int
    live_url: str
    more_url: str
    from_start_url: str
    starts_later: bool


def columns_above(open_folder: NodePath, order: Order) -> list[FolderColumn]:
    """From the root of the assets down to the parent of the open folder."""
    way = [step for step in (*open_folder.ancestors, open_folder) if step == DAM or step.is_under(DAM)]
    nodes = tree.get_many(way)
    return [_column(nodes[above], nodes[below], order) for above, below in pairwise(way)]


def _column(above: tree.TreeNode, below: tree.TreeNode, order: Order) -> FolderColumn:
    scope = Scope(above, order)
    after = listing.cursor_near(scope, below, SHOWN_BEFORE)
    page = listing.page(scope, after)
    query = {"sort": order.value, "view": _VIEW}
    href = above.path.href
    return FolderColumn(
        folder=folder(above),
        items=[(item, page.places[item.path]) for item in items(page.nodes)],
        active=below.path,
        total=listing.total(scope),
        live_url=f"/assets.live.html{href}?{urlencode(query)}",
        more_url=f"/assets.items.html{href}?{urlencode(query | {'after': page.after})}" if page.after else "",
        from_start_url=f"/assets.items.html{href}?{urlencode(query)}",
        starts_later=bool(after),
    )
