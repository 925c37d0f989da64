"""Faults: the catalogue, the form, the list, and the banner of every page."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Visitors, keep, upload
from tests.browser.drawing import photo_bytes
from tests.browser.test_accessibility import findings
from tests.browser.test_flow import needs_axe

ELSEWHERE = "/content/dam/where-nothing-is"


@pytest.fixture(autouse=True)
def no_faults(client: httpx.Client) -> Iterator[None]:
    yield
    client.delete("/_aemulator/faults").raise_for_status()


def test_every_kind_is_offered(page: Page, client: httpx.Client) -> None:
    kinds = client.get("/_aemulator/faults/kinds").json()["kinds"]
    page.goto("/faults")
    expect(page.locator(".kind")).to_have_count(len(kinds))
    page.get_by_label("Filter faults").fill("429")
    expect(page.locator(".kind:visible")).to_have_count(1)
    page.get_by_label("Filter faults").fill("nothing like that")
    expect(page.get_by_text("No fault is like that.")).to_be_visible()


def test_every_kind_can_be_set_and_seen_at_work(page: Page, client: httpx.Client, folder: str) -> None:
    """What each of them does to renditions is in tests/flow; one strikes here, where it can be seen."""
    kinds = client.get("/_aemulator/faults/kinds").json()["kinds"]
    page.goto("/faults")
    form = page.get_by_role("dialog")
    for number, kind in enumerate(kinds, 1):
        page.get_by_role("button", name=f"Set {kind['title']}", exact=True).click()
        expect(form.get_by_role("heading", level=2)).to_have_text(kind["title"])
        form.get_by_label("Asset or folder").fill(folder if kind["kind"] == "worker-crash" else ELSEWHERE)
        form.get_by_role("button", name="Switch on").click()
        expect(page.locator("tr[data-fault]")).to_have_count(number)
    assert {fault["kind"] for fault in client.get("/_aemulator/faults").json()["faults"]} == {k["kind"] for k in kinds}
    upload(client, folder, "a.jpg", photo_bytes((200, 150)))
    page.goto(f"/assets.html{folder}")
    expect(page.locator(".item.asset[data-state=failed]")).to_have_count(1, timeout=PATIENCE)


def test_a_fault_is_set_changed_switched_off_and_removed(page: Page, client: httpx.Client) -> None:
    page.goto("/faults")
    page.get_by_role("button", name="Set 429 Too Many Requests").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Retry-After (s)").fill("7")
    form.get_by_label("Service").select_option("compute")
    form.get_by_label("Asset or folder").fill(ELSEWHERE)
    form.get_by_label("Probability (%)").fill("50")
    form.get_by_label("Times at most").fill("3")
    form.get_by_label("Seed").fill("11")
    form.get_by_role("button", name="Switch on").click()
    row = page.locator("tr[data-fault]")
    expect(row).to_contain_text(f"Asset Compute · in {ELSEWHERE}")
    expect(row).to_contain_text("50 % of the time · 0 of at most 3 times")
    (fault,) = client.get("/_aemulator/faults").json()["faults"]
    assert (fault["probability"], fault["times"], fault["seed"]) == (0.5, 3, 11)
    assert fault["parameters"] == {"retry_after": 7}
    row.get_by_role("button", name="Change").click()
    form.get_by_label("Times at most").fill("")
    form.get_by_role("button", name="Save").click()
    expect(row).not_to_contain_text("at most")
    row.get_by_role("checkbox").uncheck()
    expect(row).to_contain_text("Off")
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No fault is set")).to_be_visible()


def test_a_banner_on_every_page_while_a_fault_is_on(page: Page, client: httpx.Client) -> None:
    page.goto("/assets.html/content/dam")
    banner = page.locator("faults-banner")
    expect(banner).to_be_hidden()
    fault = {"kind": "latency", "match": {"path": ELSEWHERE}, "parameters": {"seconds": 1}}
    client.post("/_aemulator/faults", json=fault).raise_for_status()
    expect(banner).to_contain_text("1 fault is switched on.")
    page.goto("/")
    expect(banner).to_contain_text("1 fault is switched on.")
    banner.get_by_role("button", name="Switch all off").click()
    expect(banner).to_be_hidden()
    assert [one["enabled"] for one in client.get("/_aemulator/faults").json()["faults"]] == [False]


@needs_axe
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1440, "light")])
def test_accessible_at_every_width(visitors: Visitors, client: httpx.Client, width: int, scheme: str) -> None:
    page = visitors(width=width, scheme=scheme).page
    page.goto("/faults")
    expect(page.locator(".kind").first).to_be_visible()
    assert findings(page) == []
    client.post("/_aemulator/faults", json={"kind": "event-late", "match": {"path": ELSEWHERE}}).raise_for_status()
    expect(page.locator("tr[data-fault]")).to_be_visible()
    keep(page, f"faults-{width}-{scheme}")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Set Rendition fails").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == []
