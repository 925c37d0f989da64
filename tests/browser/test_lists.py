"""The pages of nodes, activations and the journal, as a person uses them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import upload
from tests.browser.drawing import photo_bytes
from tests.server import ServerProcess, manage, wait_until
from tests.services import require_program

GREETER = """
exports.main = async ({ name }) => {
  console.log(`hello, ${name}`);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  console.log(`goodbye, ${name}`);
  return { body: { greeted: name } };
};
"""


def test_activations_appear_while_one_looks_and_do_not_push_away_what_is_under_the_pointer(
    page: Page, folder: str, client: httpx.Client
) -> None:
    upload(client, folder, "before.jpg", photo_bytes((320, 240)))
    page.goto("/compute")
    expect(page.locator(".log tr", has_text="before.jpg").first).to_be_visible()
    page.locator(".log tbody tr").first.hover()
    upload(client, folder, "hidden.jpg", photo_bytes((320, 240), 2))
    expect(page.get_by_role("button", name="1 new entry")).to_be_visible()
    expect(page.locator(".log tr", has_text="hidden.jpg")).to_have_count(0)
    page.get_by_role("button", name="1 new entry").click()
    row = page.locator(".log tr", has_text="hidden.jpg")
    expect(row).to_contain_text("Done")
    expect(row.locator(".row-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#activation-renditions")).to_contain_text("in the journal")


def test_a_test_event_is_published_and_read(page: Page, folder: str, client: httpx.Client) -> None:
    upload(client, folder, "registers.jpg", photo_bytes((320, 240)))
    page.goto("/events")
    expect(page.locator(".log tbody tr").first).to_be_visible()
    page.get_by_label("Event, a JSON object").fill("{")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#publish-problem")).to_contain_text("not JSON")
    event = {"type": "rendition_created", "requestId": folder, "rendition": {"name": "by-hand.png"}}
    page.get_by_label("Event, a JSON object").fill(json.dumps(event))
    page.get_by_role("button", name="Publish", exact=True).click()
    row = page.locator(".log .row-link", has_text="by-hand.png").first

    def listed() -> bool:
        page.goto("/events")
        return row.is_visible()

    expect(page.locator(".toast").last).to_be_visible()
    wait_until(listed, 30, "the test event is in the journal")
    row.click()
    expect(page.locator("#entry pre")).to_contain_text(folder)
    expect(page.locator("#consumers")).to_contain_text("AEM author repository")


def test_a_property_is_added_and_deleted_and_the_tree_is_walked_by_keys(
    page: Page, folder: str, client: httpx.Client
) -> None:
    page.goto(f"/crx/de{folder}")
    page.get_by_role("button", name="Add property").click()
    page.locator("#property-name").fill("sizes")
    page.locator("#property-type").select_option("Long")
    page.locator("#property-multiple").check()
    page.locator("#property-value").fill("1\n2")
    page.get_by_role("button", name="Save").click()
    expect(page.locator('tr[data-name="sizes"]')).to_contain_text("Long[]")
    assert client.get(f"{folder}.json").json()["sizes"] == [1, 2]
    page.get_by_role("button", name="Delete sizes").click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    expect(page.locator('tr[data-name="sizes"]')).to_have_count(0)
    item = page.locator(f'[role=treeitem][data-path="{folder}"]')
    item.focus()
    page.keyboard.press("ArrowLeft")
    expect(item).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowLeft")
    expect(page.locator('[role=treeitem][data-path="/content/dam"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#node")).to_have_attribute("data-path", "/content/dam")
    page.goto("/crx/de/index.jsp#/content")
    expect(page.locator("#node")).to_have_attribute("data-path", "/content")


def test_only_what_failed_is_sent_again(page: Page, folder: str, client: httpx.Client) -> None:
    thumbnail = "cq5dam.thumbnail.48.48.png"
    fault = {
        "kind": "error-reason",
        "match": {"path": folder, "rendition": thumbnail},
        "parameters": {"reason": "GenericError"},
        "times": 1,
    }
    client.post("/_aemulator/faults", json=fault).raise_for_status()
    upload(client, folder, "once-unlucky.jpg", photo_bytes((320, 240)))
    page.goto("/compute?q=once-unlucky.jpg&state=partial")
    page.locator(".log .row-link", has_text="once-unlucky.jpg").click()
    renditions = page.locator("#activation-renditions tbody tr")
    expect(renditions.filter(has_text="GenericError")).to_contain_text(thumbnail)
    before = page.url
    page.get_by_role("button", name="Retry what failed").click()
    page.locator("#dialog-confirm").get_by_role("button", name="Send again").click()
    expect(page).not_to_have_url(before)
    expect(renditions).to_have_count(1)
    expect(renditions).to_contain_text(thumbnail)
    expect(page.locator("#activation-head")).to_contain_text("Done")
    expect(page.get_by_role("button", name="Retry what failed")).to_have_count(0)
    client.delete("/_aemulator/faults")


def test_the_log_of_a_deployed_action_grows_while_one_reads_it(
    page: Page, server: ServerProcess, client: httpx.Client, tmp_path: Path
) -> None:
    require_program("node")
    app = tmp_path / "greeter"
    app.mkdir()
    (app / "index.js").write_text(GREETER)
    deployed = manage("deploy", str(app), "--data-dir", str(server.data_dir))
    assert deployed.returncode == 0, deployed.stderr
    page.goto("/runtime")
    expect(page.locator("#runtime-parts li", has_text="default/greeter")).to_be_visible()
    with ThreadPoolExecutor(1) as caller:
        call = caller.submit(client.get, "/api/v1/web/aemulator/default/greeter", params={"name": "Ada"})
        page.locator("#runtime-parts .row-link", has_text="default/greeter").click()
        log = page.locator("#runtime-log")
        expect(log).to_contain_text("hello, Ada")
        expect(log).to_contain_text("goodbye, Ada")
        expect(page.locator("#runtime-result")).to_contain_text("greeted")
        assert call.result().json() == {"greeted": "Ada"}
    assert manage("undeploy", "default/greeter", "--data-dir", str(server.data_dir)).returncode == 0
    page.goto("/runtime")
    expect(page.locator("#runtime-parts li", has_text="default/greeter")).to_have_count(0)
