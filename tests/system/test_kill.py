"""Nothing acknowledged is lost: `kill -9` of the server at each stage of an upload of 50 files, then a restart.

Four clients upload at once. At the chosen moment the server is killed; the clients see errors. After the restart on the
same data directory everything that the server had acknowledged must be there, whole and processed; then the clients
upload what was not acknowledged, as a person would, and everything is there.
"""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests import photographer
from tests.photographer import RENDITIONS, Upload
from tests.server import ADMIN, ServerProcess, wait_until

FILES = 50
CLIENTS = 4
PROCESSED_WITHIN = 120.0  # seconds


@dataclass
class Progress:
    """What the clients have seen, counted as it happens."""

    initiated: int = 0
    stored: int = 0
    acknowledged: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def has_initiated(self) -> None:
        with self.lock:
            self.initiated += 1

    def has_stored(self) -> None:
        with self.lock:
            self.stored += 1

    def has_acknowledged(self, name: str) -> None:
        with self.lock:
            self.acknowledged.add(name)


Moment = Callable[[Progress, httpx.Client, str], bool]


def when_initiated(count: int) -> Moment:
    return lambda progress, http, folder: progress.initiated >= count


def when_stored(count: int) -> Moment:
    return lambda progress, http, folder: progress.stored >= count


def when_acknowledged(count: int) -> Moment:
    return lambda progress, http, folder: len(progress.acknowledged) >= count


def when_rendered(count: int) -> Moment:
    """A worker is at it: so many assets have a rendition beside their original."""

    def reached(progress: Progress, http: httpx.Client, folder: str) -> bool:
        return sum(len(renditions(http, folder, name)) > 1 for name in list(progress.acknowledged)) >= count

    return reached


def when_attached(count: int) -> Moment:
    """The poller is at it: so many assets are finished."""

    def reached(progress: Progress, http: httpx.Client, folder: str) -> bool:
        names = list(progress.acknowledged)
        return sum(photographer.state_of(http, f"{folder}/{name}") == "processed" for name in names) >= count

    return reached


MOMENTS = {
    "initiating": when_initiated,
    "storing": when_stored,
    "completing": when_acknowledged,
    "rendering": when_rendered,
    "attaching": when_attached,
}


@pytest.fixture(scope="module")
def photos() -> dict[str, bytes]:
    return {f"photo-{number:02}.jpg": photographer.photo(number) for number in range(FILES)}


@pytest.mark.parametrize("stage", MOMENTS)
def test_everything_acknowledged_survives_kill_9(data_dir: Path, photos: dict[str, bytes], stage: str) -> None:
    moment = MOMENTS[stage](random.Random(stage).randrange(2, FILES // 2))
    with ServerProcess(data_dir) as server:
        progress = upload_until(server, photos, moment)
    with ServerProcess(data_dir) as server, photographer.client(server) as http:
        check_processed(http, progress.acknowledged, photos)
        upload_rest(http, photos, progress.acknowledged)
        check_processed(http, set(photos), photos)
        assert photographer.children(http, "/content/dam/kill") == set(photos)
        assert http.get("/_aemulator/health").json()["ok"]


def upload_until(server: ServerProcess, photos: dict[str, bytes], moment: Moment) -> Progress:
    """Upload with several clients, and kill the server when the moment has come."""
    progress = Progress()
    names = iter(list(photos))
    with photographer.client(server) as http, ThreadPoolExecutor(CLIENTS) as clients:
        folder = photographer.make_folder(http, "kill")
        running = [clients.submit(upload_as_client, server, photos, names, progress) for _ in range(CLIENTS)]
        wait_until(lambda: moment(progress, http, folder), PROCESSED_WITHIN, "the moment to kill has come")
        server.kill()
        for client in running:
            client.result(timeout=60)
    return progress


def upload_as_client(server: ServerProcess, photos: dict[str, bytes], names: Iterator[str], progress: Progress) -> None:
    """Upload one file after the other, until none is left or the server is gone."""
    with photographer.client(server) as http:
        for name in names:
            upload = Upload(http, "/content/dam/kill", name, photos[name])
            try:
                upload.initiate()
                progress.has_initiated()
                upload.put()
                progress.has_stored()
                upload.complete()
                progress.has_acknowledged(name)
            except httpx.TransportError:
                return


def upload_rest(http: httpx.Client, photos: dict[str, bytes], acknowledged: set[str]) -> None:
    folder = photographer.make_folder(http, "kill")
    for name, content in photos.items():
        if name not in acknowledged:
            Upload(http, folder, name, content).run()


def check_processed(http: httpx.Client, names: set[str], photos: dict[str, bytes]) -> None:
    """Each asset is processed, its original byte for byte, and each rendition there exactly once."""
    paths = {name: f"/content/dam/kill/{name}" for name in sorted(names)}
    states = photographer.wait_processed(http, list(paths.values()), PROCESSED_WITHIN)
    assert set(states.values()) <= {"processed"}, states
    for name, path in paths.items():
        assert http.get(path, auth=ADMIN).content == photos[name], path
        assert renditions(http, "/content/dam/kill", name) == RENDITIONS
        assert "dam:failedRenditions" not in photographer.content_of(http, path)


def renditions(http: httpx.Client, folder: str, name: str) -> set[str]:
    return photographer.children(http, f"{folder}/{name}/jcr:content/renditions")
