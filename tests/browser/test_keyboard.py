"""AEM's shortcuts, and everything that a mouse does by keyboard."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import upload


@pytest.fixture
def opened(page: Page, folder: str, client: httpx.Client) -> Page:
    for name in ("a.txt", "b.txt", "c.txt"):
        upload(client, folder, name, name.encode())
    page.goto(f"/assets.html{folder}")
    expect(page.locator(".item")).to_have_count(3)
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.item')?.dataset.name"))


def test_slash_goes_to_the_search_and_question_mark_lists_the_keys(opened: Page) -> None:
    opened.keyboard.press("/")
    expect(opened.get_by_role("searchbox")).to_be_focused()
    opened.keyboard.type("?")
    expect(opened.locator("#dialog-shortcuts")).to_be_hidden()
    opened.evaluate("document.activeElement.blur()")
    opened.keyboard.press("?")
    expect(opened.locator("#dialog-shortcuts")).to_be_visible()
    opened.keyboard.press("Escape")
    expect(opened.locator("#dialog-shortcuts")).to_be_hidden()


def test_arrows_walk_and_space_selects(opened: Page) -> None:
    opened.keyboard.press("ArrowRight")
    assert focused(opened) == "a.txt"
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Space")
    expect(opened.locator(".item.is-selected")).to_have_attribute("data-name", "b.txt")
    opened.keyboard.press("Shift+ArrowRight")
    expect(opened.locator("[data-slot=selected]")).to_have_text("2 of 3 selected")
    opened.keyboard.press("Escape")
    expect(opened.locator(".item.is-selected")).to_have_count(0)


def test_control_a_selects_all_and_says_how_many(opened: Page) -> None:
    opened.keyboard.press("Control+a")
    expect(opened.locator(".item.is-selected")).to_have_count(3)
    expect(opened.locator("#announcer")).to_have_text("3 items selected")


def test_backspace_asks_before_it_deletes(opened: Page) -> None:
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Backspace")
    expect(opened.locator("#dialog-delete")).to_contain_text("a.txt")
    expect(opened.locator("#dialog-delete").get_by_role("button", name="Cancel")).to_be_focused()
    opened.keyboard.press("Escape")
    expect(opened.locator(".item")).to_have_count(3)


def test_m_moves_and_p_shows_properties(opened: Page) -> None:
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("m")
    expect(opened.locator("#dialog-move")).to_be_visible()
    opened.keyboard.press("Escape")
    opened.keyboard.press("p")
    opened.wait_for_url("**/assetdetails.html/**/a.txt")


def test_the_shortcuts_can_be_switched_off(opened: Page) -> None:
    opened.keyboard.press("?")
    opened.get_by_label("Use single-key shortcuts").uncheck()
    opened.locator("#dialog-shortcuts").get_by_role("button", name="Close").click()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("/")
    expect(opened.get_by_role("searchbox")).not_to_be_focused()
    opened.reload()
    opened.keyboard.press("?")
    expect(opened.locator("#dialog-shortcuts")).to_be_hidden()


def test_shift_click_selects_a_range_and_control_click_one(opened: Page) -> None:
    opened.locator('[data-name="a.txt"] .item-link').click(modifiers=["Control"])
    opened.locator('[data-name="c.txt"] .item-link').click(modifiers=["Shift"])
    expect(opened.locator(".item.is-selected")).to_have_count(3)
    opened.locator('[data-name="b.txt"] .item-link').click(modifiers=["Control"])
    expect(opened.locator(".item.is-selected")).to_have_count(2)


def test_g_and_a_letter_go_to_each_section(page: Page) -> None:
    page.goto("/")
    links = page.locator(".shell nav a")
    letters = links.evaluate_all("links => links.map(link => [link.dataset.letter, link.dataset.section])")
    assert dict(letters).items() >= {"a": "assets", "p": "profiles"}.items()
    for letter, section in letters[1:] + letters[:1]:
        page.keyboard.press("g")
        page.keyboard.press(letter)
        expect(page.locator("#main")).to_have_attribute("data-section", section)
        expect(page.locator(".shell nav [aria-current]")).to_have_attribute("data-section", section)
