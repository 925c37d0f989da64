"""The metadata form: edits that keep others' words, refusals that keep one's own."""

import httpx
import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import Visitors, upload
from tests.browser.test_accessibility import findings


@pytest.fixture
def path(folder: str, client: httpx.Client) -> str:
    return upload(client, folder, "note.txt", b"words")


def opened(page: Page, path: str) -> Page:
    page.goto(f"/assetdetails.html{path}")
    expect(page.locator("#asset-state")).to_contain_text("Processed")
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")
    return page


def metadata(client: httpx.Client, path: str) -> dict[str, object]:
    answer = client.get(f"{path}/jcr:content/metadata.json")
    return dict(answer.json())


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Metadata saved")


def test_texts_and_lists_are_saved_by_ctrl_s(page: Page, path: str, client: httpx.Client) -> None:
    opened(page, path)
    page.locator("#meta-dc-title").fill("A note")
    page.get_by_label("Description").fill("Two\nlines")
    keywords = page.locator("#meta-dc-subject")
    for word in ("sea", "sun", "sand"):
        keywords.fill(word)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove sun").click()
    expect(page.locator(".meta-foot")).to_contain_text("3 changes not saved")
    save(page)
    expect(page.locator(".meta-foot")).to_be_hidden()
    stored = metadata(client, path)
    assert (stored["dc:title"], stored["dc:description"]) == ("A note", "Two\nlines")
    assert stored["dc:subject"] == ["sea", "sand"]
    content = client.get(f"{path}/jcr:content.json").json()
    assert content["jcr:lastModifiedBy"] == "admin"


def test_what_was_saved_can_be_taken_back(page: Page, path: str, client: httpx.Client) -> None:
    opened(page, path)
    page.locator("#meta-dc-title").fill("Wrong")
    page.locator("#meta-dc-title").press("Enter")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("taken back")
    expect(page.locator("#meta-dc-title")).to_have_value("")
    assert "dc:title" not in metadata(client, path)


def test_two_people_add_to_one_list_and_neither_loses_words(
    visitors: Visitors, path: str, client: httpx.Client
) -> None:
    client.post(f"{path}/jcr:content/metadata", data={"./dc:subject@TypeHint": "String[]", "./dc:subject": ["old"]})
    page = opened(visitors().page, path)
    page.locator("#meta-dc-subject").fill("mine")
    page.locator("#meta-dc-title").fill("My title")
    theirs = {
        "./dc:subject@Patch": "true",
        "./dc:subject": "+theirs",
        "./dc:title": "Their title",
        "./dc:rights": "All",
    }
    client.post(f"{path}/jcr:content/metadata", data=theirs)
    expect(page.locator('[data-property="dc:title"] .theirs')).to_contain_text("Their title")
    expect(page.get_by_label("Rights")).to_have_value("All")
    expect(page.locator("#meta-dc-title")).to_have_value("My title")
    save(page)
    stored = metadata(client, path)
    assert stored["dc:subject"] == ["old", "theirs", "mine"]
    assert stored["dc:title"] == "My title"


def test_other_properties_have_their_types_and_are_checked(page: Page, path: str, client: httpx.Client) -> None:
    opened(page, path)
    page.locator("metadata-form summary").click()
    expect(page.locator('[data-property="dam:size"]')).to_contain_text("Long")
    expect(page.locator('[data-property="dam:size"] input')).to_have_count(0)
    name = page.locator("#meta-new-name")
    name.fill("jcr:uuid")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#meta-new-problem")).to_contain_text("keeps properties")
    name.fill("shop:price")
    page.locator("#meta-new-type").select_option("Long")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("shop:price").fill("much")
    page.keyboard.press("Control+s")
    expect(page.locator('[data-property="shop:price"] .problem')).to_contain_text("whole number")
    assert findings(page) == []
    page.get_by_label("shop:price").fill("42")
    save(page)
    assert metadata(client, path)["shop:price"] == 42


def test_a_refusal_is_said_and_nothing_typed_is_lost(page: Page, path: str, client: httpx.Client) -> None:
    opened(page, path)
    page.route("**/note.txt", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    page.locator("#meta-dc-title").fill("Kept")
    page.keyboard.press("Control+s")
    expect(page.locator(".meta-foot")).to_contain_text("Not saved: The server cannot be reached")
    expect(page.locator("#meta-dc-title")).to_have_value("Kept")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#meta-dc-title")).to_have_value("")
    expect(page.locator(".meta-foot")).to_be_hidden()


def test_leaving_with_unsaved_words_asks_first(page: Page, path: str) -> None:
    opened(page, path)
    page.locator("#meta-dc-title").fill("Not yet")
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", refuse)
    page.locator(".breadcrumb a").first.click()
    expect(page.locator("#meta-dc-title")).to_have_value("Not yet")
    assert "not saved" in asked[0]
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".breadcrumb a").first.click()
    page.wait_for_url("**/assets.html/content/dam")
