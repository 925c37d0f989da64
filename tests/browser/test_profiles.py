"""Processing profiles in the browser: from the editor to the rendition, and what is said when something is wrong."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Visitors, keep, make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.browser.test_accessibility import AXE, findings
from tests.server import wait_until

URL = "/tools/processing-profiles"
API = "/_aemulator/processing-profiles"


@pytest.fixture(autouse=True)
def no_profiles(client: httpx.Client) -> Iterator[None]:
    """Each test begins and ends without profiles: the list shows those of everybody."""
    yield
    for profile in client.get(API).json():
        client.delete(f"{API}/{profile['name']}")


def make(client: httpx.Client, title: str, *names: str) -> str:
    images = [{"name": name, "format": "webp", "width": 120} for name in names]
    answer = client.post(API, json={"title": title, "images": images})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["path"])


def open_editor(page: Page) -> None:
    page.goto(f"{URL}/create.html")
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live", timeout=PATIENCE)


def test_from_the_editor_to_the_rendition(page: Page, folder: str, picture: Path) -> None:
    page.goto(URL)
    expect(page.get_by_text("There is no profile of your own yet")).to_be_visible()
    page.get_by_role("link", name="Create a profile").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Shop")
    page.get_by_role("button", name="Add New image rendition").click()
    page.get_by_label("File name").fill("shop.200.jpeg")
    page.get_by_label("Format").select_option("webp")
    expect(page.get_by_label("File name")).to_have_value("shop.200.webp")
    page.get_by_label("Width").fill("200")
    preview = page.locator("[data-slot=preview]")
    expect(preview).to_contain_text('"width": 200')
    expect(preview).to_contain_text('"fmt": "webp"')
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{URL}?saved=shop")

    page.get_by_role("button", name="Apply Profile to Folder(s)").click()
    dialog = page.locator("#dialog-profile-apply")
    dialog.locator(f'input[value="{folder}"]').check()
    dialog.get_by_role("button", name="Apply").click()
    expect(page.locator(".profile").first.get_by_role("link", name=folder)).to_be_visible()

    page.goto(f"/assets.html{folder}")
    page.locator("[data-pick=files]").set_input_files(picture)
    expect(page.locator(".item.asset[data-state=ready]")).to_have_count(1, timeout=PATIENCE)
    page.goto(f"/assetdetails.html{folder}/harbour.jpg")
    row = page.locator('[data-rendition="shop.200.webp"]')
    expect(row).to_have_attribute("data-state", "stored")
    expect(row).to_contain_text("200")


def test_errors_stand_beside_their_fields_and_nothing_is_lost(page: Page, client: httpx.Client) -> None:
    open_editor(page)
    page.get_by_role("button", name="Add New image rendition").click()
    page.get_by_label("File name").fill("a:b.png")
    page.get_by_label("Included MIME types").fill("image/*")
    page.get_by_role("tab", name="Custom").click()
    page.get_by_role("button", name="Add New custom rendition").click()
    custom = page.locator('.profile-row[data-list="custom"]')
    custom.get_by_label("Name").fill("Circle")
    custom.get_by_label("Extension").fill("png")
    custom.get_by_label("Endpoint URL").fill("https://12345-app.adobeio-static.net/api")
    custom.get_by_role("button", name="Add parameter").click()
    custom.get_by_label("Parameter", exact=True).fill("size")
    custom.get_by_label("Value").fill("1000")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".notice.bad")).to_contain_text("4 fields need attention")
    expect(page.locator("#profile-title-problem")).not_to_be_empty()
    images = page.locator('.profile-row[data-list="images"]')
    expect(images.get_by_label("Included MIME types")).to_have_attribute("aria-invalid", "true")
    expect(images).to_contain_text("write image/.*")
    page.get_by_role("tab", name="Custom").click()
    expect(custom).to_contain_text("adobeio-static.net serves the web pages")
    expect(custom.get_by_label("Value")).to_have_value("1000")
    assert client.get(API).json() == []


def test_a_profile_is_edited_with_rows_removed(page: Page, client: httpx.Client) -> None:
    make(client, "Two rows", "one.webp", "two.webp")
    page.goto(f"{URL}/two-rows.html")
    rows = page.locator(".profile-row")
    expect(rows).to_have_count(2)
    rows.first.get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("tab", name="Image")).to_contain_text("1")
    page.get_by_label("Create FPO Rendition").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{URL}?saved=two-rows")
    stored = client.get(f"{API}/two-rows").json()
    assert [row["name"] for row in stored["images"]] == ["two.webp"]
    assert stored["createFpoRendition"]


def test_of_two_editors_the_second_is_told_before_it_overrules_the_first(
    visitors: Visitors, client: httpx.Client
) -> None:
    make(client, "Shared", "one.webp")
    first, second = (visitors().page for _ in range(2))
    for page, name in ((first, "first.webp"), (second, "second.webp")):
        page.goto(f"{URL}/shared.html")
        page.get_by_role("button", name="Add New image rendition").click()
        page.get_by_label("File name").last.fill(name)
    first.get_by_role("button", name="Save").click()
    first.wait_for_url(f"**{URL}?saved=shared")
    second.get_by_role("button", name="Save").click()
    expect(second.locator(".notice.bad")).to_contain_text("changed elsewhere meanwhile")
    expect(second.get_by_label("File name").last).to_have_value("second.webp")
    assert [row["name"] for row in client.get(f"{API}/shared").json()["images"]] == ["one.webp", "first.webp"]
    second.get_by_role("button", name="Save").click()
    second.wait_for_url(f"**{URL}?saved=shared")
    assert [row["name"] for row in client.get(f"{API}/shared").json()["images"]] == ["one.webp", "second.webp"]


def test_what_was_written_is_not_lost_with_a_profile_that_was_deleted_meanwhile(
    page: Page, client: httpx.Client
) -> None:
    make(client, "Doomed", "one.webp")
    page.goto(f"{URL}/doomed.html")
    page.get_by_label("File name").fill("kept.webp")
    client.delete(f"{API}/doomed").raise_for_status()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice.bad")).to_contain_text("deleted meanwhile")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{URL}?saved=doomed")
    assert [row["name"] for row in client.get(f"{API}/doomed").json()["images"]] == ["kept.webp"]


def test_the_preview_says_what_is_left_out(page: Page, client: httpx.Client) -> None:
    body = {"title": "Picky", "images": [{"name": "v.png", "includeMimeTypes": "video/.*"}]}
    client.post(API, json=body).raise_for_status()
    page.goto(f"{URL}/picky.html")
    preview = page.locator("[data-slot=preview]")
    expect(preview).to_contain_text("image/jpeg is not among the included types")
    page.get_by_label("For", exact=True).select_option("video/mp4")
    expect(preview).to_contain_text('"name": "v.png"')
    page.get_by_label("with the default renditions").check()
    expect(preview).to_contain_text("cq5dam.thumbnail.48.48.png")


def test_a_profile_is_copied_and_deleted_after_asking(page: Page, client: httpx.Client) -> None:
    make(client, "Precious", "p.webp")
    page.goto(URL)
    page.get_by_role("button", name="Copy Precious").click()
    page.locator("#dialog-profile-copy").get_by_label("Name").fill("Second")
    page.locator("#dialog-profile-copy").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("link", name="Second", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete Precious").click()
    page.locator("#dialog-profile-delete").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("link", name="Precious", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete Precious").click()
    page.locator("#dialog-profile-delete").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Precious", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Copy Default").click()
    page.locator("#dialog-profile-copy").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("link", name="Copy of Default", exact=True)).to_be_visible()
    assert len(client.get(API).json()) == 2


def test_a_folders_properties_say_where_its_profile_comes_from(page: Page, client: httpx.Client, folder: str) -> None:
    outer, own = make(client, "Outer one"), make(client, "Own one", "own.webp")
    make_folder(client, f"{folder}/inner", "Inner")
    there = upload(client, f"{folder}/inner", "a.jpg", photo_bytes((300, 200)))
    client.post(folder, data={"jcr:content/processingProfile": outer}).raise_for_status()
    page.goto(f"/assets.html{folder}")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("p")
    dialog = page.locator("#dialog-folder-properties")
    dialog.get_by_label("Title").fill("Inside")
    dialog.get_by_role("tab", name="General").press("ArrowRight")
    expect(dialog).to_contain_text(f"Outer one comes from {folder}")
    dialog.get_by_label("Processing Profile").select_option(own)
    dialog.get_by_label("Process the assets that are there already").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".item.folder")).to_contain_text("Inside")
    rendition = f"{there}/jcr:content/renditions/own.webp"
    wait_until(lambda: client.get(rendition).status_code == 200, 60, "the asset that was there has the rendition")
    content = client.get(f"{folder}/inner/jcr:content.json").json()
    assert (content["jcr:title"], content["processingProfile"]) == ("Inside", own)
    page.locator(".item.folder .item-link").focus()
    page.keyboard.press("p")
    dialog.get_by_role("tab", name="Asset Processing").click()
    dialog.get_by_label("Processing Profile").select_option("")
    with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        dialog.get_by_role("button", name="Save").click()
    assert saved.value.ok
    assert "processingProfile" not in client.get(f"{folder}/inner/jcr:content.json").json()


def test_reprocess_from_the_selection_and_from_the_asset(page: Page, client: httpx.Client, folder: str) -> None:
    path = upload(client, folder, "a.jpg", photo_bytes((300, 200)))
    page.goto(f"/assets.html{folder}")
    expect(page.locator(".item.asset[data-state=ready]")).to_have_count(1, timeout=PATIENCE)
    profile = make(client, "Afterwards", "after.webp")
    client.post(folder, data={"jcr:content/processingProfile": profile}).raise_for_status()
    page.locator(".item input").check(force=True)
    page.get_by_role("button", name="Reprocess").click()
    dialog = page.locator("#dialog-reprocess")
    dialog.get_by_label("Advanced").check()
    dialog.get_by_label("Default Preview Renditions").uncheck()
    dialog.get_by_role("button", name="Reprocess").click()
    expect(dialog).to_contain_text("Choose at least one")
    dialog.get_by_label("Processing Profiles").check()
    dialog.get_by_role("button", name="Reprocess").click()
    expect(page.get_by_text("1 asset is processed again.")).to_be_visible()
    page.goto(f"/assetdetails.html{path}")
    expect(page.locator('[data-rendition="after.webp"]')).to_have_attribute("data-state", "stored", timeout=PATIENCE)

    client.delete(f"{API}/afterwards").raise_for_status()
    page.get_by_role("button", name="Reprocess").click()
    dialog.get_by_role("button", name="Reprocess").click()
    expect(page.locator('[data-rendition="after.webp"]')).to_have_count(0, timeout=PATIENCE)


def test_reprocessing_a_folder_says_that_it_is_for_all_that_is_in_it(
    page: Page, client: httpx.Client, folder: str
) -> None:
    client.post(f"/api/assets{folder.removeprefix('/content/dam')}/inner", json={"class": "assetFolder"})
    upload(client, f"{folder}/inner", "a.jpg", photo_bytes((30, 20)))
    upload(client, folder, "b.jpg", photo_bytes((30, 20)))
    page.goto(f"/assets.html{folder}")
    dialog, hint = page.locator("#dialog-reprocess"), page.get_by_text("all assets in it are processed, at any depth")
    page.locator(".item.folder input").check(force=True)
    page.get_by_role("button", name="Reprocess").click()
    expect(hint).to_be_visible()
    dialog.get_by_role("button", name="Reprocess").click()
    expect(page.get_by_text("1 asset is processed again.")).to_be_visible()
    page.locator(".item.folder input").uncheck(force=True)
    page.locator(".item.asset input").check(force=True)
    page.get_by_role("button", name="Reprocess").click()
    expect(dialog).to_be_visible()
    expect(hint).to_be_hidden()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/npm")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 360)])
def test_axe_finds_nothing(visitors: Visitors, client: httpx.Client, folder: str, scheme: str, width: int) -> None:
    page = visitors(scheme=scheme, width=width).page
    page.goto(URL)
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    keep(page, f"profiles-empty-{width}-{scheme}")
    assert findings(page) == [], "empty list"
    custom = {"name": "C", "extension": "png", "worker": "https://x.adobeioruntime.net/a", "params": {"size": "10"}}
    images = [{"name": "web.600.jpeg", "format": "jpeg", "width": 600}]
    body = {"title": "Everything", "images": images, "videos": [{"name": "a.mp4"}], "custom": [custom]}
    client.post(API, json=body).raise_for_status()
    page.goto(URL)
    keep(page, f"profiles-{width}-{scheme}")
    assert findings(page) == [], "list"
    page.get_by_role("button", name="Apply Profile to Folder(s)").click()
    expect(page.locator("#dialog-profile-apply input[name=folder]").first).to_be_visible()
    keep(page, f"profiles-apply-{width}-{scheme}")
    assert findings(page) == [], "apply"
    page.keyboard.press("Escape")
    page.goto(f"{URL}/everything.html")
    for tab in ("Image", "Video", "Custom"):
        page.get_by_role("tab", name=tab).click()
        keep(page, f"profile-{tab.lower()}-{width}-{scheme}")
        assert findings(page) == [], tab
    page.get_by_label("Endpoint URL").fill("http://example.org/")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice.bad")).to_be_visible()
    assert findings(page) == [], "errors"
    make_folder(client, f"{folder}/x", "X")
    page.goto(f"/assets.html{folder}")
    page.locator(".item-link").focus()
    page.keyboard.press("p")
    page.locator("#dialog-folder-properties").get_by_role("tab", name="Asset Processing").click()
    keep(page, f"folder-properties-{width}-{scheme}")
    assert findings(page) == [], "properties"
    page.keyboard.press("Escape")
    page.locator(".item input").check(force=True)
    page.get_by_role("button", name="Reprocess").click()
    keep(page, f"reprocess-{width}-{scheme}")
    assert findings(page) == [], "reprocess"


def test_an_endpoint_is_looked_at_while_it_is_typed(page: Page) -> None:
    open_editor(page)
    page.get_by_role("tab", name="Custom").click()
    page.get_by_role("button", name="Add New custom rendition").click()
    custom = page.locator('.profile-row[data-list="custom"]')
    field, finding = custom.get_by_label("Endpoint URL"), custom.locator(".finding")
    expect(field).to_have_attribute("list", "deployed-workers")
    expect(finding).to_be_hidden()
    field.fill("https://aemulator.adobeioruntime.net/api/v1/web/shop/circle")
    expect(finding).to_contain_text("No action shop/circle is deployed in the namespace aemulator")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("http://example.com/worker")
    expect(finding).to_contain_text("AEM calls workers by https only")
    if AXE.exists():
        assert findings(page) == []
    field.fill("")
    expect(finding).to_be_hidden()
    expect(field).to_have_attribute("aria-invalid", "false")
