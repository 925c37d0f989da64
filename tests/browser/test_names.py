"""The page and the repository agree on names."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from repository import names
from repository.errors import RepositoryError
from tests.server import ServerProcess

NAMES = [
    "photo.jpg",
    "Sub #1 & co",
    "Grüße aus Köln.jpg",
    "a/b:c*d|e\\f[g]h.png",
    "100% {sure}?.tif",
    "semi;colon+plus^caret.gif",
    'quote".txt',
    "日本語 😀.heic",
    "UPPER.JPG",
]
REFUSED = [
    "a*b",
    "a/b",
    "a:b",
    "a[b",
    "a\\b",
    "a]b",
    "a|b",
    "a#b",
    "a%b",
    "a{b",
    "a}b",
    "a?b",
    "a&b",
    "",
    ".",
    "..",
    " a",
]
ASK = "async ([what, name]) => (await import('/static/aemulator/js/names.js'))[what](name)"


@pytest.fixture(scope="module")
def opened(browser: Browser, server: ServerProcess, session: str) -> Iterator[Page]:
    """One page for all questions."""
    context = browser.new_context(base_url=server.url)
    context.add_cookies([{"name": "login-token", "value": session, "url": server.url}])
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_the_page_puts_the_same_names_as_aems_uploader(opened: Page, name: str) -> None:
    assert opened.evaluate(ASK, ["assetName", name]) == names.suggested_asset_name(name)
    assert opened.evaluate(ASK, ["folderName", name]) == names.suggested_folder_name(name)


@pytest.mark.parametrize("name", REFUSED)
def test_the_page_refuses_while_typing_what_the_repository_refuses(opened: Page, name: str) -> None:
    assert opened.evaluate(ASK, ["problemOf", name]) != ""
    with pytest.raises(RepositoryError):
        names.asset_name(name)


@pytest.mark.parametrize("name", ["a.jpg", "Ünïcode 😀.png", "a b c", "a,b;c+d=e@f~g$h!i'j(k)l"])
def test_what_the_page_allows_the_repository_takes(opened: Page, name: str) -> None:
    assert opened.evaluate(ASK, ["problemOf", name]) == ""
    assert names.asset_name(name) == name


def test_keeping_both_finds_a_free_number(opened: Page) -> None:
    script = "async () => (await import('/static/aemulator/js/names.js')).numbered('a.b.jpg', new Set(['a.b1.jpg']))"
    assert opened.evaluate(script) == "a.b2.jpg"
