"""The choices of the toolbar: how the list is sorted, and the columns of the list view."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from repository.ui.listing import Order


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Column:
    """`aria` is the value of aria-sort, empty for a column that the list is not sorted by."""

    key: str
    label: str
    url: str = ""
    aria: str = ""


def sorts() -> list[Choice]:
    return [
        Choice("name", _("Name, A to Z")),
        Choice("-name", _("Name, Z to A")),
        Choice("-modified", _("Newest first")),
        Choice("modified", _("Oldest first")),
        Choice("-size", _("Largest first")),
        Choice("size", _("Smallest first")),
        Choice("type", _("Type")),
        Choice("state", _("Processing, failed first")),
    ]


def columns(order: Order, page_url: str, query: Mapping[str, object]) -> list[Column]:
    """Those that can be sorted by link to the list in that order, or turned round; `query` is that of the list."""

    def sortable(key: str, column: str, label: str) -> Column:
        current = order.key == key
        wanted = Order(key, not order.descending if current else key in {"modified", "size"})
        direction = "descending" if order.descending else "ascending"
        turned = urlencode({**query, "sort": wanted.value}, doseq=True)
        return Column(column, label, f"{page_url}?{turned}", direction if current else "")

    return [
        sortable("name", "name", _("Name")),
        sortable("type", "type", _("Type")),
        Column("pixels", _("Pixels")),
        sortable("size", "size", _("Size")),
        sortable("modified", "changed", _("Changed")),
        sortable("state", "state", _("Processing")),
    ]
