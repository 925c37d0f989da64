"""Trying a profile on a sample: for real, with results, and without a trace in the repository."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep
from tests.browser.drawing import photo_bytes
from tests.server import ServerProcess


def nodes(client: httpx.Client) -> set[str]:
    found = client.get("/bin/querybuilder.json?path=/content/dam&p.limit=-1&type=dam:Asset").json()["hits"]
    return {hit["path"] for hit in found}


def test_a_profile_is_tried_on_the_sample_and_on_a_file_of_ones_own(
    page: Page, client: httpx.Client, server: ServerProcess
) -> None:
    before = nodes(client)
    page.goto("/tools/processing-profiles/create.html")
    page.get_by_role("button", name="Add New").first.click()
    row = page.locator('.profile-row[data-list="images"]')
    row.locator("[name$=-name]").fill("tried.png")
    row.locator("[name$=-format]").select_option("png")
    row.locator("[name$=-width]").fill("120")
    page.get_by_role("button", name="Try it").click()
    result = page.locator(".trial-result")
    expect(page.get_by_text("Done. Nothing of it is in the repository")).to_be_visible()
    expect(result).to_have_count(1)
    expect(result).to_contain_text("120")
    expect(result.locator("img")).to_have_js_property("naturalWidth", 120)
    keep(page, "trial")
    broken = photo_bytes((800, 600))[:3000]
    page.set_input_files("#trial-file", {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": broken})
    page.get_by_role("button", name="Try it").click()
    expect(result).to_contain_text("SourceCorrupt")
    assert nodes(client) == before


def test_a_profile_that_makes_nothing_of_the_file_says_so(page: Page) -> None:
    page.goto("/tools/processing-profiles/create.html")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("[data-slot=trial]")).to_contain_text("makes no rendition")


def test_the_note_of_a_trial_cannot_be_made_up(client: httpx.Client) -> None:
    answer = client.post("/tools/processing-profiles.tried.html", data={"note": "made-up"})
    assert answer.status_code == 422
    assert "over" in answer.json()["message"]
