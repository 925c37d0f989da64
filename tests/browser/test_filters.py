"""The filter menu, its chips, and the URL that keeps them."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep, make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.browser.test_accessibility import findings
from tests.browser.test_folders import names


def test_a_list_is_narrowed_by_state_and_type_and_opened_again(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/deep")
    upload(client, f"{folder}/deep", "broken.jpg", photo_bytes((800, 600))[:3000])
    upload(client, folder, "hills.jpg", photo_bytes((300, 200)))
    upload(client, folder, "note.txt", b"words")
    page.goto(f"/assets.html{folder}?view=card")
    expect(page.locator(".item.asset:not([data-state=processing])")).to_have_count(2)
    page.locator(".filter-menu summary").click()
    page.get_by_role("checkbox", name="Images").check()
    assert findings(page) == []
    keep(page, "filter-menu")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("[data-slot=count]")).to_have_text("2 items found")
    assert names(page) == ["broken.jpg", "hills.jpg"]
    page.locator(".filter-menu summary").click()
    page.get_by_role("checkbox", name="Failed", exact=True).check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("[data-slot=count]")).to_have_text("1 item found")
    page.reload()
    expect(page.locator(".chips")).to_contain_text("Failed")
    assert names(page) == ["broken.jpg"]
    page.locator("#sort").select_option("-name")
    page.wait_for_url("**sort=-name**")
    assert names(page) == ["broken.jpg"]
    page.get_by_role("link", name="Remove the filter Failed").click()
    expect(page.locator("[data-slot=count]")).to_have_text("2 items found")
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(page.locator("[data-slot=count]")).to_have_text("3 items")


def test_what_no_longer_is_so_leaves_the_list_and_an_empty_one_says_so(
    page: Page, folder: str, client: httpx.Client
) -> None:
    path = upload(client, folder, "broken.jpg", photo_bytes((800, 600))[:3000])
    page.goto(f"/assets.html{folder}?state=failed&state=processing")
    expect(page.locator('.item[data-state="failed"]')).to_have_count(1)
    client.post(f"{path}/jcr:content", data={"./dam:assetState": "unknown"})
    expect(page.locator(".item")).to_have_count(0)
    expect(page.get_by_text("No asset under this folder is like that")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("link", name="Clear the filters").click()
    expect(page.locator(".item")).to_have_count(1)
