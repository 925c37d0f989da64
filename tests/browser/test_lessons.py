"""Each lesson, walked to its end, and what it leaves behind: nothing."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from flow.ui.lessons import LESSONS
from tests.browser.conftest import Visitors, keep
from tests.browser.test_accessibility import findings
from tests.browser.test_flow import needs_axe
from tests.server import wait_until

MOST_SCENES = 12
LESSON_PATIENCE = 90_000  # milliseconds; a lesson waits for real retries and events
TURNED = "flow-lesson[data-state=waiting], flow-lesson[data-state=done], flow-lesson[data-state=failed]"
ENDS = {
    "happy-path": "6 renditions are attached.",
    "missing-rendition": "lesson-web.png is attached.",
    "too-many-requests": "6 renditions are attached.",
    "at-least-once": "6 renditions are attached, each once.",
    "custom-worker": "circle.png is attached.",
    "too-large": "cq5dam.zoom.2048.2048.jpeg is attached after",
}


def walk(page: Page) -> None:
    for _ in range(MOST_SCENES):
        page.wait_for_selector(TURNED, timeout=LESSON_PATIENCE)
        if page.locator("flow-lesson").get_attribute("data-state") != "waiting":
            break
        page.get_by_role("button", name="Next").click()
    expect(page.locator("flow-lesson")).to_have_attribute("data-state", "done")


def test_there_is_a_test_of_each_lesson() -> None:
    assert set(ENDS) == {lesson.name for lesson in LESSONS}


@pytest.mark.parametrize("name", ENDS)
def test_a_lesson_ends_well_and_cleans_up(page: Page, client: httpx.Client, name: str) -> None:
    before = state(client)
    page.goto(f"/flow/lessons/{name}")
    page.get_by_role("button", name="Start", exact=True).click()
    walk(page)
    expect(page.locator(".scene[data-state=now]")).to_contain_text(ENDS[name])
    expect(page.locator(".fp-badge[data-state=done]").first).to_be_visible()
    keep(page, f"lesson-{name}")
    page.get_by_role("button", name="Clean up").click()
    expect(page.locator("flow-lesson")).to_have_attribute("data-state", "ready")
    wait_until(lambda: state(client) == before, 20, "nothing is left of the lesson")


def test_what_a_closed_tab_left_behind_is_cleaned_up_from_the_next(visitors: Visitors, client: httpx.Client) -> None:
    before = state(client)
    visit = visitors()
    visit.page.goto("/flow/lessons/happy-path")
    visit.page.get_by_role("button", name="Start", exact=True).click()
    expect(visit.page.locator("flow-lesson")).to_have_attribute("data-state", "waiting")
    other = visit.context.new_page()
    other.goto("/flow/lessons/too-large")
    sweep = other.get_by_role("button", name="Clean up after it")
    expect(other.get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(sweep).to_be_hidden()  # somebody is still at it
    visit.page.close()
    other.reload()
    sweep.click()
    expect(sweep).to_be_hidden()
    wait_until(lambda: state(client) == before, 20, "nothing is left of the lesson")


def state(client: httpx.Client) -> tuple[object, ...]:
    """What lessons make: folders, faults, gates, profiles."""
    folders = client.get("/content/dam/lessons.1.json")
    names = sorted(name for name in folders.json() if ":" not in name) if folders.status_code == 200 else []
    faults = client.get("/_aemulator/faults").json()["faults"]
    gates = client.get("/_aemulator/gates").json()["flows"]
    return names, faults, gates, client.get("/_aemulator/processing-profiles").json()


def test_the_demo_turns_its_pages_itself(page: Page, client: httpx.Client) -> None:
    page.goto("/")
    page.get_by_role("link", name="Run the 60-second demo").click()
    expect(page.locator("flow-lesson")).to_have_attribute("data-state", "done", timeout=LESSON_PATIENCE)
    page.get_by_role("link", name="Open the asset").click()
    expect(page.locator(".renditions li[data-state=stored]")).to_have_count(7)


def test_closing_the_tab_lets_its_folder_go(visitors: Visitors, client: httpx.Client) -> None:
    page = visitors().page
    page.goto("/flow/lessons/happy-path")
    page.get_by_role("button", name="Start", exact=True).click()
    wait_until(lambda: lesson_gates(client), 20, "the lesson holds its folder")
    (setting,) = lesson_gates(client).values()
    assert setting["expires"] is not None
    page.close(run_before_unload=True)
    wait_until(lambda: not lesson_gates(client), 20, "nothing is held any more")


def lesson_gates(client: httpx.Client) -> dict[str, dict[str, object]]:
    gates = client.get("/_aemulator/gates").json()["flows"]
    return {scope: setting for scope, setting in gates.items() if scope.startswith("path:/content/dam/lessons/")}


@needs_axe
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1440, "light")])
def test_accessible_at_every_width(visitors: Visitors, width: int, scheme: str) -> None:
    page = visitors(width=width, scheme=scheme).page
    page.goto("/flow/lessons/happy-path")
    expect(page.locator(".scene")).to_have_count(9)
    assert findings(page) == []
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("flow-lesson")).to_have_attribute("data-state", "waiting")
    keep(page, f"lesson-{width}-{scheme}")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Clean up").click()
    expect(page.locator("flow-lesson")).to_have_attribute("data-state", "ready")


def test_no_such_lesson(page: Page) -> None:
    page.goto("/flow/lessons/nonsense")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
