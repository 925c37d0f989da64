"""Makes the pictures in docs/images: `make screenshots`. A server of its own with the demo content, and Chromium.

A page is one line of SHOTS; each is taken in both themes, as `<name>.png` and `<name>-dark.png`.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from config.demo.pictures import PICTURES
from tests import photographer
from tests.server import ADMIN, ServerProcess, wait_until

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH = 1280
COLOURS = 256  # of a picture: pages are flat, and the repository stays small
THEMES = {"light": "", "dark": "-dark"}


def _stay(page: Page) -> None:
    pass


def _first_row(page: Page) -> None:
    page.locator(".row-link").first.click()
    page.wait_for_load_state("networkidle")


def _rows(page: Page) -> None:
    page.wait_for_selector(".wf-row")


def _walk(page: Page) -> None:
    """A lesson at its end."""
    page.get_by_role("button", name="Start", exact=True).click()
    for _ in range(2):
        page.wait_for_selector("flow-lesson[data-state=waiting]")
        page.get_by_role("button", name="Next").click()
    page.wait_for_selector("flow-lesson[data-state=done]")


def _clean_up(page: Page) -> None:
    """What a lesson made, so that no page after it shows its fault."""
    page.get_by_role("button", name="Clean up").click()
    page.wait_for_selector("flow-lesson[data-state=ready]")


@dataclass(frozen=True)
class Shot:
    """A page, how much of it is shown, what is done there first, and what afterwards."""

    name: str
    path: str
    height: int = 720
    act: Callable[[Page], None] = _stay
    leave: Callable[[Page], None] = _stay


SHOTS = (
    Shot("start", "/"),
    Shot("assets", "/assets.html/content/dam/demo/landscapes", 480),
    Shot("asset", "/assetdetails.html/content/dam/demo/landscapes/aurora.jpg", 800),
    Shot("profile", "/tools/processing-profiles/create.html"),
    Shot("nodes", "/crx/de/content/dam/demo/landscapes/aurora.jpg/jcr:content"),
    Shot("compute", "/compute", 520),
    Shot("activation", "/compute", 720, _first_row),
    Shot("journal", "/events?entry=3"),
    Shot("flow", "/flow?path=/content/dam/demo/landscapes/aurora.jpg", 1000, _rows),
    Shot("faults", "/faults", 760),
    Shot("lesson", "/flow/lessons/at-least-once", 760, _walk, _clean_up),
    Shot("api", "/api/docs", 640),
    Shot("settings", "/settings"),
)


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
        page = browser.new_page(base_url=server.url, reduced_motion="reduce")
        sign_in(page)
        for shot in SHOTS:
            for scheme, suffix in THEMES.items():
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                _take(page, shot, IMAGES / f"{shot.name}{suffix}.png")
        browser.close()


def _take(page: Page, shot: Shot, target: Path) -> None:
    page.set_viewport_size({"width": WIDTH, "height": shot.height})
    page.goto(shot.path, wait_until="networkidle")
    shot.act(page)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    shot.leave(page)


def _wait_for_demo(server: ServerProcess) -> None:
    with photographer.client(server) as http:
        wait_until((server.data_dir / "demo-content").exists, 60, "the demo pictures are uploaded")
        paths = [f"/content/dam/demo/{picture.folder}/{picture.name}" for picture in PICTURES]
        photographer.wait_processed(http, paths, 60)


def sign_in(page: Page) -> None:
    page.goto("/assets.html/content/dam")
    page.fill("#username", ADMIN[0])
    page.fill("#password", ADMIN[1])
    page.click("#submit-button")
    page.wait_for_url("**/assets.html/**")


if __name__ == "__main__":
    main()
