"""Versions, the timeline and the comparison on the page of an asset."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors, keep, upload
from tests.browser.drawing import photo_bytes
from tests.browser.test_accessibility import findings


def test_a_version_is_created_viewed_and_restored(page: Page, folder: str, client: httpx.Client) -> None:
    first = photo_bytes((320, 240), seed=1)
    path = upload(client, folder, "hills.jpg", first)
    page.goto(f"/assetdetails.html{path}")
    expect(page.locator("#asset-state")).to_contain_text("Processed")
    panel = page.locator("#asset-versions")
    panel.get_by_role("button", name="Create version").click()
    page.locator("#version-label").fill("approved")
    page.locator("#version-comment").fill("For the spring catalogue")
    page.locator("#dialog-version").get_by_role("button", name="Create").click()
    expect(panel).to_contain_text("1.0 · approved")
    expect(panel).to_contain_text("For the spring catalogue")
    upload(client, folder, "hills.jpg", photo_bytes((640, 480), seed=2))
    expect(page.locator('[data-rendition="original"]')).to_contain_text("640 × 480")
    expect(page.locator("#asset-state")).to_contain_text("Processed")
    panel.get_by_role("button", name="View version 1.0").click()
    expect(page.locator(".stage-foot")).to_contain_text("Version 1.0")
    image = page.locator("asset-stage img").element_handle()
    page.wait_for_function("(image) => image.naturalWidth === 320", arg=image)
    with page.expect_download() as started:
        panel.get_by_role("link", name="Download version 1.0").click()
    assert started.value.path().read_bytes() == first
    panel.get_by_role("button", name="Restore version 1.0").click()
    expect(page.locator("#dialog-restore")).to_contain_text("Restore version 1.0?")
    page.locator("#dialog-restore").get_by_role("button", name="Restore").click()
    expect(panel).to_contain_text("Before restoring 1.0")
    expect(page.locator('[data-rendition="original"]')).to_contain_text("320 × 240")
    assert client.get(path).content == first


def test_a_label_that_is_taken_is_refused_in_words(page: Page, folder: str, client: httpx.Client) -> None:
    path = upload(client, folder, "note.txt", b"x")
    client.post(f"{path}.version.html", data={"cmd": "createVersion", "label": "final"})
    page.goto(f"/assetdetails.html{path}")
    page.get_by_role("button", name="Create version").click()
    page.locator("#version-label").fill("final")
    page.locator("#dialog-version").get_by_role("button", name="Create").click()
    expect(page.locator("#toasts")).to_contain_text("already a version with the label final")


def test_the_timeline_tells_of_uploads_and_reprocessing_with_links_to_their_flows(
    page: Page, folder: str, client: httpx.Client
) -> None:
    path = upload(client, folder, "broken.jpg", photo_bytes((800, 600))[:3000])
    page.goto(f"/assetdetails.html{path}")
    timeline = page.locator("#asset-timeline")
    expect(timeline).to_contain_text("failed or not possible")
    page.get_by_role("button", name="Reprocess").click()
    page.locator("#dialog-reprocess").get_by_role("button", name="Reprocess").click()
    expect(timeline.locator("li")).to_have_count(2)
    expect(timeline.locator("li").first).to_contain_text("Processed again")
    page.wait_for_function(
        "async (path) => (await (await fetch(`/_aemulator/flows?path=${path}`)).json()).flows.length === 2", arg=path
    )
    timeline.get_by_role("link", name="Flow of: Uploaded").click()
    expect(page.locator("flow-page .flow-facts")).to_contain_text("Upload")
    page.go_back()
    timeline.get_by_role("link", name="Flow of: Processed again").click()
    expect(page.locator("flow-page .flow-facts")).to_contain_text("Reprocess")


def test_renditions_are_compared_by_pointer_keys_and_buttons(
    visitors: Visitors, folder: str, client: httpx.Client
) -> None:
    path = upload(client, folder, "hills.jpg", photo_bytes((2400, 1600)))
    page = visitors(scheme="dark").page
    page.goto(f"/assetdetails.html{path}")
    expect(page.locator("#asset-state")).to_contain_text("Processed")
    page.get_by_role("button", name="Compare").click()
    compare = page.locator("image-compare")
    expect(compare.locator("figcaption")).to_contain_text(["cq5dam.web.1280.1280.jpeg · 1280 × 853", "2400 × 1600"])
    left, right = (compare.locator("img").nth(index).bounding_box() for index in (0, 1))
    assert left == right
    divider = compare.get_by_role("slider")
    expect(divider).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_value("51")
    compare.get_by_role("button", name="Less of the left picture").click()
    expect(divider).to_have_value("41")
    box = divider.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + 40)
    expect(divider).to_have_value("80")
    assert findings(page) == []
    keep(page, "compare-dark")
    compare.get_by_role("button", name="Side by side").click()
    expect(divider).to_be_hidden()
    assert findings(page) == []
    compare.get_by_label("Right picture").select_option("cq5dam.thumbnail.319.319.png")
    expect(compare).to_contain_text("319 × 213")
    page.get_by_role("button", name="Compare").click()
    expect(compare).to_have_count(0)
