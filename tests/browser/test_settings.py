"""The settings page's changes of the whole server, and every list before anything is in it: on a server of its own."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOGIN, PATIENCE, Visitors, make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.server import ADMIN, ServerProcess, wait_until

LONG = 2 * PATIENCE
KEPT = "/content/dam/kept"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("settings") / "data") as running:
        yield running


@pytest.fixture
def session(server: ServerProcess, client: httpx.Client) -> str:
    """Each test begins with an empty server, and signs in after that."""
    client.post("/_aemulator/reset").raise_for_status()
    with httpx.Client(base_url=server.url, timeout=PATIENCE / 1000) as browser:
        browser.post(LOGIN, data={"j_username": ADMIN[0], "j_password": ADMIN[1]})
        return browser.cookies["login-token"]


@pytest.fixture
def page(visitors: Visitors) -> Page:
    page = visitors().page
    page.goto("/settings")
    return page


def confirm(page: Page, name: str) -> None:
    dialog = page.locator("#dialog-confirm")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=name, exact=True).click()


def exists(client: httpx.Client, path: str) -> bool:
    return client.get(f"{path}.json").status_code == 200


def test_reset_asks_first_and_says_when_the_server_is_empty(page: Page, client: httpx.Client) -> None:
    make_folder(client, KEPT)
    progress = page.locator("state-panel [data-slot=progress]")
    page.get_by_role("button", name="Reset to empty").click()
    confirm(page, "Cancel")
    expect(progress).to_be_empty()
    assert exists(client, KEPT)
    page.get_by_role("button", name="Reset to empty").click()
    confirm(page, "Reset")
    expect(progress).to_contain_text("Reset. The server is empty.", timeout=LONG)
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    assert not exists(client, KEPT)
    expect(page.get_by_role("button", name="Reset to empty")).to_be_enabled()


def test_a_snapshot_is_downloaded_and_takes_the_place_of_what_came_later(
    page: Page, client: httpx.Client, tmp_path: Path
) -> None:
    make_folder(client, KEPT)
    path = upload(client, KEPT, "kept.jpg", photo_bytes((320, 240)))
    wait_until(lambda: state(client, path) == "processed", 60, "it is processed")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download a snapshot").click()
    assert downloading.value.suggested_filename.startswith("aemulator-")
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    make_folder(client, "/content/dam/later")

    choose(page, file)
    expect(page.locator("#dialog-confirm")).to_contain_text(file.name)
    confirm(page, "Restore")
    progress = page.locator("state-panel [data-slot=progress]")
    expect(progress).to_contain_text("Restored:", timeout=LONG)
    assert not exists(client, "/content/dam/later")
    assert state(client, path) == "processed"
    assert client.get(path).content == photo_bytes((320, 240))
    restored = progress.locator(".state.good").inner_text()
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("User name").fill(ADMIN[0])
    page.get_by_label("Password").fill(ADMIN[1])
    page.get_by_role("button", name="Sign in").click()
    expect(progress).to_have_text(restored)


def test_a_broken_snapshot_is_refused_in_words_and_nothing_changes(
    page: Page, client: httpx.Client, tmp_path: Path
) -> None:
    make_folder(client, KEPT)
    whole = client.get("/_aemulator/snapshot").content
    progress = page.locator("state-panel [data-slot=progress]")
    for name, content in (("cut.tar", whole[: len(whole) // 2]), ("words.tar", b"this is no snapshot")):
        (tmp_path / name).write_bytes(content)
        choose(page, tmp_path / name)
        confirm(page, "Restore")
        expect(progress.locator(".state.bad")).to_contain_text("snapshot", timeout=LONG)
        assert exists(client, KEPT)
    expect(page.get_by_role("button", name="Restore a snapshot")).to_be_enabled()


def test_demo_content_is_added_and_counted(page: Page, client: httpx.Client) -> None:
    page.get_by_role("button", name="Add demo content").click()
    progress = page.locator("state-panel [data-slot=progress]")
    expect(progress).to_contain_text("Uploading the demo pictures")
    expect(page.get_by_role("button", name="Reset to empty")).to_be_disabled()
    expect(progress).to_contain_text("assets are there now.", timeout=3 * LONG)
    names = client.get("/content/dam.3.json").json()
    assert any("jcr:content" not in name and not name.startswith("jcr:") for name in names)


def test_lists_say_what_will_be_in_them_and_fill_by_themselves(page: Page, client: httpx.Client) -> None:
    page.goto("/runtime")
    expect(page.get_by_text("No custom worker is deployed")).to_be_visible()
    expect(page.get_by_text("No action has been called yet")).to_be_visible()
    page.goto("/flow")
    expect(page.get_by_text("No flow has been recorded yet")).to_be_visible()
    journal = page.context.new_page()
    journal.goto("/events")
    expect(journal.get_by_text("The journal is empty. Its first entry appears here.")).to_be_visible()
    page.goto("/compute")
    expect(page.get_by_text("Nothing has been processed yet")).to_be_visible()
    expect(page.get_by_role("link", name="Upload an asset")).to_have_attribute("href", "/assets.html/content/dam")
    make_folder(client, KEPT)
    upload(client, KEPT, "first.jpg", photo_bytes((320, 240)))
    expect(page.locator(".log tbody tr")).to_contain_text("first.jpg")
    expect(journal.locator(".log tbody tr").first).to_be_visible()


def choose(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Restore a snapshot").click()
    choosing.value.set_files(file)


def state(client: httpx.Client, path: str) -> str:
    content = client.get(f"{path}/jcr:content.json").json()
    return str(content.get("dam:assetState", ""))
