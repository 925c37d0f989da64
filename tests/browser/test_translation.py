"""Every text of every page goes through gettext: in a language of brackets, no page shows a word outside of them.

What is data (names, ids, code, what the services themselves say) is marked `translate="no"`, or is code.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOGIN
from tests.browser.drawing import photo_bytes
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
    if (element.closest("[translate=no], relative-time, .log, .recent, .wf-rows, .state, [data-step]")) continue;
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


def test_what_goes_wrong_is_told_through_gettext(page: Page, shown: Shown, tmp_path: Path) -> None:
    found = {}
    for name, url, sign in (
        ("no folder", "/assets.html/content/dam/none", ".error-page"),
        ("no asset", "/assetdetails.html/content/dam/none.jpg", ".error-page"),
        ("no lesson", "/flow/lessons/none", ".error-page"),
        ("no profile", "/tools/processing-profiles/none.html", ".error-page"),
        ("no flow", "/flow/none", "[data-slot=problem] .button"),
    ):
        page.goto(url)
        expect(page.locator(sign)).to_be_visible()
        found[name] = page.evaluate(UNTRANSLATED, [DATA, NAMED])
    (tmp_path / "broken.jpg").write_bytes(photo_bytes((800, 600))[:3000])
    page.goto(f"/assets.html{shown.folder}")
    page.locator("[data-pick=files]").set_input_files(tmp_path / "broken.jpg")
    expect(page.locator(".dock-row.is-failed")).to_be_visible()
    found["broken file"] = page.evaluate(UNTRANSLATED, [DATA, NAMED])
    page.goto(f"/assetdetails.html{shown.folder}/broken.jpg")
    expect(page.locator("#asset-renditions .why").first).to_be_visible()
    found["its renditions"] = page.evaluate(UNTRANSLATED, [DATA, NAMED])
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("method", "url", "sent"),
    [
        ("POST", "/content/dam/brackets.initiateUpload.json", {"data": {"fileName": "a*b.jpg", "fileSize": "1"}}),
        ("POST", "/content/dam/brackets", {"data": {":operation": "move", ":dest": "/content/dam/none/there"}}),
        ("POST", "/api/assets/brackets", {"json": {"class": "assetFolder", "properties": {}}}),
        (
            "POST",
            "/_aemulator/processing-profiles",
            {"json": {"title": "Wrong", "videos": [{"name": "a.mov"}]}},
        ),
        ("POST", "/_aemulator/faults", {"json": {"kind": "none"}}),
        ("PUT", "/_aemulator/gates", {"json": {"mode": "stop"}}),
    ],
)
def test_a_refusal_that_a_page_shows_is_in_the_servers_language(
    server: ServerProcess, shown: Shown, method: str, url: str, sent: dict[str, Any]
) -> None:
    with server.client() as client:
        answer = client.request(method, url, **sent)
    assert answer.status_code >= 400
    assert "⟦" in answer.text, answer.text
