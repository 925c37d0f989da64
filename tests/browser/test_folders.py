"""Folders in the browser: create, rename, move, delete; views, sorting, search; folders with many items."""

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE, Visitors, make_folder, upload
from tests.browser.drawing import photo_bytes

MANY = 130  # more than two pages


def item(page: Page, name: str) -> Locator:
    return page.locator(f'.item[data-name="{name}"]')


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.locator(f'.item[data-name="{name}"]').hover()
        page.locator(f'.item[data-name="{name}"] input').check()


def act(page: Page, name: str) -> None:
    page.get_by_role("toolbar", name="Selected items").get_by_role("button", name=name, exact=True).click()


def names(page: Page) -> list[str]:
    return list(page.locator(".item").evaluate_all("items => items.map((item) => item.dataset.name)"))


def test_a_folder_is_created_with_a_name_that_follows_its_title(page: Page, folder: str, client: httpx.Client) -> None:
    page.goto(f"/assets.html{folder}")
    page.get_by_role("button", name="Create folder").click()
    page.get_by_label("Title").fill("Summer & Sea 2026")
    expect(page.locator("#folder-name")).to_have_value("summer---sea-2026")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(item(page, "summer---sea-2026")).to_contain_text("Summer & Sea 2026")
    expect(page.locator("#toasts")).to_contain_text("created")
    assert client.get(f"{folder}/summer---sea-2026/jcr:content.json").json()["jcr:title"] == "Summer & Sea 2026"


def test_names_are_checked_while_they_are_typed(page: Page, folder: str) -> None:
    page.goto(f"/assets.html{folder}")
    page.get_by_role("button", name="Create folder").click()
    page.get_by_label("Title").fill("x")
    page.locator("#folder-name").fill("a/b")
    expect(page.locator("#folder-name-problem")).to_contain_text("cannot be in a name")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.locator("#dialog-folder")).to_be_visible()
    page.locator("#folder-name").fill("fine")
    expect(page.locator("#folder-name-problem")).to_be_empty()


def test_a_folder_that_exists_is_refused_in_words(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/taken")
    page.goto(f"/assets.html{folder}")
    page.get_by_role("button", name="Create folder").click()
    page.get_by_label("Title").fill("taken")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("already")


def test_an_asset_is_renamed(page: Page, folder: str, client: httpx.Client) -> None:
    upload(client, folder, "before.jpg", photo_bytes((300, 200)))
    page.goto(f"/assets.html{folder}")
    choose(page, "before.jpg")
    act(page, "Rename")
    page.locator("#rename-name").fill("after.jpg")
    page.locator("#dialog-rename").get_by_role("button", name="Rename").click()
    expect(item(page, "after.jpg")).to_be_visible(timeout=PATIENCE)
    expect(item(page, "before.jpg")).to_have_count(0)
    assert client.get(f"{folder}/before.jpg").status_code == 404
    assert client.get(f"{folder}/after.jpg").status_code == 200


def test_items_are_moved_by_a_tree_of_folders_and_others_see_it(
    visitors: Visitors, folder: str, client: httpx.Client
) -> None:
    make_folder(client, f"{folder}/target", "The target")
    upload(client, folder, "one.txt", b"one")
    upload(client, folder, "two.txt", b"two")
    page, other = visitors().page, visitors().page
    other.goto(f"/assets.html{folder}/target")
    page.goto(f"/assets.html{folder}")
    choose(page, "one.txt", "two.txt")
    act(page, "Move")
    dialog = page.locator("#dialog-move")
    dialog.get_by_label(f"Folders in {folder.rpartition('/')[2]}", exact=True).click()
    dialog.get_by_role("radio", name="The target").check()
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".item")).to_have_count(1)
    expect(other.locator(".item")).to_have_count(2)
    assert client.get(f"{folder}/target/one.txt").text == "one"


def test_a_folder_cannot_be_moved_into_itself(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/self")
    page.goto(f"/assets.html{folder}")
    choose(page, "self")
    act(page, "Move")
    dialog = page.locator("#dialog-move")
    dialog.get_by_label(f"Folders in {folder.rpartition('/')[2]}", exact=True).click()
    expect(dialog.get_by_role("radio", name="self", exact=True)).to_be_disabled()


def test_items_are_deleted_after_asking(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/kept")
    upload(client, folder, "gone.txt", b"gone")
    page.goto(f"/assets.html{folder}")
    choose(page, "gone.txt")
    act(page, "Delete")
    dialog = page.locator("#dialog-delete")
    expect(dialog).to_contain_text("Delete “gone.txt”?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator(".item")).to_have_count(2)
    act(page, "Delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator(".item")).to_have_count(1)
    assert client.get(f"{folder}/gone.txt").status_code == 404


def test_an_asset_is_downloaded(page: Page, folder: str, client: httpx.Client) -> None:
    upload(client, folder, "take.txt", b"taken away")
    page.goto(f"/assets.html{folder}")
    choose(page, "take.txt")
    with page.expect_download() as started:
        act(page, "Download")
    assert started.value.suggested_filename == "take.txt"
    assert started.value.path().read_bytes() == b"taken away"


def test_a_folder_with_many_items_loads_them_as_it_is_scrolled(page: Page, folder: str, client: httpx.Client) -> None:
    for number in range(MANY):
        make_folder(client, f"{folder}/n{number:03}")
    page.goto(f"/assets.html{folder}")
    expect(page.locator("[data-slot=count]")).to_have_text(f"{MANY} items")
    first_page = client.get(f"/assets.html{folder}?view=card").text
    assert 0 < first_page.count('<li class="item ') < MANY
    while page.locator("[data-more]").count():
        page.mouse.wheel(0, 20_000)
        page.locator(".item").last.scroll_into_view_if_needed()
    expect(page.locator(".item")).to_have_count(MANY)
    assert names(page) == [f"n{number:03}" for number in range(MANY)]


def test_the_list_view_sorts_by_its_columns_and_is_remembered(page: Page, folder: str, client: httpx.Client) -> None:
    upload(client, folder, "large.txt", b"x" * 5000)
    upload(client, folder, "Medium.txt", b"x" * 500)
    upload(client, folder, "small.txt", b"x")
    make_folder(client, f"{folder}/zebra")
    page.goto(f"/assets.html{folder}")
    page.get_by_role("link", name="List view").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    assert names(page) == ["zebra", "large.txt", "Medium.txt", "small.txt"]
    page.get_by_role("link", name="Size").click()
    expect(page.get_by_role("columnheader", name="Size")).to_have_attribute("aria-sort", "descending")
    assert names(page) == ["zebra", "large.txt", "Medium.txt", "small.txt"]
    page.get_by_role("link", name="Size").click()
    expect(page.get_by_role("columnheader", name="Size")).to_have_attribute("aria-sort", "ascending")
    assert names(page) == ["zebra", "small.txt", "Medium.txt", "large.txt"]
    page.goto(f"/assets.html{folder}")
    expect(page.locator("table.rows")).to_be_visible()


def test_search_finds_names_in_all_folders_below(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/deep")
    upload(client, f"{folder}/deep", "Needle_1.txt", b"1")
    upload(client, folder, "hay.txt", b"2")
    page.goto(f"/assets.html{folder}")
    page.get_by_role("searchbox").fill("needle_")
    page.keyboard.press("Enter")
    expect(page.locator("[data-slot=count]")).to_have_text("1 item found")
    expect(item(page, "Needle_1.txt")).to_be_visible()
    page.get_by_role("searchbox").fill("nothing like it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing under this folder has")).to_be_visible()


def test_nothing_moves_under_the_pointer(page: Page, folder: str, client: httpx.Client) -> None:
    upload(client, folder, "m.txt", b"m")
    page.goto(f"/assets.html{folder}")
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")
    item(page, "m.txt").hover()
    before = item(page, "m.txt").bounding_box()
    make_folder(client, f"{folder}/a-folder-that-sorts-first")
    expect(page.locator("[data-slot=news]")).to_contain_text("1 new item")
    assert item(page, "m.txt").bounding_box() == before
    page.mouse.move(5, 5)
    expect(item(page, "a-folder-that-sorts-first")).to_be_visible()
    expect(page.locator("[data-slot=news]")).to_be_hidden()


def test_after_a_lost_connection_the_page_catches_up_without_a_reload(
    page: Page, folder: str, client: httpx.Client
) -> None:
    page.add_init_script(
        "window.sockets = []; const Native = WebSocket;"
        " window.WebSocket = class extends Native { constructor(...all) { super(...all); window.sockets.push(this); } }"
    )
    page.goto(f"/assets.html{folder}")
    connection = page.locator("live-connection")
    expect(connection).to_have_attribute("data-state", "live")
    page.evaluate("window.unreloaded = true")
    page.context.set_offline(True)
    page.evaluate("window.sockets.at(-1).close()")
    expect(connection).to_have_text("Offline")
    make_folder(client, f"{folder}/meanwhile")
    page.context.set_offline(False)
    expect(connection).to_have_text("Live")
    expect(item(page, "meanwhile")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("window.unreloaded") is True
