"""A custom rendition in the browser: from the deployed worker to the rendition, with the worker's log beside it."""

import re
import shutil
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_accessibility import AXE, findings
from tests.server import ROOT, ServerProcess, manage
from tests.services import require, require_program

PACKAGES = ROOT / "tests" / "npm" / "node_modules"
CODE = """
const { worker } = require('@adobe/asset-compute-sdk');
const fs = require('node:fs').promises;
exports.main = worker(async (source, rendition) => {
  console.log(`a badge for ${rendition.instructions.customer}`);
  await fs.copyFile(source.path, rendition.path);
});
"""


def test_from_the_deployed_worker_to_its_rendition_and_its_log(
    page: Page, server: ServerProcess, client: httpx.Client, folder: str, *, picture: Path, tmp_path: Path
) -> None:
    require_program("node")
    require((PACKAGES / "@adobe" / "asset-compute-sdk").is_dir(), "Adobe's SDK is not installed: make node-packages")
    app = tmp_path / "badges"
    app.mkdir()
    (app / "index.js").write_text(CODE)
    (app / "node_modules").symlink_to(PACKAGES.resolve())
    assert manage("deploy", str(app), "--data-dir", str(server.data_dir)).returncode == 0

    page.goto("/tools/processing-profiles/create.html")
    page.get_by_role("textbox", name="Name", exact=True).fill("Badges")
    page.get_by_role("tab", name="Custom").click()
    page.get_by_role("button", name="Add New custom rendition").click()
    custom = page.locator('.profile-row[data-list="custom"]')
    custom.get_by_label("Name").fill("badge")
    custom.get_by_label("Extension").fill("jpg")
    suggestion = page.locator('#deployed-workers option[label="default/badges"]')
    expect(suggestion).to_have_count(1)
    custom.get_by_label("Endpoint URL").fill(str(suggestion.get_attribute("value")))
    expect(custom.locator(".finding")).to_have_text("default/badges is deployed here")
    custom.get_by_role("button", name="Add parameter").click()
    custom.get_by_label("Parameter", exact=True).fill("customer")
    custom.get_by_label("Value").fill("ACME")
    expect(page.locator("[data-slot=preview]")).to_contain_text('"customer": "ACME"')
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**saved=badges")

    saved = page.locator(".profile").filter(has_text="Badges")  # other tests' profiles may be there, too
    saved.get_by_role("button", name="Apply Profile to Folder(s)").click()
    dialog = page.locator("#dialog-profile-apply")
    dialog.locator(f'input[value="{folder}"]').check()
    dialog.get_by_role("button", name="Apply").click()
    page.goto(f"/assets.html{folder}")
    page.locator("[data-pick=files]").set_input_files(picture)
    expect(page.locator(".item.asset[data-state=ready]")).to_have_count(1, timeout=PATIENCE)

    page.goto(f"/assetdetails.html{folder}/harbour.jpg")
    expect(page.locator('[data-rendition="badge.jpg"]')).to_have_attribute("data-state", "stored")
    log = page.locator("#asset-worker-log")
    expect(log).to_contain_text("a badge for ACME", timeout=PATIENCE)
    expect(log).to_contain_text("Done")
    expect(log.get_by_role("link", name="Result and whole log")).to_have_attribute(
        "href", re.compile("^/runtime/.{32}$")
    )
    if AXE.exists():
        assert findings(page) == []

    # Deployed again, the worker writes something else, and the page hears of it when the asset is processed again.
    (app / "index.js").write_text(CODE.replace("a badge for", "another badge for"))
    client.post("/bin/asynccommand", data={"operation": "PROCESS", "asset": f"{folder}/harbour.jpg"}).raise_for_status()
    expect(log).to_contain_text("another badge for ACME", timeout=PATIENCE)
    for profile in client.get("/_aemulator/processing-profiles").json():
        client.delete(f"/_aemulator/processing-profiles/{profile['name']}")
    shutil.rmtree(app)
