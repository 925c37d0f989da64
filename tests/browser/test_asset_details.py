"""The page of one asset."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep, make_folder, upload
from tests.browser.drawing import photo_bytes


def test_shows_preview_renditions_and_metadata_as_they_arrive(page: Page, folder: str, client: httpx.Client) -> None:
    data = photo_bytes((2400, 1600))
    path = upload(client, folder, "wide.jpg", data)
    page.goto(f"/assetdetails.html{path}")
    renditions = page.locator("#asset-renditions")
    for name, facts in (
        ("original", "2400 × 1600"),
        ("cq5dam.thumbnail.48.48.png", "48 × 32"),
        ("cq5dam.thumbnail.319.319.png", "319 × 213"),
        ("cq5dam.web.1280.1280.jpeg", "1280 × 853"),
        ("cq5dam.zoom.2048.2048.jpeg", "2048 × 1365"),
    ):
        expect(renditions.locator(f'[data-rendition="{name}"]')).to_contain_text(facts)
    expect(page.locator("#asset-state")).to_contain_text("Processed")
    expect(page.locator("#asset-metadata")).to_contain_text("tiff:ImageWidth")
    preview = page.locator("asset-stage img")
    page.wait_for_function("(image) => image.naturalWidth === 1280", arg=preview.element_handle())
    renditions.get_by_role("button", name="cq5dam.thumbnail.140.100.png").click()
    expect(page.locator(".stage-foot")).to_contain_text("cq5dam.thumbnail.140.100.png")
    page.wait_for_function("(image) => image.naturalWidth === 140", arg=preview.element_handle())
    keep(page, "asset-details")


def test_each_rendition_can_be_downloaded(page: Page, folder: str, client: httpx.Client) -> None:
    data = photo_bytes((800, 600))
    path = upload(client, folder, "small.jpg", data)
    page.goto(f"/assetdetails.html{path}")
    page.get_by_role("link", name="Download cq5dam.web.1280.1280.jpeg").wait_for()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download original").click()
    assert started.value.suggested_filename == "small.jpg"
    assert started.value.path().read_bytes() == data
    with page.expect_download() as started:
        page.get_by_role("link", name="Download cq5dam.web.1280.1280.jpeg").click()
    assert started.value.path().read_bytes()[:3] == b"\xff\xd8\xff"


def test_it_is_moved_and_deleted_from_its_page(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/there", "Over there")
    path = upload(client, folder, "note.txt", b"a note")
    page.goto(f"/assetdetails.html{path}")
    page.get_by_role("button", name="Move").click()
    dialog = page.locator("#dialog-move")
    dialog.get_by_label(f"Folders in {folder.rpartition('/')[2]}", exact=True).click()
    dialog.get_by_role("radio", name="Over there").check()
    dialog.locator("#move-name").fill("memo.txt")
    dialog.get_by_role("button", name="Move", exact=True).click()
    page.wait_for_url(f"**/assetdetails.html{folder}/there/memo.txt")
    expect(page.get_by_role("heading", name="memo.txt")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.locator("#dialog-delete").get_by_role("button", name="Delete").click()
    page.wait_for_url(f"**/assets.html{folder}/there")
    expect(page.get_by_text("This folder is empty")).to_be_visible()


def test_it_says_when_somebody_else_deleted_it(page: Page, folder: str, client: httpx.Client) -> None:
    path = upload(client, folder, "doomed.txt", b"x")
    page.goto(f"/assetdetails.html{path}")
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")
    client.delete(f"/api/assets{path.removeprefix('/content/dam')}")
    expect(page.locator("#asset-problem")).to_contain_text("deleted or moved")


def test_arrows_go_to_the_asset_before_and_after(page: Page, folder: str, client: httpx.Client) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        upload(client, folder, name, b"x")
    page.goto(f"/assetdetails.html{folder}/b.txt")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/c.txt")
    expect(page.get_by_role("heading", name="c.txt")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/b.txt")
    expect(page.get_by_role("heading", name="b.txt")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/assets.html{folder}")
