"""axe-core finds nothing on any page, empty and full, in both themes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors, keep, make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.server import ServerProcess

AXE = Path(__file__).resolve().parents[1] / "npm" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]

# Without describing everything that is well, which takes more time than looking for what is not.
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations;
}"""

DRAWN = """new Promise((drawn) => requestAnimationFrame(() => {
  for (const animation of document.getAnimations()) animation.cancel();
  requestAnimationFrame(drawn);
}))"""

IS_OUTLINED = """() => {
  for (let element = document.activeElement; element && element !== document.body; element = element.parentElement) {
    const style = getComputedStyle(element);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) return true;
  }
  return false;
}"""

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/npm")


def findings(page: Page, rules: list[str] = RULES) -> list[str]:
    """What axe finds by the rules with these tags, or by the one that is named."""
    # By the protocol, which the page's own policy does not bind.
    page.evaluate(AXE.read_text())
    violations = page.evaluate(RUN, rules)
    return [f"{found['id']}: {node['html'][:160]}" for found in violations for node in found["nodes"]]


def contrasts(page: Page, scheme: str) -> list[str]:
    """What axe finds of the contrasts of the same page in the other theme, this one; not loaded again."""
    before = "light" if scheme == "dark" else "dark"
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.evaluate(DRAWN)
    found = findings(page, CONTRAST)
    page.emulate_media(color_scheme=before, reduced_motion="reduce")  # type: ignore[arg-type]
    return [f"{scheme}: {one}" for one in found]


@pytest.fixture(scope="module")
def full(server: ServerProcess) -> Iterator[str]:
    """A folder with everything that a page can show."""
    with server.client() as client:
        make_folder(client, "/content/dam/everything", "Everything")
        make_folder(client, "/content/dam/everything/below", "Below")
        upload(client, "/content/dam/everything", "photo.jpg", photo_bytes((1200, 900)))
        upload(client, "/content/dam/everything", "photo.png", photo_bytes((300, 200), 2, "PNG"))
        upload(client, "/content/dam/everything", "notes.txt", b"words")
        upload(client, "/content/dam/everything", "broken.jpg", photo_bytes((800, 600))[:3000])
        yield "/content/dam/everything"


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_folders_and_assets(visitors: Visitors, full: str, scheme: str, width: int) -> None:
    page = visitors(width=width, scheme=scheme).page
    page.goto(f"/assets.html{full}?view=card")
    expect(page.locator(".item.asset:not([data-state=processing])")).to_have_count(4)
    expect(page.locator("live-connection")).to_have_attribute("data-state", "live")
    keep(page, f"cards-{width}-{scheme}")
    assert findings(page) == []
    page.locator(".item input").first.check(force=True)
    assert findings(page) == []
    bar = page.locator("[data-slot=selection]").bounding_box()
    assert bar
    assert bar["height"] < 90  # two rows where the window is narrow
    page.goto(f"/assets.html{full}?view=list")
    keep(page, f"list-{width}-{scheme}")
    assert findings(page) == []
    page.goto(f"/assetdetails.html{full}/photo.jpg")
    keep(page, f"details-{width}-{scheme}")
    assert findings(page) == []
    page.goto(f"/assetdetails.html{full}/broken.jpg")
    assert findings(page) == []


def test_columns_and_filters_where_the_window_is_narrow(visitors: Visitors, full: str) -> None:
    page = visitors(width=360, height=740, scheme="dark").page
    page.goto(f"/assets.html{full}?view=column")
    page.locator(".is-open .asset .item-link").first.click()
    expect(page.locator(".column-preview h2")).to_be_visible()
    assert findings(page) == []
    page.locator(".filter-menu summary").click()
    expect(page.get_by_role("combobox", name="Processing Profile")).to_be_visible()
    assert findings(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_small_words_are_legible_and_buttons_large_enough(page: Page, full: str) -> None:
    page.goto(f"/assetdetails.html{full}/photo.jpg")
    assert page.locator(".renditions .meta").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 12
    for button in page.locator("#main .button:visible").all():
        box = button.bounding_box()
        assert box, button.inner_text()
        assert min(box["width"], box["height"]) >= 24, button.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_start_empty_folder_search_errors_and_sign_in(visitors: Visitors, folder: str, scheme: str) -> None:
    page = visitors(scheme=scheme).page
    for url in ("/", f"/assets.html{folder}", f"/assets.html{folder}?search=none", "/assets.html/content/dam/none"):
        page.goto(url)
        expect(page.locator("live-connection")).to_have_attribute("data-state", "live")
        assert findings(page) == [], url
    page.goto("/libs/granite/core/content/login.html")
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_dialog(visitors: Visitors, full: str, scheme: str, picture: Path) -> None:
    page = visitors(scheme=scheme).page
    page.goto(f"/assets.html{full}?view=card")
    expect(page.locator(".item")).to_have_count(5)
    photo = picture.rename(picture.with_name("photo.jpg"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    openings: dict[str, Callable[[], object]] = {
        "shortcuts": lambda: page.keyboard.press("?"),
        "folder": lambda: page.get_by_role("button", name="Create folder").click(),
        "rename": lambda: page.get_by_role("button", name="Rename").click(),
        "move": lambda: page.keyboard.press("m"),
        "delete": lambda: page.keyboard.press("Backspace"),
        "conflict": lambda: page.locator("[data-pick=files]").set_input_files(photo),
    }
    for key, opens in openings.items():
        opens()
        expect(page.locator(f"#dialog-{key}")).to_be_visible()
        if key == "move":
            expect(page.get_by_role("radio").first).to_be_checked()
        assert findings(page) == [], key
        page.keyboard.press("Escape")
        expect(page.locator(f"#dialog-{key}")).to_be_hidden()


def test_the_dock_while_files_are_uploaded(page: Page, folder: str, tmp_path: Path) -> None:
    page.goto(f"/assets.html{folder}")
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(photo_bytes((600, 400), number))
    (tmp_path / "broken.jpg").write_bytes(photo_bytes((600, 400))[:2000])
    page.locator("[data-pick=files]").set_input_files(sorted(tmp_path.glob("*.jpg")))
    expect(page.locator(".dock h2")).to_contain_text("3 assets ready, 1 failed")
    assert findings(page) == []


def test_focus_is_always_visible(page: Page, full: str, client: httpx.Client) -> None:
    page.goto(f"/assets.html{full}?view=card")
    for _ in range(25):
        page.keyboard.press("Tab")
        outlined = page.evaluate(IS_OUTLINED)
        assert outlined, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
