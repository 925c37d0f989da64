"""Every text of every page goes through gettext: in a language of brackets, no page shows a word outside of them.

What is data (names, ids, code, what the services themselves say) is marked `translate="no"`, or is code.
"""

import shutil
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOGIN
from tests.browser.places import PLACES, Shown, prepare
from tests.server import ADMIN, ServerProcess
from tests.ui import pseudolocale

pytestmark = pytest.mark.skipif(not shutil.which("msgfilter"), reason="GNU gettext is not installed")

DATA = """[translate=no], code, pre, kbd, script, style, textarea, relative-time, option, .brand, .tabs [data-language],
 #search, .recent, [data-slot=preview] .soft, .fp-workers, .wf-bar"""
NAMED = "#main [aria-label], #main [title], #main [placeholder], header [aria-label]"
UNTRANSLATED = """([outside, named]) => {
  const words = (text) => text.replace(/⟦[^⟦⟧]*(⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧/g, "").match(/[A-Za-z][a-z]{2,}/g);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement: element } = walker.currentNode;
    const text = element.closest("svg g")?.textContent ?? data;
    if (!element.closest(outside) && element.checkVisibility() && words(text)) found.push(text.trim());
  }
  for (const element of document.querySelectorAll(named)) {
    if (element.closest("[translate=no], relative-time, .log, .recent, .wf-rows")) continue;
    for (const name of ["aria-label", "title", "placeholder"]) {
      const text = element.getAttribute(name) ?? "";
      if (words(text)) found.push(`${name}: ${text}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose language is one of brackets."""
    folder = tmp_path_factory.mktemp("brackets")
    pseudolocale.build(folder / "locale")
    environment = {
        "AEMULATOR_LANGUAGE": pseudolocale.CODE,
        "AEMULATOR_LOCALE_DIR": str(folder / "locale"),
        "AEMULATOR_RENDER_PROCESSES": "1",
    }
    with ServerProcess(folder / "data", environment=environment) as running:
        yield running


@pytest.fixture(scope="module")
def shown(server: ServerProcess) -> Shown:
    with server.client() as client:
        return prepare(client, "/content/dam/brackets")


@pytest.fixture
def page(browser: Browser, server: ServerProcess) -> Iterator[Page]:
    with httpx.Client(base_url=server.url) as client:
        client.post(LOGIN, data={"j_username": ADMIN[0], "j_password": ADMIN[1]})
        token = client.cookies["login-token"]
    context = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "login-token", "value": token, "url": server.url}])
    yield context.new_page()
    context.close()


def test_no_page_shows_a_text_that_was_not_given_to_gettext(page: Page, shown: Shown) -> None:
    found = {}
    for place in PLACES:
        page.goto(shown.address(place))
        expect(page.locator(place.sign).first).to_be_visible()
        expect(page.locator("live-connection")).to_contain_text("⟦")
        found[place.name] = page.evaluate(UNTRANSLATED, [DATA, NAMED])
    page.keyboard.press("?")
    expect(page.locator("#dialog-shortcuts")).to_be_visible()
    found["shortcuts"] = page.evaluate(UNTRANSLATED, [DATA, NAMED])
    assert {name: texts for name, texts in found.items() if texts} == {}
