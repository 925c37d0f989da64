"""Makes the pictures in docs/images: `make screenshots`. A server of its own with the demo content, and Chromium."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from config.demo.pictures import PICTURES
from tests import photographer
from tests.server import ADMIN, ServerProcess, wait_until

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH = 1280
PAGES = {
    "assets.png": ("/assets.html/content/dam/demo/landscapes", 480),
    "asset.png": ("/assetdetails.html/content/dam/demo/landscapes/aurora.jpg", 800),
}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Chromium is not installed")
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(Path(folder) / "data", demo=True) as server,
        sync_playwright() as playwright,
    ):
        _wait_for_demo(server)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(base_url=server.url)
        _sign_in(page)
        for name, (path, height) in PAGES.items():
            page.set_viewport_size({"width": WIDTH, "height": height})
            page.goto(path, wait_until="networkidle")
            page.screenshot(path=IMAGES / name)
        browser.close()


def _wait_for_demo(server: ServerProcess) -> None:
    with photographer.client(server) as http:
        wait_until((server.data_dir / "demo-content").exists, 60, "the demo pictures are uploaded")
        paths = [f"/content/dam/demo/{picture.folder}/{picture.name}" for picture in PICTURES]
        photographer.wait_processed(http, paths, 60)


def _sign_in(page: Page) -> None:
    page.goto("/assets.html/content/dam")
    page.fill("#username", ADMIN[0])
    page.fill("#password", ADMIN[1])
    page.click("#submit-button")
    page.wait_for_url("**/assets.html/**")


if __name__ == "__main__":
    main()
