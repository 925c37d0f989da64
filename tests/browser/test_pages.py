"""Every page: sign-in, start, errors; the names of AEM; no inline script, no foreign host."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, Visitors, keep, upload
from tests.browser.drawing import photo_bytes
from tests.server import ADMIN, ServerProcess


def test_signing_in_leads_where_one_wanted_to_go(browser: Browser, server: ServerProcess) -> None:
    page = browser.new_page(base_url=server.url)
    page.goto("/assets.html/content/dam")
    expect(page).to_have_title(re.compile("AEM Sign In"))
    page.fill("#username", ADMIN[0])
    page.fill("#password", "wrong")
    page.click("#submit-button")
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    page.fill("#username", ADMIN[0])
    page.fill("#password", ADMIN[1])
    page.click("#submit-button")
    expect(page.locator("coral-shell-content")).to_be_visible()
    expect(page).to_have_title("AEM Assets | Files")
    page.get_by_text("admin").first.click()
    page.get_by_role("link", name="Sign out").click()
    expect(page).to_have_title(re.compile("AEM Sign In"))
    page.context.close()


def test_the_start_page_shows_health_environment_and_recent_uploads(
    page: Page, folder: str, client: httpx.Client, server: ServerProcess
) -> None:
    page.goto("/")
    expect(page.locator(".health li").first).to_be_visible()
    expect(page.locator(".health").first).to_contain_text("Database")
    expect(page.locator("#env-panel pre")).to_contain_text(f"export AEMULATOR_URL={server.url}")
    page.get_by_role("tab", name="Python").click()
    expect(page.locator("#env-panel pre")).to_contain_text("os.environ")
    upload(client, folder, "fresh.jpg", photo_bytes((640, 480)))
    expect(page.locator(".recent li", has_text="fresh.jpg").locator("img")).to_be_visible(timeout=PATIENCE)
    keep(page, "start")


def test_the_environment_is_copied(visitors: Visitors, server: ServerProcess) -> None:
    visit = visitors()
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.goto("/")
    expect(visit.page.locator("#env-panel pre")).to_contain_text("export")
    visit.page.locator("#env-panel copy-button button").click()
    expect(visit.page.locator("#announcer")).to_have_text("Copied")
    assert f"export AEMULATOR_URL={server.url}" in visit.page.evaluate("navigator.clipboard.readText()")


def test_what_does_not_exist_is_said_on_a_page_of_ours(page: Page) -> None:
    answer = page.goto("/assets.html/content/dam/no/such/folder")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.locator("#main").get_by_role("link", name="Open Assets").click()
    expect(page).to_have_title("AEM Assets | Files")


def test_a_link_to_what_is_gone_meanwhile_shows_the_same_page(page: Page, folder: str, client: httpx.Client) -> None:
    path = upload(client, folder, "stale.txt", b"x")
    page.route_web_socket("**/live", lambda socket: None)  # so that the card stays
    page.goto(f"/assets.html{folder}")
    client.delete(f"/api/assets{path.removeprefix('/content/dam')}")
    page.locator(".item-link").click()
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/assets.html/content/dam", "/libs/granite/core/content/login.html"])
def test_pages_forbid_inline_scripts_and_load_nothing_from_elsewhere(
    page: Page, server: ServerProcess, path: str
) -> None:
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    answer = page.goto(path)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page.wait_for_load_state("networkidle")
    assert [url for url in urls if not url.startswith((server.url, "data:", "blob:"))] == []


def test_the_theme_is_chosen_and_kept(page: Page) -> None:
    page.goto("/")
    switch = page.locator("theme-switch button")
    switch.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    switch.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_no_page_is_wider_than_the_window(visitors: Visitors, folder: str, client: httpx.Client, width: int) -> None:
    name = "a-rather-long-name-" * 6 + ".jpg"
    upload(client, folder, name, photo_bytes((300, 200)))
    page = visitors(width=width, height=720).page
    for url in (
        "/",
        f"/assets.html{folder}?view=card",
        f"/assets.html{folder}?view=list",
        f"/assetdetails.html{folder}/{name}",
    ):
        page.goto(url)
        expect(page.locator("#main")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


def test_adobes_own_test_samples_find_their_hooks(page: Page) -> None:
    page.goto("/assets.html/content/dam")
    expect(page).to_have_title("AEM Assets | Files")
    assert page.locator("dam-chunkfileupload.dam-ChunkFileUpload > input").count() >= 1
    expect(page.locator("coral-shell-content")).to_be_visible()
