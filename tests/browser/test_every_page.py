"""What holds for every page: nothing for axe to find, nothing wider than the window, little to load, keys alone."""

import gzip
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Visitors, Wardrobe, keep
from tests.browser.places import PLACES, Place, Shown, prepare
from tests.browser.test_accessibility import AXE, contrasts, findings
from tests.server import ServerProcess

LEAST_BYTES, MOST_BYTES = 10_000, 120_000
"""Of scripts and styles that one page loads, compressed."""
FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return { visible: true, html: "the window" };
  for (let outer = element; outer && outer !== document.body; outer = outer.parentElement) {
    const style = getComputedStyle(outer);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) return { visible: true };
  }
  return { visible: false, html: element.outerHTML.slice(0, 200) };
}"""


@pytest.fixture(scope="module")
def shown(server: ServerProcess) -> Shown:
    with server.client() as client:
        return prepare(client, "/content/dam/for-every-page")


@dataclass
class Seen:
    """What was seen of one page."""

    findings: list[str]
    widths: list[int]
    """Of windows that are narrower than the page."""
    size: int
    """Compressed bytes of its scripts and styles."""
    elsewhere: list[str]
    """URLs on other servers that it loaded."""
    without_focus: list[str]
    """Controls that do not show that they have the focus."""


@pytest.fixture(scope="module")
def seen(wardrobe: Wardrobe, server: ServerProcess, session: str, shown: Shown) -> dict[str, Seen]:
    """Every page is opened once, and looked at from all sides: in a window, in one as narrow as a tablet, with keys."""
    visitors = Visitors(wardrobe, server, session)
    visit = visitors()
    answers: list[Response] = []
    visit.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  (playwright takes no builtin)
    found = {}
    for place in PLACES:
        answers.clear()
        show(visit.page, place, shown)
        visit.page.wait_for_load_state("networkidle")
        loaded = list(answers)
        keep(visit.page, f"{place.name}-1440-light")
        found[place.name] = Seen(
            findings(visit.page) + contrasts(visit.page, "dark") if AXE.exists() else [],
            too_narrow(visit.page, [768, 1440]),
            sum(compressed(one) for one in loaded if one.request.resource_type in {"script", "stylesheet"}),
            [one.url for one in loaded if not one.url.startswith((server.url, "data:", "blob:"))],
            unseen_focus(visit.page),
        )
    visitors.leave()
    assert visit.complaints == []
    return found


def show(page: Page, place: Place, shown: Shown) -> None:
    page.goto(shown.address(place))
    expect(page.locator(place.sign).first).to_be_visible()
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")


def too_narrow(page: Page, widths: list[int]) -> list[int]:
    """Those of these widths of the window at which the page is wider; the last stays."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(width)
    return found


def unseen_focus(page: Page) -> list[str]:
    page.locator("#main").focus()
    found = []
    for _ in range(12):
        page.keyboard.press("Tab")
        where = page.evaluate(FOCUSED)
        if not where["visible"]:
            found.append(where["html"])
    return found


_compressed: dict[str, int] = {}


def compressed(answer: Response) -> int:
    """Bytes of what was loaded."""
    path = urlsplit(answer.url).path
    if path not in _compressed:
        _compressed[path] = len(gzip.compress(answer.body(), 6))
    return _compressed[path]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/npm")
def test_axe_finds_nothing(seen: dict[str, Seen]) -> None:
    assert {name: one.findings for name, one in seen.items() if one.findings} == {}


def test_nothing_is_wider_than_the_window_or_a_tablet(seen: dict[str, Seen]) -> None:
    assert {name: one.widths for name, one in seen.items() if one.widths} == {}


def test_a_page_loads_few_bytes_of_script_and_style_and_all_from_here(seen: dict[str, Seen]) -> None:
    assert all(one.size > LEAST_BYTES for one in seen.values()), seen
    assert {name: one.size for name, one in seen.items() if one.size > MOST_BYTES} == {}
    assert [url for one in seen.values() for url in one.elsewhere] == []


def test_every_control_of_a_page_is_reached_by_tab_and_shows_that_it_has_the_focus(seen: dict[str, Seen]) -> None:
    assert {name: one.without_focus for name, one in seen.items() if one.without_focus} == {}


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/npm")
def test_axe_finds_nothing_and_nothing_is_too_wide_on_a_telephone_in_the_dark(visitors: Visitors, shown: Shown) -> None:
    page = visitors(width=360, scheme="dark").page
    found = {}
    for place in PLACES:
        show(page, place, shown)
        keep(page, f"{place.name}-360-dark")
        found[place.name] = findings(page) + contrasts(page, "light")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[place.name].append("wider than the window")
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/npm")
def test_axe_finds_nothing_in_what_is_opened(page: Page, shown: Shown) -> None:
    page.goto("/api/docs/i-o-events")
    for summary in page.locator(".operation > summary").all()[:4]:
        summary.click()
    assert findings(page) == []
    page.keyboard.press("?")
    assert findings(page) == []
    page.goto("/events?q=nothing-has-this")
    expect(page.get_by_text("No entry matches")).to_be_visible()
    assert findings(page) == []
    page.goto(shown.activation)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("#dialog-confirm")).to_be_visible()
    assert findings(page) == []


def test_the_sections_open_in_a_list_where_the_bar_is_narrow(visitors: Visitors) -> None:
    page = visitors(width=360).page
    page.goto("/settings")
    sections = page.get_by_role("navigation", name="Sections")
    expect(sections).to_be_hidden()
    page.get_by_role("button", name="Sections").press("Enter")
    expect(sections).to_be_visible()
    page.keyboard.press("Escape")
    expect(sections).to_be_hidden()
    page.get_by_role("button", name="Sections").click()
    sections.get_by_role("link", name="Journal").click()
    expect(page.locator("#main")).to_have_attribute("data-section", "journal")
    expect(sections).to_be_hidden()
    expect(page.get_by_role("button", name="Sections")).to_contain_text("Journal")


def test_the_keys_are_switched_off_in_the_settings(page: Page) -> None:
    page.goto("/settings")
    page.get_by_label("On", exact=True).uncheck()
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.keyboard.press("?")
    expect(page.locator("#dialog-shortcuts")).to_be_hidden()
    expect(page.locator("#main")).to_have_attribute("data-section", "settings")
