"""A real Chromium on a real server: each test has a folder of its own and a page that is signed in.

Playwright's event loop lives as long as the tests of this folder, not as the session: other tests of the same process
run their own.
"""

import itertools
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Response,
    expect,
    sync_playwright,
)

from tests.browser.drawing import photo
from tests.server import ADMIN, ServerProcess

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"]
LOGIN = "/libs/granite/core/content/login.html/j_security_check"
PATIENCE = 30_000  # milliseconds; generous, since other tests may load the machine

_numbers = itertools.count(1)
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for every test with a browser: each uses a folder of its own."""
    with ServerProcess(tmp_path_factory.mktemp("browser") / "data") as running:
        yield running


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def session(server: ServerProcess) -> str:
    """The login token of somebody who signed in."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE / 1000) as client:
        client.post(LOGIN, data={"j_username": ADMIN[0], "j_password": ADMIN[1]})
        return client.cookies["login-token"]


@dataclass(frozen=True)
class Looks:
    """Where a browser looks, and how large it is."""

    base_url: str
    width: int
    height: int
    scheme: str


class Wardrobe:
    """Browsers that the tests take in turns, with nothing in them but what a browser may cache.

    A new one costs a second of processor time more: it loads and compiles every script.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[Looks, list[BrowserContext]] = defaultdict(list)

    def take(self, looks: Looks) -> BrowserContext:
        free = self._free[looks]
        return free.pop() if free else self.new(looks)

    def new(self, looks: Looks) -> BrowserContext:
        context = self._browser.new_context(
            base_url=looks.base_url,
            viewport={"width": looks.width, "height": looks.height},
            color_scheme=looks.scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        context.new_page()  # it stays empty, and with it the process that draws the others, and what that has compiled
        return context

    def put_back(self, looks: Looks, context: BrowserContext) -> None:
        try:
            empty, *opened = context.pages
            stored = {"origin": looks.base_url, "storageTypes": "cookies,indexeddb,local_storage,cache_storage"}
            context.new_cdp_session(empty).send("Storage.clearDataForOrigin", stored)
            for page in opened:
                page.close()
            context.clear_cookies()
            context.clear_permissions()
        except Error:  # the test closed it
            return
        self._free[looks].append(context)

    def close(self) -> None:
        for context in itertools.chain(*self._free.values()):
            context.close()


@pytest.fixture(scope="package")
def wardrobe(browser: Browser) -> Iterator[Wardrobe]:
    wardrobe = Wardrobe(browser)
    yield wardrobe
    wardrobe.close()


@dataclass
class Visit:
    """A browser of its own, signed in: its tab, and what its console and the server complained of."""

    looks: Looks
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused request is told by `_response`, with its status.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")


class Visitors:
    def __init__(self, wardrobe: Wardrobe, server: ServerProcess, token: str) -> None:
        self._wardrobe, self._server, self._token = wardrobe, server, token
        self.visits: list[Visit] = []

    def __call__(self, width: int = 1440, height: int = 900, scheme: str = "light", *, new: bool = False) -> Visit:
        """`new`: a browser that was nowhere before, with nothing in its cache."""
        looks = Looks(self._server.url, width, height, scheme)
        context = self._wardrobe.new(looks) if new else self._wardrobe.take(looks)
        context.add_cookies([{"name": "login-token", "value": self._token, "url": self._server.url}])
        visit = Visit(looks, context, context.new_page())
        visit.watch()
        self.visits.append(visit)
        return visit

    def leave(self) -> None:
        for visit in self.visits:
            self._wardrobe.put_back(visit.looks, visit.context)


@pytest.fixture
def visitors(wardrobe: Wardrobe, server: ServerProcess, session: str) -> Iterator[Visitors]:
    """Call it for another browser that is signed in. Script errors and server errors fail the test."""
    visitors = Visitors(wardrobe, server, session)
    yield visitors
    complaints = [complaint for visit in visitors.visits for complaint in visit.complaints]
    visitors.leave()
    assert complaints == []


@pytest.fixture
def page(visitors: Visitors) -> Page:
    return visitors().page


@pytest.fixture
def folder(client: httpx.Client, request: pytest.FixtureRequest) -> str:
    """The path of a new folder for this test alone."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:60] + f"-{next(_numbers)}"
    make_folder(client, f"/content/dam/{name}")
    return f"/content/dam/{name}"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photograph-like JPEG, drawn by the test: 1600 × 1200."""
    return photo(tmp_path / "harbour.jpg", (1600, 1200))


def make_folder(client: httpx.Client, path: str, title: str = "") -> None:
    relative = quote(path.removeprefix("/content/dam/"))
    properties = {"jcr:title": title or path.rpartition("/")[2]}
    answer = client.post(f"/api/assets/{relative}", json={"class": "assetFolder", "properties": properties})
    assert answer.status_code == 201, answer.text


def upload(client: httpx.Client, folder: str, name: str, data: bytes) -> str:
    """An asset by the upload protocol; its path. It need not be processed yet."""
    begun = client.post(f"{quote(folder)}.initiateUpload.json", data={"fileName": name, "fileSize": str(len(data))})
    assert begun.status_code == 200, begun.text
    file = begun.json()["files"][0]
    assert httpx.put(file["uploadURIs"][0], content=data, headers={"Content-Type": file["mimeType"]}).status_code == 201
    fields = {"fileName": name, "mimeType": file["mimeType"], "uploadToken": file["uploadToken"]}
    done = client.post(begun.json()["completeURI"], data=fields)
    assert done.status_code == 200, done.text
    return f"{folder}/{name}"


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page in test-results/, for people to look at: if they asked for it."""
    if os.environ.get("TEST_PICTURES"):
        RESULTS.mkdir(exist_ok=True)
        page.screenshot(path=RESULTS / f"{name}.png")
