"""A person with photographs: makes pictures, uploads them by direct binary upload, waits for their renditions."""

import io
import random
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image

from tests.server import ADMIN, ServerProcess, wait_until

RENDITIONS = {
    "original",
    "cqdam.metadata.xml",
    "cq5dam.thumbnail.48.48.png",
    "cq5dam.thumbnail.140.100.png",
    "cq5dam.thumbnail.319.319.png",
    "cq5dam.web.1280.1280.jpeg",
    "cq5dam.zoom.2048.2048.jpeg",
}
UNFINISHED = {"processing", "unProcessed", None}

Json = dict[str, Any]


def photo(seed: int, width: int = 640, height: int = 480) -> bytes:
    """A JPEG like no other."""
    rng = random.Random(seed)
    small = Image.new("RGB", (16, 12))
    small.putdata([(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(16 * 12)])
    target = io.BytesIO()
    small.resize((width, height), Image.Resampling.BICUBIC).save(target, "JPEG", quality=90)
    return target.getvalue()


@dataclass
class Upload:
    """One file on its way, step by step."""

    http: httpx.Client
    folder: str
    name: str
    content: bytes
    complete_uri: str = ""
    file: Json | None = None

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"

    def initiate(self) -> None:
        form = {"fileName": self.name, "fileSize": str(len(self.content))}
        answer = self.http.post(f"{self.folder}.initiateUpload.json", data=form, auth=ADMIN).raise_for_status().json()
        self.complete_uri, self.file = answer["completeURI"], answer["files"][0]

    def put(self) -> None:
        assert self.file
        uris = self.file["uploadURIs"]
        part = max(-(-len(self.content) // len(uris)), self.file["minPartSize"])
        for uri, start in zip(uris, range(0, len(self.content), part), strict=False):
            self.http.put(uri, content=self.content[start : start + part]).raise_for_status()

    def complete(self) -> None:
        assert self.file
        form = {"fileName": self.name, "mimeType": self.file["mimeType"], "uploadToken": self.file["uploadToken"]}
        self.http.post(self.complete_uri, data=form, auth=ADMIN).raise_for_status()

    def run(self) -> str:
        """All three steps; the path of the asset."""
        self.initiate()
        self.put()
        self.complete()
        return self.path


def client(server: ServerProcess) -> httpx.Client:
    """Without a login of its own: signed URLs are refused when another credential comes along."""
    return httpx.Client(base_url=server.url, timeout=30.0)


def make_folder(http: httpx.Client, name: str) -> str:
    answer = http.post(f"/api/assets/{name}", json={"class": "assetFolder"}, auth=ADMIN)
    assert answer.status_code in {201, 409}, answer.text
    return f"/content/dam/{name}"


def content_of(http: httpx.Client, path: str) -> Json:
    """The jcr:content of an asset, three levels deep."""
    answer = http.get(f"{path}/jcr:content.3.json", auth=ADMIN)
    return dict(answer.raise_for_status().json())


def children(http: httpx.Client, folder: str) -> set[str]:
    listing = http.get(f"{folder}.1.json", auth=ADMIN).raise_for_status().json()
    return {name for name, value in listing.items() if isinstance(value, dict) and name != "jcr:content"}


def state_of(http: httpx.Client, path: str) -> str | None:
    answer = http.get(f"{path}/jcr:content.json", auth=ADMIN).raise_for_status().json()
    state: str | None = answer.get("dam:assetState")
    return state


def wait_processed(http: httpx.Client, paths: list[str], within: float) -> dict[str, str | None]:
    """Wait until none of these assets is being processed; each one's state."""
    states: dict[str, str | None] = dict.fromkeys(paths)

    def finished() -> bool:
        """They end about in this order: as long as one is not at its end, the others need not be asked."""
        for path in [path for path, state in states.items() if state in UNFINISHED]:
            states[path] = state_of(http, path)
            if states[path] in UNFINISHED:
                return False
        return True

    wait_until(finished, within, f"{len(paths)} assets are processed")
    return states
