"""Uploading in the browser: bytes, processing, thumbnail, without a reload."""

import re
from pathlib import Path

import httpx
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PATIENCE, Visitors, keep, upload
from tests.browser.drawing import photo, photo_bytes

# Collects every text that the rows of the dock ever show.
WATCH_DOCK = """() => {
  window.unreloaded = true;
  window.seen = new Set();
  new MutationObserver(() => {
    for (const how of document.querySelectorAll(".dock-row .how")) window.seen.add(how.textContent);
  }).observe(document.querySelector("upload-dock"), { childList: true, subtree: true, characterData: true });
}"""
IS_DRAWN = "(image) => image.complete && image.naturalWidth > 0"


def open_folder(page: Page, folder: str) -> None:
    page.goto(f"/assets.html{folder}")
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")


def pick(page: Page, *files: Path) -> None:
    page.locator("[data-pick=files]").set_input_files(files)


def wait_for_thumbnail(page: Page, name: str) -> None:
    image = page.locator(f'.item[data-name="{name}"] img')
    expect(image).to_be_visible(timeout=PATIENCE)
    page.wait_for_function(IS_DRAWN, arg=image.element_handle())


def test_a_photo_goes_from_bytes_to_processing_to_thumbnail_without_a_reload(
    page: Page, folder: str, tmp_path: Path
) -> None:
    open_folder(page, folder)
    page.evaluate(WATCH_DOCK)
    pick(page, photo(tmp_path / "evening.jpg", (5000, 4000)))
    wait_for_thumbnail(page, "evening.jpg")
    expect(page.locator(".dock h2")).to_have_text("1 asset ready")
    seen = page.evaluate("[...window.seen]")
    assert any(" of " in words and "B of " in words for words in seen), seen
    assert any(words.startswith("Processing ") and " of " in words for words in seen), seen
    assert page.evaluate("window.unreloaded") is True
    expect(page.locator('.item[data-name="evening.jpg"]')).to_have_attribute("data-state", "ready")
    keep(page, "upload-ready")


def test_the_bytes_of_a_large_file_arrive_in_parallel_parts_and_are_the_same(
    page: Page, folder: str, tmp_path: Path, client: httpx.Client
) -> None:
    data = bytes(range(256)) * 100_000  # 25.6 MB: three parts
    (tmp_path / "archive.bin").write_bytes(data)
    parts = []
    page.on("request", lambda request: parts.append(request.url) if request.method == "PUT" else None)
    open_folder(page, folder)
    pick(page, tmp_path / "archive.bin")
    expect(page.locator('.item[data-name="archive.bin"]')).to_be_visible(timeout=PATIENCE)
    assert len({url for url in parts if "comp=block" in url}) == 3
    assert client.get(f"{folder}/archive.bin").content == data


def test_a_whole_folder_comes_with_its_subfolders(page: Page, folder: str, tmp_path: Path) -> None:
    holiday = tmp_path / "Holiday 2026"
    (holiday / "Day #1").mkdir(parents=True)
    photo(holiday / "arrival.jpg", (400, 300))
    photo(holiday / "Day #1" / "beach.jpg", (400, 300), seed=2)
    (holiday / ".DS_Store").write_bytes(b"litter")
    open_folder(page, folder)
    page.locator("[data-pick=folder]").set_input_files(holiday)
    expect(page.locator(".dock h2")).to_have_text("2 assets ready")
    card = page.locator('.item.folder[data-name="holiday-2026"]')
    expect(card.locator(".item-link")).to_have_text("Holiday 2026")
    card.locator(".item-link").click()
    wait_for_thumbnail(page, "arrival.jpg")
    page.locator('.item[data-name="day--1"] .item-link').click()
    wait_for_thumbnail(page, "beach.jpg")
    expect(page.locator(".breadcrumb")).to_contain_text("Holiday 2026")
    expect(page.locator(".item")).to_have_count(1)


def test_files_and_folders_can_be_dropped_anywhere(page: Page, folder: str, tmp_path: Path) -> None:
    (tmp_path / "dropped").mkdir()
    photo(tmp_path / "dropped" / "inside.jpg", (400, 300))
    photo(tmp_path / "single.jpg", (400, 300), seed=3)
    open_folder(page, folder)
    drop(page, 700, 600, [tmp_path / "dropped", tmp_path / "single.jpg"])
    wait_for_thumbnail(page, "single.jpg")
    expect(page.locator('.item.folder[data-name="dropped"]')).to_contain_text("1 item")
    expect(page.locator("[data-slot=overlay]")).to_be_hidden()


def drop(page: Page, x: int, y: int, files: list[Path]) -> None:
    """As the operating system does it: through the browser's own protocol, with real paths."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
        if kind == "dragOver":
            expect(page.locator("[data-slot=overlay]")).to_be_visible()


def test_a_second_browser_sees_uploads_and_deletions(
    visitors: Visitors, folder: str, picture: Path, client: httpx.Client
) -> None:
    first, second = visitors().page, visitors().page
    open_folder(second, folder)
    open_folder(first, folder)
    pick(first, picture)
    wait_for_thumbnail(second, "harbour.jpg")
    expect(second.locator("[data-slot=count]")).to_have_text("1 item")
    client.delete(f"/api/assets{folder.removeprefix('/content/dam')}/harbour.jpg")
    expect(second.locator(".item")).to_have_count(0)
    expect(second.get_by_text("This folder is empty")).to_be_visible()


def test_a_broken_file_says_why_in_the_dock_on_the_card_and_in_its_details(
    page: Page, folder: str, tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_bytes(photo_bytes((800, 600))[:3000])
    open_folder(page, folder)
    pick(page, tmp_path / "broken.jpg")
    card = page.locator('.item[data-name="broken.jpg"]')
    expect(card).to_contain_text("Failed: Source")
    expect(page.locator(".dock-row.is-failed .how")).to_contain_text("Failed: Source")
    card.locator(".item-link").click()
    expect(page.locator("#asset-problem")).to_contain_text("No rendition could be made: Source")
    expect(page.locator("#asset-renditions .why").first).to_be_visible()
    expect(page.get_by_role("link", name="Why it failed cq5dam.web.1280.1280.jpeg")).to_be_visible()
    keep(page, "asset-failed")


def test_a_refused_part_can_be_retried(page: Page, folder: str, picture: Path) -> None:
    page.route("**/devstoreaccount1/**", lambda route: route.fulfill(status=403, body=""))
    open_folder(page, folder)
    pick(page, picture)
    expect(page.locator(".dock-row.is-failed .how")).to_contain_text("blob storage refused")
    page.unroute_all()
    page.get_by_role("button", name="Retry harbour.jpg").click()
    wait_for_thumbnail(page, "harbour.jpg")


def test_an_upload_can_be_cancelled(page: Page, folder: str, picture: Path) -> None:
    page.route("**/devstoreaccount1/**", lambda route: None)  # bytes that never arrive
    open_folder(page, folder)
    pick(page, picture)
    page.get_by_role("button", name="Cancel harbour.jpg").click()
    expect(page.locator(".dock-row .how")).to_have_text("Cancelled")
    expect(page.locator(".dock h2")).to_have_text("1 cancelled")
    expect(page.locator(".item")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")


def test_an_upload_goes_on_while_people_look_at_other_pages(page: Page, folder: str, tmp_path: Path) -> None:
    open_folder(page, folder)
    pick(page, *[photo(tmp_path / f"p{number}.jpg", (1600, 1200), number) for number in range(6)])
    page.get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", name="Recent uploads")).to_be_visible()
    expect(page.locator(".dock h2")).to_have_text("6 assets ready")
    page.go_back()
    expect(page.locator(".item")).to_have_count(6)


def test_a_file_that_was_paused_sends_only_the_parts_that_are_missing(
    page: Page, folder: str, tmp_path: Path, client: httpx.Client
) -> None:
    data = bytes(range(256)) * 100_000  # 25.6 MB: three parts
    (tmp_path / "archive.bin").write_bytes(data)
    parts: list[str] = []

    def hold_the_last(route: Route) -> None:
        parts.append(route.request.url)
        if len(parts) != 3:
            route.fallback()

    page.route(re.compile("comp=block"), hold_the_last)
    arrived: list[str] = []
    page.on("requestfinished", lambda request: arrived.append(request.url) if "comp=block" in request.url else None)
    open_folder(page, folder)
    pick(page, tmp_path / "archive.bin")
    while len(arrived) < 2:
        page.wait_for_event("requestfinished")
    expect(page.locator(".dock-row .how")).to_have_text(re.compile(r"(15|16|20|21) MB of 26 MB"))
    page.get_by_role("button", name="Pause archive.bin").click()
    expect(page.locator(".dock-row .how")).to_contain_text("Paused at")
    page.get_by_role("button", name="Resume archive.bin").click()
    expect(page.locator('.item[data-name="archive.bin"]')).to_be_visible(timeout=PATIENCE)
    assert parts[3:] == [parts[2]]
    assert client.get(f"{folder}/archive.bin").content == data
    flow = page.locator(".dock-row").get_by_role("link", name="Flow of archive.bin")
    expect(flow).to_have_attribute("href", f"/flow?path={folder}/archive.bin")


def test_all_that_failed_is_retried_at_once(page: Page, folder: str, tmp_path: Path) -> None:
    page.route("**/devstoreaccount1/**", lambda route: route.fulfill(status=403, body=""))
    open_folder(page, folder)
    pick(page, *[photo(tmp_path / f"p{number}.jpg", (300, 200), number) for number in range(3)])
    expect(page.locator(".dock-row.is-failed")).to_have_count(3)
    page.unroute_all()
    page.get_by_role("button", name="Retry failed").click()
    expect(page.locator(".dock h2")).to_have_text("3 assets ready")


def test_files_that_exist_are_asked_about_one_by_one_or_all_at_once(
    page: Page, folder: str, tmp_path: Path, client: httpx.Client
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        upload(client, folder, name, b"old")
        (tmp_path / name).write_bytes(b"new")
    open_folder(page, folder)
    pick(page, *sorted(tmp_path.glob("*.txt")))
    dialog = page.locator("#dialog-conflict")
    expect(dialog).to_contain_text("3 files exist already")
    dialog.get_by_label("Do the same with all 3").uncheck()
    dialog.get_by_role("button", name="Skip").click()
    expect(dialog).to_contain_text("2 files exist already")
    dialog.get_by_text("Keep both", exact=True).click()
    dialog.get_by_role("button", name="Continue").click()
    expect(page.locator(".dock h2")).to_have_text("2 assets ready")
    texts = {name: client.get(f"{folder}/{name}.txt").text for name in ("a", "b", "b1", "c1")}
    assert texts == {"a": "old", "b": "old", "b1": "new", "c1": "new"}


class TestAFileThatExists:
    def ask(self, page: Page, client: httpx.Client, folder: str, picture: Path, choice: str) -> None:
        upload(client, folder, "harbour.jpg", photo_bytes((640, 480), seed=5))
        open_folder(page, folder)
        pick(page, picture)
        dialog = page.locator("#dialog-conflict")
        expect(dialog).to_contain_text("1 file exists already")
        dialog.get_by_text(choice, exact=True).click()
        dialog.get_by_role("button", name="Continue").click()
        expect(page.locator(".dock h2")).to_have_text("1 asset ready")

    def uuid(self, client: httpx.Client, path: str) -> str:
        return str(client.get(f"{path}.json").json()["jcr:uuid"])

    def test_becomes_a_version(self, page: Page, client: httpx.Client, folder: str, picture: Path) -> None:
        self.ask(page, client, folder, picture, "Create version")
        assert client.get(f"{folder}/harbour.jpg").content == picture.read_bytes()
        page.locator('.item[data-name="harbour.jpg"] .item-link').click()
        expect(page.locator("#asset-versions")).to_contain_text("1.0")

    def test_is_replaced(self, page: Page, client: httpx.Client, folder: str, picture: Path) -> None:
        self.ask(page, client, folder, picture, "Replace")
        assert client.get(f"{folder}/harbour.jpg").content == picture.read_bytes()
        page.locator('.item[data-name="harbour.jpg"] .item-link').click()
        expect(page.locator("#asset-versions")).to_contain_text("No earlier versions")

    def test_stays_beside_the_new_one(self, page: Page, client: httpx.Client, folder: str, picture: Path) -> None:
        self.ask(page, client, folder, picture, "Keep both")
        expect(page.locator(".item")).to_have_count(2)
        assert client.get(f"{folder}/harbour1.jpg").content == picture.read_bytes()

    def test_is_left_alone_when_skipped(self, page: Page, client: httpx.Client, folder: str, picture: Path) -> None:
        old = photo_bytes((640, 480), seed=5)
        upload(client, folder, "harbour.jpg", old)
        open_folder(page, folder)
        pick(page, picture)
        page.locator("#dialog-conflict").get_by_role("button", name="Skip them").click()
        expect(page.locator("#dialog-conflict")).to_be_hidden()
        assert client.get(f"{folder}/harbour.jpg").content == old
