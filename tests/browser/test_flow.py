"""The flow inspector's pages: list, picture, steps, timeline, exchanges, gates, files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors, keep, make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.browser.test_accessibility import AXE, findings
from tests.server import ServerProcess, manage, wait_until

DEFAULT_RENDITIONS = 6
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/npm")


def newest_flow(client: httpx.Client, path: str) -> dict[str, object] | None:
    found = client.get("/_aemulator/flows", params={"path": path, "limit": 1}).json()["flows"]
    return found[0] if found else None


def finished_flow(client: httpx.Client, path: str) -> str:
    def ended() -> bool:
        flow = newest_flow(client, path)
        return bool(flow and flow["state"] in {"done", "failed"})

    wait_until(ended, 60, f"the flow of {path} has ended")
    flow = newest_flow(client, path)
    assert flow
    return str(flow["id"])


@pytest.fixture(scope="module")
def made(server: ServerProcess) -> Iterator[str]:
    """The id of a flow that went well."""
    with server.client() as client:
        make_folder(client, "/content/dam/inspected")
        path = upload(client, "/content/dam/inspected", "harbour.jpg", photo_bytes((900, 600)))
        yield finished_flow(client, path)


@pytest.fixture
def paused(client: httpx.Client, folder: str) -> Iterator[str]:
    """A folder in which everything is held before each step."""
    scope = f"path:{folder}"
    client.put("/_aemulator/gates", json={"scope": scope, "mode": "pause"}).raise_for_status()
    yield folder
    client.put("/_aemulator/gates", json={"scope": scope, "mode": "run", "breakpoints": []}).raise_for_status()


def test_a_flow_from_the_list_to_its_bytes(page: Page, made: str) -> None:
    page.goto("/flow")
    page.locator(f"a[href$='{made}']", has_text="harbour.jpg").click()  # it may be there again, opened from a file
    expect(page.get_by_role("heading", name="harbour.jpg")).to_be_visible()
    expect(page.locator(".flow-step[data-state=done]")).to_have_count(7)
    expect(page.locator(".rendition-row[data-state=attached]")).to_have_count(DEFAULT_RENDITIONS)
    expect(page.locator(".fp-badge[data-state=done]").first).to_be_visible()
    expect(page.locator(".fp-entry.is-full")).to_have_count(DEFAULT_RENDITIONS)
    page.locator(".wf-row[data-exchange]", has_text="sends the processing job").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="POST /process")).to_be_visible()
    expect(drawer.get_by_text("AEM Assets sends the processing job")).to_be_visible()
    expect(drawer.locator(".json-view").first).to_contain_text("harbour.jpg")
    expect(drawer.locator(".json-view").first).to_contain_text("sig=redacted")
    expect(drawer.locator("pre", has_text="curl")).to_be_visible()
    assert "exchange=" in page.url
    fold = drawer.locator(".json-fold", has_text="source").nth(1).locator("summary").first
    fold.click()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert "exchange=" not in page.url


def test_an_exchange_has_an_address_and_neighbours(page: Page, client: httpx.Client, made: str) -> None:
    exchanges = client.get(f"/_aemulator/flows/{made}").json()["exchanges"]
    exchanges.sort(key=lambda one: one["started"])
    put = next(index for index, one in enumerate(exchanges) if one["method"] == "PUT")
    page.goto(f"/flow/{made}?exchange={exchanges[put]['id']}")
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("h2")).to_contain_text("PUT ")
    expect(drawer.locator(".body-picture, .hex").first).to_be_visible()
    drawer.get_by_role("button", name="Exchange after").click()
    expect(drawer.locator("h2")).to_contain_text(exchanges[put + 1]["path"])
    page.reload()
    expect(page.get_by_role("dialog").locator("h2")).to_contain_text(exchanges[put + 1]["path"])


def test_an_exchange_that_is_gone(page: Page, made: str) -> None:
    page.goto(f"/flow/{made}?exchange=1")
    expect(page.get_by_role("dialog")).to_contain_text("not kept any more")
    page.goto("/flow/no-such-flow")
    expect(page.get_by_text("There is no such flow any more")).to_be_visible()


def test_the_timeline_zooms_folds_and_is_a_table(page: Page, made: str) -> None:
    page.goto(f"/flow/{made}")
    rows = page.locator(".wf-row")
    expect(rows.first).to_be_visible()
    before = rows.count()
    waterfall = page.locator(".wf-scroll")
    page.get_by_role("button", name="Zoom in").click()
    expect(page.get_by_text("2 × zoomed")).to_be_visible()
    waterfall.focus()
    page.keyboard.press("+")
    expect(page.get_by_text("4 × zoomed")).to_be_visible()
    waterfall.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    expect(page.get_by_text("5 × zoomed")).to_be_visible()
    waterfall.focus()
    page.keyboard.press("0")
    expect(page.get_by_text("in all")).to_be_visible()
    page.get_by_role("button", name="cqdam.metadata.xml").first.click()
    expect(page.locator(".wf-row")).not_to_have_count(before)
    page.get_by_role("button", name="Show as table").click()
    expect(page.get_by_role("columnheader", name="queued")).to_be_visible()
    expect(page.get_by_role("rowheader", name="cqdam.metadata.xml", exact=True)).to_be_visible()


def test_one_rendition_alone(page: Page, made: str) -> None:
    name = "cq5dam.web.1280.1280.jpeg"
    page.goto(f"/flow?path=/content/dam/inspected/harbour.jpg&rendition={name}")
    expect(page).to_have_url(re.compile(f"/flow/{made}"))
    expect(page.get_by_text(f"only {name}")).to_be_visible()
    expect(page.locator(".wf-row", has_text="cqdam.metadata.xml")).to_have_count(0)
    page.locator("[data-slot=filter]").get_by_role("button", name="Show all").click()
    expect(page.locator(".wf-row", has_text="cqdam.metadata.xml").first).to_be_visible()


def test_keys_choose_steps_and_replay(page: Page, made: str) -> None:
    page.goto(f"/flow/{made}")
    expect(page.locator(".wf-row").first).to_be_visible()
    page.keyboard.press("4")
    expect(page.locator(".flow-step.is-chosen")).to_contain_text("Worker reads")
    expect(page.locator(".flow-step.is-chosen")).to_contain_text("Understand the working of a custom application")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".flow-step.is-chosen")).to_contain_text("Worker writes")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause replay")).to_be_visible()
    expect(page.locator(".flow-step[data-state=waiting]").first).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_visible()
    page.get_by_label("Speed of the replay").select_option("Fast")
    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_label("Speed of the replay").select_option("Slow")
    page.get_by_label("Speed of the replay").select_option("Fast")
    expect(page.locator(".flow-step[data-state=done]")).to_have_count(7)  # within seconds
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_visible()
    page.goto("/flow/nobody-knows-it")
    expect(page.get_by_text("There is no such flow any more")).to_be_visible()
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_hidden()
    expect(page.get_by_text("Export", exact=True)).to_be_hidden()


def test_a_held_flow_is_stepped_and_let_go(page: Page, client: httpx.Client, paused: str) -> None:
    path = upload(client, paused, "held.jpg", photo_bytes((500, 400)))
    wait_until(lambda: newest_flow(client, path), 30, "the flow is recorded")
    flow = newest_flow(client, path)
    assert flow
    page.goto("/flow")
    expect(page.locator(".held")).to_contain_text("held")
    page.get_by_role("button", name="Step", exact=True).click()
    wait_until(lambda: step_of(client, path) >= 2, 30, "step 2 has been reached")
    client.put("/_aemulator/gates", json={"scope": f"path:{paused}", "mode": "run"}).raise_for_status()
    finished_flow(client, path)
    page.goto(f"/flow/{flow['id']}")
    expect(page.locator(".flow-step[data-state=done]")).to_have_count(7)


def step_of(client: httpx.Client, path: str) -> int:
    flow = newest_flow(client, path)
    return int(str(flow["step"])) if flow else 0


def test_modes_and_breakpoints_for_all(page: Page, client: httpx.Client) -> None:
    page.goto("/flow")
    try:
        page.get_by_role("button", name="Slow", exact=True).click()
        expect(page.get_by_role("button", name="Slow", exact=True)).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="Breakpoint before step 4").click()
        expect(page.get_by_role("button", name="Breakpoint before step 4")).to_have_attribute("aria-pressed", "true")
        state = client.get("/_aemulator/gates").json()["all"]
        assert (state["mode"], state["breakpoints"]) == ("slow", [4])
        page.locator("h1").click()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Pause", exact=True)).to_have_attribute("aria-pressed", "true")
    finally:
        client.put("/_aemulator/gates", json={"scope": "all", "mode": "run", "breakpoints": []}).raise_for_status()
    expect(page.get_by_role("button", name="Run", exact=True)).to_have_attribute("aria-pressed", "true")


def test_the_picture_has_the_workers_that_there_are(
    page: Page, server: ServerProcess, client: httpx.Client, tmp_path: Path
) -> None:
    processes = client.get("/_aemulator/health").json()["parts"]["core-workers"]["processes"]
    page.goto("/flow")
    expect(page.locator("[data-box=compute]")).to_contain_text(f"{processes} core worker")
    expect(page.locator("[data-box=compute] .fp-slot")).to_have_count(min(processes, 8))
    deployed = client.get("/tools/processing-profiles.workers.json").json()["workers"]
    shown = deployed[0]["title"][:10] if deployed else "none deployed"
    expect(page.locator("[data-box=runtime]")).to_contain_text(shown)
    app = tmp_path / "aa"
    app.mkdir()
    (app / "index.js").write_text("exports.main = () => ({});")
    assert manage("deploy", str(app), "--data-dir", str(server.data_dir)).returncode == 0
    page.reload()
    expect(page.locator("[data-box=runtime]")).to_contain_text("default/aa")


def test_new_flows_wait_while_the_pointer_is_on_the_list(page: Page, client: httpx.Client, folder: str) -> None:
    upload(client, folder, "first.jpg", photo_bytes((300, 200)))
    page.goto("/flow")
    expect(page.get_by_role("link", name="first.jpg").first).to_be_visible()
    page.locator(".flows tbody tr").first.hover()
    upload(client, folder, "second.jpg", photo_bytes((300, 200), 2))
    expect(page.get_by_role("button", name=re.compile("newer flow"))).to_be_visible()
    expect(page.get_by_role("link", name="second.jpg")).to_have_count(0)
    page.locator("h1").hover()
    expect(page.get_by_role("link", name="second.jpg").first).to_be_visible()


def test_filters(page: Page, made: str) -> None:
    page.goto("/flow")
    page.get_by_label("Filter by name or path").fill("inspected/harbour")
    # The same flow may be there again, opened from a file.
    expect(page.locator(".flows tbody tr").filter(has_not_text="inspected/harbour")).to_have_count(0)
    expect(page.locator(".flows tbody tr").filter(has_text="inspected/harbour").first).to_be_visible()
    page.get_by_label("State", exact=True).select_option("failed")
    expect(page.get_by_text("No flow is like that.")).to_be_visible()
    page.get_by_role("button", name="Show all flows").click()
    expect(page.get_by_role("link", name="harbour.jpg").first).to_be_visible()


def test_a_file_is_saved_and_opened_again(page: Page, made: str, tmp_path: Path) -> None:
    page.goto(f"/flow/{made}")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as saving:
        page.get_by_role("link", name="HAR file with the spans").click()
    saved = tmp_path / "flow.har"
    saving.value.save_as(saved)
    assert json.loads(saved.read_text())["log"]["version"] == "1.2"
    page.goto("/flow")
    page.locator("[name=har]").set_input_files(saved)
    expect(page.get_by_text("Opened from a file")).to_be_visible()
    expect(page.locator(".flow-step[data-state=done]")).to_have_count(7)
    page.locator(".wf-row[data-exchange]").first.click()
    expect(page.get_by_role("dialog").locator(".drawer-half").first).to_be_visible()
    page.goto("/flow")
    broken = tmp_path / "broken.har"
    broken.write_text("{}")
    page.locator("[name=har]").set_input_files(broken)
    expect(page.locator(".toast.bad")).to_contain_text("broken.har could not be opened")


def test_the_diagram_is_copied(visitors: Visitors, made: str) -> None:
    visit = visitors()
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.goto(f"/flow/{made}")
    visit.page.get_by_text("Export", exact=True).click()
    visit.page.get_by_role("button", name="Copy sequence diagram").click()
    expect(visit.page.locator(".toast.good")).to_contain_text("Mermaid")
    assert visit.page.evaluate("navigator.clipboard.readText()").startswith("sequenceDiagram")


def test_how_a_rendition_was_made(page: Page, made: str) -> None:
    page.goto("/assetdetails.html/content/dam/inspected/harbour.jpg")
    page.get_by_role("link", name="How it was made cq5dam.zoom.2048.2048.jpeg").click()
    expect(page).to_have_url(re.compile(f"/flow/{made}"))


@needs_axe
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1440, "dark")])
def test_accessible_at_every_width(visitors: Visitors, made: str, width: int, scheme: str) -> None:
    page = visitors(width=width, scheme=scheme).page
    page.goto("/flow?path=/content/dam/no-such-asset.jpg")
    expect(page.get_by_text("No flow of /content/dam/no-such-asset.jpg is recorded")).to_be_visible()
    assert findings(page) == []
    page.goto("/flow")
    expect(page.locator(".flows tbody tr").first).to_be_visible()
    keep(page, f"flows-{width}-{scheme}")
    assert findings(page) == []
    page.goto(f"/flow/{made}?step=4")
    expect(page.locator(".wf-row").first).to_be_visible()
    keep(page, f"flow-{width}-{scheme}")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Show as table").click()
    page.locator(".wf-scroll").wait_for(state="hidden")
    assert findings(page) == []
    page.get_by_role("button", name="Show as timeline").click()
    page.locator(".wf-row[data-exchange]").first.click()
    expect(page.get_by_role("dialog").locator(".drawer-half").first).to_be_visible()
    assert findings(page) == []
