"""What is done with a selection: download, copy, a profile; and what is said when some of it fails."""

import io
import re
import zipfile

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import make_folder, upload
from tests.browser.test_accessibility import findings
from tests.browser.test_folders import act, choose, item


def test_several_assets_and_folders_come_as_one_zip(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/sub")
    upload(client, folder, "one.txt", b"one")
    upload(client, f"{folder}/sub", "two.txt", b"two")
    page.goto(f"/assets.html{folder}")
    choose(page, "one.txt", "sub")
    act(page, "Download")
    dialog = page.locator("#dialog-download")
    expect(dialog).to_contain_text("2 files, 6 B")
    assert findings(page) == []
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Download").click()
    assert started.value.suggested_filename == "assets.zip"
    with zipfile.ZipFile(io.BytesIO(started.value.path().read_bytes())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"one.txt": b"one", "sub/two.txt": b"two"}


def test_a_copy_beside_its_source_gets_a_number(page: Page, folder: str, client: httpx.Client) -> None:
    upload(client, folder, "one.txt", b"one")
    page.goto(f"/assets.html{folder}")
    choose(page, "one.txt")
    act(page, "Copy")
    dialog = page.locator("#dialog-move")
    expect(dialog.get_by_role("heading")).to_have_text("Copy to")
    dialog.get_by_role("radio", name=folder.rpartition("/")[2], exact=True).check()
    dialog.get_by_role("button", name="Copy", exact=True).click()
    expect(item(page, "one1.txt")).to_be_visible()
    assert client.get(f"{folder}/one.txt").text == client.get(f"{folder}/one1.txt").text == "one"


def test_a_profile_is_applied_to_folders(page: Page, folder: str, client: httpx.Client) -> None:
    make_folder(client, f"{folder}/sub")
    upload(client, folder, "one.txt", b"one")
    page.goto(f"/assets.html{folder}")
    choose(page, "one.txt")
    button = page.get_by_role("toolbar", name="Selected items").get_by_role("button", name="Apply profile")
    expect(button).to_be_disabled()
    choose(page, "sub")
    made = client.post("/tools/processing-profiles.copy.json", data={"path": "", "title": "For the shop"}).json()
    button.click()
    dialog = page.locator("#dialog-apply-profile")
    dialog.get_by_label("Processing Profile").select_option(made["path"])
    assert findings(page) == []
    dialog.get_by_role("button", name="Apply").click()
    expect(page.locator("#toasts")).to_contain_text("1 folder changed")
    content = client.get(f"{folder}/sub/jcr:content.json").json()
    assert content["processingProfile"] == made["path"]


def test_what_fails_is_listed_and_stays_selected(page: Page, folder: str, client: httpx.Client) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        upload(client, folder, name, b"x")
    page.route(
        re.compile(r"/api/assets/.*/[ab]\.txt$"),
        lambda route: route.fulfill(status=409, body="<h1>409 It is locked</h1>"),
    )
    page.goto(f"/assets.html{folder}")
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.locator("#dialog-delete").get_by_role("button", name="Delete").click()
    dialog = page.locator("#dialog-failures")
    expect(dialog).to_contain_text("2 of 3 items could not be changed")
    expect(dialog.locator("li")).to_have_text(["a.txt It is locked", "b.txt It is locked"])
    assert findings(page) == []
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator(".item.is-selected")).to_have_count(2)
    expect(item(page, "c.txt")).to_have_count(0)
