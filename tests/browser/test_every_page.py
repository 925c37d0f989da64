"""What holds for every page: nothing for axe to find, nothing wider than the window, little to load, keys alone."""

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Visitors, keep
from tests.browser.places import PLACES, Place, Shown, prepare
from tests.browser.test_accessibility import AXE, findings
from tests.server import ServerProcess

MOST_BYTES = 120_000
"""Of scripts and styles that one page loads, compressed."""


@pytest.fixture(scope="module")
def shown(server: ServerProcess) -> Shown:
    with server.client() as client:
        return prepare(client, "/content/dam/for-every-page")


def show(page: Page, place: Place, shown: Shown) -> None:
    page.goto(shown.address(place))
    expect(page.locator(place.sign).first).to_be_visible()
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/npm")
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    visitors: Visitors, shown: Shown, width: int, scheme: str
) -> None:
    page = visitors(width=width, scheme=scheme).page
    found = {}
    for place in PLACES:
        show(page, place, shown)
        keep(page, f"{place.name}-{width}-{scheme}")
        found[place.name] = findings(page)
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


def test_nothing_is_wider_than_a_tablet(visitors: Visitors, shown: Shown) -> None:
    page = visitors(width=768, height=720).page
    wide = []
    for place in PLACES:
        page.goto(shown.address(place))
        expect(page.locator(place.sign).first).to_be_visible()
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(place.name)
    assert wide == []


def test_a_page_loads_few_bytes_of_script_and_style_and_all_from_here(
    visitors: Visitors, shown: Shown, server: ServerProcess
) -> None:
    sizes = {place.name: loaded(visitors, place, shown, server) for place in PLACES}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


def loaded(visitors: Visitors, place: Place, shown: Shown, server: ServerProcess) -> int:
    """Compressed bytes of the scripts and styles of one page."""
    page = visitors().page
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  (playwright takes no builtin)
    show(page, place, shown)
    page.wait_for_load_state("networkidle")
    assert [answer.url for answer in answers if not answer.url.startswith((server.url, "data:", "blob:"))] == []
    own = [answer for answer in answers if answer.request.resource_type in {"script", "stylesheet"}]
    size = sum(len(compressed(answer.url, answer.body())) for answer in own)
    page.context.close()
    visitors.visits.pop()
    return size


_compressed: dict[str, bytes] = {}


def compressed(url: str, body: bytes) -> bytes:
    path = urlsplit(url).path
    if path not in _compressed:
        _compressed[path] = gzip.compress(body, 6)
    return _compressed[path]


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


def test_every_control_of_a_page_is_reached_by_tab_and_shows_that_it_has_the_focus(page: Page, shown: Shown) -> None:
    for place in PLACES:
        show(page, place, shown)
        page.locator("#main").focus()
        for _ in range(12):
            page.keyboard.press("Tab")
            where = page.evaluate(SEEN)
            assert where["visible"], (place.name, where)


SEEN = """() => {
  const element = document.activeElement;
  if (element === document.body) return { visible: true, html: "the window" };
  for (let outer = element; outer && outer !== document.body; outer = outer.parentElement) {
    const style = getComputedStyle(outer);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) return { visible: true };
  }
  return { visible: false, html: element.outerHTML.slice(0, 200) };
}"""
