"""The column view: the way to a folder side by side, by mouse and by keyboard."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors, keep, make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.browser.test_accessibility import findings


def title_of(path: str) -> str:
    return path.rpartition("/")[2]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.item')?.dataset.name"))


def test_folders_open_beside_each_other_and_the_view_is_remembered(
    page: Page, folder: str, client: httpx.Client
) -> None:
    make_folder(client, f"{folder}/outer", "Outer")
    make_folder(client, f"{folder}/outer/inner", "Inner")
    page.goto(f"/assets.html{folder}")
    page.get_by_role("link", name="Column view").click()
    expect(page.locator("asset-columns")).to_be_visible()
    page.get_by_role("link", name="Outer", exact=True).click()
    expect(page).to_have_title("AEM Assets | Outer")
    expect(page.locator("asset-column")).to_have_count(2)
    active = page.locator("asset-column .item.is-active")
    expect(active).to_have_count(2)
    expect(active.last).to_contain_text("Outer")
    expect(page.locator(".column.is-open .item")).to_contain_text("Inner")
    page.goto(f"/assets.html{folder}")
    expect(page.locator("asset-columns")).to_be_visible()
    page.get_by_role("link", name="Card view").click()
    expect(page.locator("ul.cards")).to_be_visible()


def test_arrows_walk_through_the_columns(page: Page, folder: str, client: httpx.Client) -> None:
    for name in ("a", "b", "b/deep"):
        make_folder(client, f"{folder}/{name}")
    upload(client, f"{folder}/b", "note.txt", b"words")
    page.goto(f"/assets.html{folder}?view=column")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "a"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**{folder}/b")
    expect(page.get_by_role("link", name="deep")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".column-preview")).to_contain_text("note.txt")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".column-preview").get_by_role("link", name="Open")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "note.txt"
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "b"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**{folder}/a")
    expect(page.locator(".column.is-open")).to_be_focused()


def test_a_click_previews_an_asset_and_a_double_click_opens_it(
    visitors: Visitors, folder: str, client: httpx.Client
) -> None:
    upload(client, folder, "hills.jpg", photo_bytes((800, 600)))
    page = visitors(scheme="dark").page
    page.goto(f"/assets.html{folder}?view=column")
    link = page.get_by_role("link", name="hills.jpg")
    link.click()
    preview = page.locator(".column-preview")
    expect(preview).to_contain_text("800 × 600")
    expect(preview).to_contain_text("Processed")
    assert findings(page) == []
    keep(page, "columns-dark")
    link.dblclick()
    page.wait_for_url("**/assetdetails.html**/hills.jpg")


def test_every_column_follows_what_others_change(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/here", "Here")
    page.goto(f"/assets.html{folder}/here?view=column")
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")
    make_folder(client, f"{folder}/beside", "Beside")
    make_folder(client, f"{folder}/here/below", "Below")
    expect(page.locator("asset-column").last.locator(".item")).to_have_text(["Beside", "Here"])
    expect(page.locator(".column.is-open .item")).to_have_text(["Below"])
    expect(page.locator("asset-column .item input")).to_have_count(0)


def test_items_are_selected_in_the_open_column(page: Page, folder: str, client: httpx.Client) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        upload(client, folder, name, b"x")
    page.goto(f"/assets.html{folder}?view=column")
    page.locator('[data-name="a.txt"] input').check(force=True)
    page.locator('[data-name="c.txt"] .item-link').click(modifiers=["Shift"])
    expect(page.locator("[data-slot=selected]")).to_have_text("3 of 3 selected")


def test_a_long_column_begins_near_the_open_folder(page: Page, folder: str, client: httpx.Client) -> None:
    for number in range(40):
        make_folder(client, f"{folder}/n{number:02}")
    page.goto(f"/assets.html{folder}/n35?view=column")
    column = page.locator("asset-column").last
    expect(column.locator(".item").first).to_have_text("n15")
    expect(column.locator(".item.is-active")).to_be_in_viewport()
    column.get_by_role("button", name="Show from the start").click()
    expect(column.locator(".item").first).to_have_text("n00")
    expect(column.locator(".item")).to_have_count(40)
