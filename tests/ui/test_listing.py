"""Folders in pages."""

import random

import pytest

from repository import assets, tree
from repository.paths import NodePath
from repository.ui import listing
from repository.ui.listing import Order, Place, Scope
from tests.repository.conftest import new_upload

pytestmark = pytest.mark.django_db


def scope(folder: NodePath, order: str = "name", search: str = "") -> Scope:
    return Scope(tree.get(folder), Order.parse(order), search)


def pages(listed: Scope, size: int) -> list[list[str]]:
    found, after = [], ""
    while True:
        page = listing.page(listed, after, size)
        found.append([node.name for node in page.nodes])
        after = page.after
        if not after:
            return found


def walk(listed: Scope, size: int = 2) -> list[str]:
    return [name for page in pages(listed, size) for name in page]


@pytest.fixture
def mixed(folder: NodePath) -> NodePath:
    for name in ("Zoo", "attic"):
        assets.create_folder(folder / name)
    for name, size, mime_type in (
        ("b.png", 30, "image/png"),
        ("A.jpg", 200, "image/jpeg"),
        ("c.pdf", 5, "application/pdf"),
    ):
        assets.store(folder / name, new_upload(size, mime_type))
    return folder


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", ["attic", "Zoo", "A.jpg", "b.png", "c.pdf"]),
        ("-name", ["Zoo", "attic", "c.pdf", "b.png", "A.jpg"]),
        ("size", ["attic", "Zoo", "c.pdf", "b.png", "A.jpg"]),
        ("-size", ["Zoo", "attic", "A.jpg", "b.png", "c.pdf"]),
        ("type", ["attic", "Zoo", "c.pdf", "A.jpg", "b.png"]),
        ("modified", ["Zoo", "attic", "b.png", "A.jpg", "c.pdf"]),
        ("nonsense", ["attic", "Zoo", "A.jpg", "b.png", "c.pdf"]),
    ],
)
def test_folders_come_first_and_every_order_holds_across_pages(
    mixed: NodePath, order: str, expected: list[str]
) -> None:
    assert walk(scope(mixed, order)) == expected
    assert listing.total(scope(mixed, order)) == 5


@pytest.mark.parametrize("size", [1, 3, 7, 60])
def test_pages_show_everything_once_whatever_their_size(folder: NodePath, size: int) -> None:
    names = [f"{letter}{number}" for number in range(9) for letter in "aB"]
    random.Random(size).shuffle(names)
    for name in names:
        assets.create_folder(folder / name)
    assert walk(scope(folder), size) == sorted(names, key=str.lower)


def test_an_exact_page_is_the_last(mixed: NodePath) -> None:
    assert [len(page) for page in pages(scope(mixed), 5)] == [5]


def test_a_page_goes_on_behind_an_item_that_was_deleted_meanwhile(mixed: NodePath) -> None:
    first = listing.page(scope(mixed), size=3)
    tree.delete(mixed / "A.jpg")
    assert [node.name for node in listing.page(scope(mixed), first.after, 3).nodes] == ["b.png", "c.pdf"]


@pytest.mark.parametrize("wide", [1, listing.WIDE])
def test_search_finds_parts_of_names_below_and_takes_signs_literally(
    mixed: NodePath, wide: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much there is below the folder: there are two ways to go through it."""
    monkeypatch.setattr(listing, "WIDE", wide)
    assert scope(mixed).is_wide == (wide == 1)
    assets.create_folder(mixed / "attic" / "wool_x")
    tree.create(mixed / "attic" / "100% silk", "sling:Folder")  # as an import may bring it
    assert walk(scope(mixed, search="ZO")) == ["Zoo"]
    assert walk(scope(mixed, search="0% S")) == ["100% silk"]
    assert walk(scope(mixed, search="_")) == ["wool_x"]
    assert walk(scope(mixed, search="%")) == ["100% silk"]
    assert walk(scope(mixed, search="\\")) == []
    assert listing.total(scope(mixed, search="oo")) == 2
    assert listing.total(scope(mixed / "attic", search="oo")) == 1


def test_neighbours_are_the_assets_beside(mixed: NodePath) -> None:
    assert listing.neighbours(scope(mixed), tree.get(mixed / "b.png")) == (mixed / "A.jpg", mixed / "c.pdf")
    assert listing.neighbours(scope(mixed), tree.get(mixed / "A.jpg")) == (None, mixed / "b.png")


@pytest.mark.parametrize("cursor", ["", "x", "!!!!", "WzFd", "bnVsbA", "W10", "WzMsICJhIiwgImIiXQ", "\udcff", "é"])
def test_a_text_that_is_no_cursor_is_none(cursor: str) -> None:
    assert Place.parse(cursor) is None


def test_a_cursor_reads_back(folder: NodePath) -> None:
    place = Place(1, "schlüssel 😀", "/content/dam/Ä")
    assert Place.parse(place.cursor) == place
