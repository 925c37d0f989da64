"""Every page, by its address and by what is on it when it is there; and what there must be for them to be full."""

from dataclasses import dataclass
from typing import Final

import httpx

from tests.browser.conftest import make_folder, upload
from tests.browser.drawing import photo_bytes
from tests.server import wait_until


@dataclass(frozen=True)
class Place:
    """A page. `url` may hold the names of `Shown`; `sign` is visible when the page is there."""

    name: str
    url: str
    sign: str


@dataclass(frozen=True)
class Shown:
    """What there is to look at: an asset, the activation and the flow that processed it."""

    folder: str
    asset: str
    activation: str
    flow: str

    def address(self, place: Place) -> str:
        return place.url.format(folder=self.folder, asset=self.asset, activation=self.activation, flow=self.flow)


PLACES: Final = (
    Place("start", "/", ".health li"),
    Place("profiles", "/tools/processing-profiles", ".profile"),
    Place("profile", "/tools/processing-profiles/create.html", "#panel-images"),
    Place("nodes", "/crx/de/content/dam", "#node .properties tbody tr"),
    Place("compute", "/compute", ".log tbody tr"),
    Place("activation", "{activation}", "#activation-renditions tbody tr"),
    Place("runtime", "/runtime", "#runtime-parts"),
    Place("journal", "/events", ".log tbody tr"),
    Place("entry", "/events?entry=1", "#entry pre"),
    Place("api", "/api/docs", ".tiles li"),
    Place("api-group", "/api/docs/asset-compute", ".operation"),
    Place("settings", "/settings", "state-panel"),
    Place("assets", "/assets.html{folder}", ".item"),
    Place("asset", "/assetdetails.html{asset}", "#asset-renditions .renditions li"),
    Place("flows", "/flow", "flow-list tbody tr"),
    Place("flow", "{flow}", "flow-waterfall .wf-rows li"),
    Place("lesson", "/flow/lessons/happy-path", ".scenes li"),
    Place("lesson-with-code", "/flow/lessons/custom-worker", ".scenes li"),
    Place("faults", "/faults", "#kinds button"),
)


def prepare(client: httpx.Client, folder: str) -> Shown:
    """Process one picture to its end."""
    make_folder(client, folder)
    path = upload(client, folder, "page.jpg", photo_bytes((640, 480)))
    activation = wait_until(lambda: _done(client), 60, "an activation has ended")
    flow = wait_until(lambda: _flow(client, path), 60, "its flow is recorded")
    return Shown(folder, path, activation, flow)


def _done(client: httpx.Client) -> str:
    rows = client.get("/compute.rows.html?state=done&q=page.jpg").text
    return "/compute/" + rows.split('href="/compute/')[1].split('"')[0] if 'href="/compute/' in rows else ""


def _flow(client: httpx.Client, path: str) -> str:
    found = client.get("/_aemulator/flows", params={"path": path, "state": "done"}).json()["flows"]
    return f"/flow/{found[0]['id']}" if found else ""
