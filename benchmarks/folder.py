"""A folder of 5,000 assets in a browser: how soon it is seen, how much the page holds, how smoothly it scrolls.

Every asset has a picture. In each view a fresh page is opened (first paint, what the server took) and scrolled to its
end, a jump of STRIDE pixels each frame: faster than a person, so each page of items is waited for. Beside it the same
page of a folder with one asset: `ratios` are between the two. The browser's figures come from its own tracing of the
page's main thread, in CPU seconds of that thread, and from its heap after a collection.
"""

import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks import results
from docs.screenshots import sign_in
from tests.browser import many
from tests.browser.conftest import ARGUMENTS, CHROMIUM, make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.server import ServerProcess

COUNT: Final = int(os.environ.get("ASSETS", str(many.MANY)))
REAL: Final = int(os.environ.get("PICTURES", str(COUNT)))  # that have bytes and renditions
VIEWS: Final = ("card", "list", "column")
OPENINGS: Final = 5
STRIDE: Final = 160  # pixels a frame: 9,600 a second
LONGEST: Final = 240_000  # ms for the way to the end
PAINT_WITHIN: Final = 1000  # ms
HEAP_WITHIN: Final = 64  # MiB
ELEMENTS: Final = 3000
FRAME: Final = 1000 / 60  # ms
ALONE: Final = "/content/dam/alone"

PAINTED: Final = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const [entry] = list.getEntriesByName("first-contentful-paint");
  const { requestStart, responseStart } = performance.getEntriesByType("navigation")[0];
  if (entry) resolve({ paint: entry.startTime, server: responseStart - requestStart });
}).observe({ type: "paint", buffered: true }))"""

SCROLL: Final = """(stride) => new Promise((resolve) => {
  const scroller = document.querySelector(".column.is-open") ?? document.scrollingElement;
  const seen = { frames: [], long: [], most: 0 };
  const observer = new PerformanceObserver((list) => seen.long.push(...list.getEntries().map((e) => e.duration)));
  observer.observe({ type: "longtask" });
  let last = performance.now();
  const step = (now) => {
    seen.frames.push(now - last);
    last = now;
    scroller.scrollTop += stride;
    if (seen.frames.length % 20) return requestAnimationFrame(step); // to look at all of the page has its own cost
    seen.most = Math.max(seen.most, document.getElementsByTagName("*").length);
    const atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2;
    if (!atEnd || document.querySelector("[data-slot=items] > [data-more]")) return requestAnimationFrame(step);
    observer.disconnect();
    return resolve(seen);
  };
  requestAnimationFrame(step);
})"""


@dataclass(frozen=True)
class Opened:
    """Of one view: medians in ms."""

    paint: float
    server: float
    alone: float


@dataclass(frozen=True)
class Scrolled:
    """Frames and long tasks in ms, heap in MiB, CPU seconds of the main thread."""

    frames: list[float]
    long: list[float]
    most: int
    heap: float
    nodes: int
    cpu: float

    @property
    def late(self) -> float:
        """The part of the frames that missed one or more refreshes of the screen."""
        return sum(frame > 1.5 * FRAME for frame in self.frames) / len(self.frames)


def main() -> None:
    if not CHROMIUM:
        sys.exit("Chromium is not installed")
    folder = Path(tempfile.mkdtemp(prefix="aemulator-folder-"))
    try:
        with ServerProcess(folder / "data") as server, sync_playwright() as playwright:
            _fill(server)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            found = {view: _measure(browser, server, view) for view in VIEWS}
            browser.close()
    finally:
        shutil.rmtree(folder)
    _report(found)


def _fill(server: ServerProcess) -> None:
    with server.client() as client:
        many.make(client, COUNT, real=REAL)
        make_folder(client, ALONE)
        upload(client, ALONE, "one.jpg", photo_bytes((320, 240)))


def _measure(browser: Browser, server: ServerProcess, view: str) -> tuple[Opened, Scrolled]:
    page = browser.new_page(base_url=server.url, viewport={"width": 1440, "height": 900})
    sign_in(page)
    _open(page, many.FOLDER, view)  # once for the caches of both sides
    here = [_open(page, many.FOLDER, view) for _ in range(OPENINGS)]
    alone = [_open(page, ALONE, view) for _ in range(OPENINGS)]
    opened = Opened(_median(here, "paint"), _median(here, "server"), _median(alone, "paint"))
    _open(page, many.FOLDER, view)
    scrolled = _scroll(page)
    page.close()
    return opened, scrolled


def _median(openings: list[dict[str, float]], key: str) -> float:
    return statistics.median(each[key] for each in openings)


def _open(page: Page, folder: str, view: str) -> dict[str, float]:
    page.goto(f"/assets.html{folder}?view={view}", wait_until="load")
    painted: dict[str, float] = page.evaluate(PAINTED)
    return painted


def _scroll(page: Page) -> Scrolled:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _metrics(devtools)["TaskDuration"]
    page.set_default_timeout(LONGEST)
    seen: dict[str, Any] = page.evaluate(SCROLL, STRIDE)
    cpu = _metrics(devtools)["TaskDuration"] - before
    devtools.send("HeapProfiler.collectGarbage")
    after = _metrics(devtools)
    heap = after["JSHeapUsedSize"] / 2**20
    return Scrolled(seen["frames"][1:], seen["long"], seen["most"], heap, int(after["Nodes"]), cpu)


def _metrics(devtools: CDPSession) -> dict[str, float]:
    return {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}


def _report(found: dict[str, tuple[Opened, Scrolled]]) -> None:
    head = ["view", "first paint ms", "one asset ms", "server ms", "elements", "nodes", "heap MiB"]
    head += ["frames", "late %", "p95 ms", "long tasks", "longest ms", "CPU s"]
    print(results.table(head, [_row(view, *of) for view, of in found.items()]))
    ratios = {view: round(opened.paint / opened.alone, 2) for view, (opened, _scrolled) in found.items()}
    details: dict[str, object] = {
        view: opened.__dict__ | scrolled.__dict__ for view, (opened, scrolled) in found.items()
    }
    file = results.write("folder", ratios, {**details, "assets": COUNT})
    print(f"\ntargets: first paint {PAINT_WITHIN} ms, heap {HEAP_WITHIN} MiB, {ELEMENTS} elements; written to {file}")
    is_soon = all(opened.paint < PAINT_WITHIN for opened, _scrolled in found.values())
    is_small = all(scrolled.heap < HEAP_WITHIN and scrolled.most < ELEMENTS for _opened, scrolled in found.values())
    sys.exit(0 if is_soon and is_small else 1)


def _row(view: str, opened: Opened, scrolled: Scrolled) -> list[str]:
    p95 = sorted(scrolled.frames)[int(len(scrolled.frames) * 0.95)]
    return [
        view,
        f"{opened.paint:.0f}",
        f"{opened.alone:.0f}",
        f"{opened.server:.0f}",
        f"{scrolled.most:,}",
        f"{scrolled.nodes:,}",
        f"{scrolled.heap:.1f}",
        f"{len(scrolled.frames):,}",
        f"{scrolled.late * 100:.1f}",
        f"{p95:.0f}",
        str(len(scrolled.long)),
        f"{max(scrolled.long, default=0):.0f}",
        f"{scrolled.cpu:.1f}",
    ]


if __name__ == "__main__":
    main()
