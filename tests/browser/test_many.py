"""5,000 assets in a folder: how soon the first ones are seen, how much the page holds, what can be done with all."""

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import upload
from tests.browser.drawing import photo_bytes
from tests.server import ServerProcess, wait_until

MANY = 5000
REAL = 60  # with a picture: what the first page shows
LOADED = 1500  # items that are scrolled through
FIRST_PAINT = 3000  # ms; under a second on an idle machine, and other tests may load this one
WHOLE = 500  # items with content then
ASSET = {
    "jcr:primaryType": "dam:Asset",
    "jcr:content": {
        "jcr:primaryType": "dam:AssetContent",
        "dam:assetState": "processed",
        "metadata": {"jcr:primaryType": "nt:unstructured", "dc:format": "image/jpeg"},
        "renditions": {"jcr:primaryType": "nt:folder"},
    },
}
PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const [entry] = list.getEntriesByName("first-contentful-paint");
  if (entry) resolve(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""


@pytest.fixture(scope="module")
def many(server: ServerProcess) -> Iterator[str]:
    """Most of them imported without bytes; the first have copies of a real picture and its renditions."""
    folder = "/content/dam/many"
    imported = {f"p{number:04}.jpg": ASSET for number in range(REAL, MANY)}
    form = {":operation": "import", ":contentType": "json", ":name": "many"}
    file = json.dumps({"jcr:primaryType": "sling:OrderedFolder"} | imported)
    with server.client() as client:
        answer = client.post("/content/dam", data=form, files={":contentFile": ("many.json", file, "application/json")})
        assert answer.status_code == 201, answer.text
        first = upload(client, folder, "p0000.jpg", photo_bytes((320, 240)))
        state = f"{first}/jcr:content.json"
        wait_until(lambda: client.get(state).json()["dam:assetState"] == "processed", 60, "the first is processed")
        copies = {f"./p{number:04}.jpg@CopyFrom": first for number in range(1, REAL)}
        assert client.post(folder, data=copies).status_code == 200
        yield folder
        client.delete("/api/assets/many")


def load(page: Page, count: int) -> None:
    while (before := page.locator(".item").count()) < count:
        page.mouse.wheel(0, 100_000)
        page.wait_for_function("(n) => document.querySelectorAll('.item').length > n", arg=before)


def test_five_thousand_assets(page: Page, many: str, client: httpx.Client) -> None:
    page.goto(f"/assets.html{many}?view=card")
    assert page.evaluate(PAINTED) < FIRST_PAINT
    expect(page.locator("[data-slot=count]")).to_have_text("5,000 items")
    page.keyboard.press("Control+a")
    expect(page.locator("[data-slot=selected]")).to_have_text("5,000 of 5,000 selected")
    assert page.locator(".item").count() < MANY
    page.keyboard.press("Escape")
    load(page, LOADED)
    page.mouse.wheel(0, 100_000)
    page.wait_for_function("(n) => document.querySelectorAll('.item .caption').length < n", arg=WHOLE)
    paths = page.locator(".item").evaluate_all("items => items.map((item) => item.dataset.name)")
    assert paths == [f"p{number:04}.jpg" for number in range(len(paths))]
    page.mouse.wheel(0, -10_000_000)
    expect(page.locator(".item").first).to_contain_text("p0000.jpg")
    expect(page.locator(".item").first.locator("img")).to_be_visible()
    page.locator(".item-link").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "p0001.jpg"
